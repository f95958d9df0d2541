//! A line that no window holds: tool results and file snapshots of hundreds of megabytes exist. It is read past in windows,
//! and only one that may hold usage is ever held whole.

use std::io::{self, Read};

use ccu_core::transcript::{LineProblem, may_hold_usage_key, problem_at_the_ends};
use memchr::memchr;

/// A line with usage may take the memory of its own length up to this; a longer one is left out.
const LONGEST_WITH_USAGE: u64 = 64 << 20;
/// One byte less than the key that is looked for, so that a key across two windows is found.
const OVERLAP: usize = 6;

/// What is known of a long line.
pub(super) struct LongLine {
    /// Its length in bytes, without line feed.
    pub length: u64,
    first: u8,
    last: u8,
    may_hold_usage: bool,
}

/// Where a long line ended.
pub(super) struct LineEnd {
    /// The place of its line feed in the window.
    pub position: usize,
    /// The number of bytes that the window holds.
    pub filled: usize,
}

impl LongLine {
    /// Reads on to the end of the line that fills `window`. Without an end, the file ends inside the line.
    pub fn read_to_its_end(file: &mut impl Read, window: &mut [u8]) -> io::Result<(LongLine, Option<LineEnd>)> {
        let start = window.strip_prefix(b"\xef\xbb\xbf").unwrap_or(window).trim_ascii_start();
        let mut line =
            LongLine { length: 0, first: start.first().copied().unwrap_or(b' '), last: b' ', may_hold_usage: false };
        line.add(window, 0);
        let mut filled = window.len();
        loop {
            window.copy_within(filled - OVERLAP..filled, 0);
            let n_read = file.read(&mut window[OVERLAP..])?;
            if n_read == 0 {
                return Ok((line, None));
            }
            filled = OVERLAP + n_read;
            if let Some(end) = memchr(b'\n', &window[OVERLAP..filled]) {
                let position = OVERLAP + end;
                line.add(&window[..position], OVERLAP);
                return Ok((line, Some(LineEnd { position, filled })));
            }
            line.add(&window[..filled], OVERLAP);
        }
    }

    /// Takes in the next part of the line; its first `overlap` bytes were there before.
    fn add(&mut self, part: &[u8], overlap: usize) {
        self.length += (part.len() - overlap) as u64;
        if let Some(last) = part[overlap..].trim_ascii_end().last() {
            self.last = *last;
        }
        self.may_hold_usage |= may_hold_usage_key(part);
    }

    /// Whether the line must be read whole, or what is wrong with it.
    pub fn must_be_held(&self) -> Result<bool, LineProblem> {
        match problem_at_the_ends(self.first, self.last) {
            Some(problem) => Err(problem),
            None if self.may_hold_usage && self.length > LONGEST_WITH_USAGE => Err(LineProblem::TooLong),
            None => Ok(self.may_hold_usage),
        }
    }
}
