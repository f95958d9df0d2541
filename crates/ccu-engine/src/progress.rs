//! Progress: the one channel by which work tells its face how far it is, and asks whether to go on.

/// How far the reading of transcripts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadingProgress {
    /// Bytes read so far.
    pub bytes_read: u64,
    /// Bytes that there are to read.
    pub bytes_total: u64,
    /// Transcripts that there are to read.
    pub n_transcripts: usize,
}

/// Someone who watches the work.
pub trait Progress: Sync {
    /// Is told how far the work is; often, so it must be cheap.
    fn reading(&self, progress: ReadingProgress);

    /// Whether the user wants the work to stop: it then keeps what it has and returns.
    fn is_interrupted(&self) -> bool;
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn reading(&self, _progress: ReadingProgress) {}

    fn is_interrupted(&self) -> bool {
        false
    }
}
