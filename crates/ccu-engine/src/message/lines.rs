//! The lines of a file, one at a time, without those that are too long for the memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use memchr::memchr;

/// A longer line is passed over. No answer is of that length; file snapshots are.
const LONGEST: usize = 64 << 20;
const BUFFER: usize = 256 << 10;

/// Reads a file by lines.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    longest: usize,
}

impl Lines<File> {
    /// The lines of a file.
    pub fn new(file: File) -> Self {
        Lines::of(file, LONGEST)
    }
}

impl<R: Read> Lines<R> {
    fn of(source: R, longest: usize) -> Self {
        Lines { reader: BufReader::with_capacity(BUFFER, source), line: Vec::new(), longest }
    }

    /// The next line that is not too long, with its line feed; the last may have none.
    pub fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        while let Some(is_whole) = self.take_line()? {
            if is_whole {
                return Ok(Some(&self.line));
            }
        }
        Ok(None)
    }

    /// Reads to the end of a line, and says whether all of it is held; `None` at the end of the file.
    fn take_line(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let (mut has_any, mut is_whole) = (false, true);
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok(has_any.then_some(is_whole));
            }
            has_any = true;
            let end = memchr(b'\n', buffer);
            let part = &buffer[..end.map_or(buffer.len(), |position| position + 1)];
            is_whole &= self.line.len() + part.len() <= self.longest;
            if is_whole {
                self.line.extend_from_slice(part);
            }
            let n_read = part.len();
            self.reader.consume(n_read);
            if end.is_some() {
                return Ok(Some(is_whole));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_too_long_are_passed_over() {
        let check = |text: &str, expected: &[&str]| {
            let mut lines = Lines::of(text.as_bytes(), 4);
            let mut found = Vec::new();
            while let Some(line) = lines.next_line().unwrap() {
                found.push(String::from_utf8(line.to_vec()).unwrap());
            }
            assert_eq!(found, expected, "{text:?}");
        };
        check("", &[]);
        check("a\n\nbcd\n", &["a\n", "\n", "bcd\n"]);
        check("a\nb", &["a\n", "b"]);
        check("abcd\na\nabcdefgh\nb\n", &["a\n", "b\n"]);
        check("a\nabcde", &["a\n"]);
    }

    #[test]
    fn a_line_across_many_reads_is_one() {
        let long = "x".repeat(3 * BUFFER);
        let text = format!("{long}\nshort\n");
        let mut lines = Lines::of(text.as_bytes(), LONGEST);
        assert_eq!(lines.next_line().unwrap().map(<[u8]>::len), Some(long.len() + 1));
        assert_eq!(lines.next_line().unwrap(), Some(&b"short\n"[..]));
        assert_eq!(lines.next_line().unwrap(), None);
    }
}
