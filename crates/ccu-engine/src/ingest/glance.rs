//! A glance at all transcripts, which tells whether anything has changed since another.

use super::discover::Discovery;
use crate::paths::TranscriptRoot;

/// What is seen of the transcripts without opening one: two glances that are equal saw the same, but for chances of one in
/// billions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Glance {
    n_transcripts: usize,
    bytes: u64,
    modified_ns: i64,
}

impl Glance {
    /// Looks at all transcripts.
    pub fn of(roots: &[TranscriptRoot]) -> Glance {
        Discovery::of(roots).transcripts.iter().fold(Glance::default(), |sum, transcript| Glance {
            n_transcripts: sum.n_transcripts + 1,
            bytes: sum.bytes.wrapping_add(transcript.state.size),
            modified_ns: sum.modified_ns.wrapping_add(transcript.state.modified_ns),
        })
    }
}
