//! Lines with problems, by file and line as an editor counts them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use ccu_core::transcript::LineProblem;
use memchr::memchr_iter;

use super::{Ledger, LedgerError};

/// A transcript line with a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedProblem {
    /// The transcript.
    pub path: PathBuf,
    /// The line, counted from 1; `None` where the file is not as it was, or gone.
    pub line: Option<u64>,
    /// What is wrong with it.
    pub problem: LineProblem,
}

impl Ledger {
    /// The lines with problems, at most `limit`. Each file is read up to its last one to count the lines.
    ///
    /// **Errors**: those of the store.
    pub fn problems(&self, limit: usize) -> Result<Vec<NamedProblem>, LedgerError> {
        let mut by_path: BTreeMap<PathBuf, Vec<(u64, LineProblem)>> = BTreeMap::new();
        for stored in self.store.problems(limit)? {
            by_path.entry(stored.path).or_default().push((stored.offset, stored.problem));
        }
        let named = by_path.into_iter().flat_map(|(path, problems)| {
            let offsets: Vec<u64> = problems.iter().map(|(offset, _)| *offset).collect();
            let lines = line_numbers(&path, &offsets);
            problems.into_iter().zip(lines).map(move |((_, problem), line)| NamedProblem {
                path: path.clone(),
                line,
                problem,
            })
        });
        Ok(named.collect())
    }
}

/// The numbers of the lines that begin at these offsets, which ascend; `None` from where the file cannot be read.
fn line_numbers(path: &Path, offsets: &[u64]) -> Vec<Option<u64>> {
    let mut numbers = vec![None; offsets.len()];
    let Ok(mut file) = File::open(path) else { return numbers };
    let mut part = vec![0; 64 << 10];
    let (mut position, mut line) = (0, 1);
    for (number, &offset) in numbers.iter_mut().zip(offsets) {
        while position < offset {
            let wanted = part.len().min((offset - position) as usize);
            match file.read(&mut part[..wanted]) {
                Ok(n_read @ 1..) => {
                    line += memchr_iter(b'\n', &part[..n_read]).count() as u64;
                    position += n_read as u64;
                }
                Ok(0) | Err(_) => return numbers,
            }
        }
        *number = Some(line);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn lines_are_counted_as_editors_do() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a\n\nccc\n").unwrap();
        assert_eq!(line_numbers(file.path(), &[0, 2, 3, 7, 8]), [Some(1), Some(2), Some(3), Some(4), None]);
        assert_eq!(line_numbers(Path::new("/nowhere"), &[0]), [None]);
    }
}
