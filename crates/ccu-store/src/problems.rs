//! Lines that were left out or read oddly.

use std::path::PathBuf;

use ccu_core::transcript::LineProblem;
use rusqlite::Result;

use crate::connection::Store;
use crate::cursors::{TranscriptName, bytes};
use crate::error::StoreError;
use crate::file_name::{PackedName, unpack_name};
use crate::writing::Writing;

/// A line with a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProblem {
    /// The transcript; characters that are no Unicode are replaced.
    pub path: PathBuf,
    /// The offset of the line's first byte.
    pub offset: u64,
    /// What is wrong with it.
    pub problem: LineProblem,
}

impl Writing<'_> {
    /// Remembers a line with a problem.
    pub fn add_problem(
        &mut self,
        transcript: &TranscriptName,
        offset: u64,
        problem: LineProblem,
    ) -> Result<(), StoreError> {
        let mut add = || -> Result<usize> {
            let directory = self.directory(&transcript.directory)?;
            let mut statement =
                self.store.connection.prepare_cached("REPLACE INTO line_problems VALUES (?1, ?2, ?3, ?4)")?;
            statement.execute((directory, PackedName(&transcript.name), offset as i64, problem.number()))
        };
        add().map(|_| ()).map_err(self.store.wrap())
    }

    /// Forgets the problems of a transcript from this offset on: it is read again from there.
    pub fn clear_problems(&mut self, transcript: &TranscriptName, offset: u64) -> Result<(), StoreError> {
        let mut clear = || -> Result<usize> {
            let directory = self.directory(&transcript.directory)?;
            let sql = "DELETE FROM line_problems WHERE directory = ?1 AND name = ?2 AND offset >= ?3";
            let mut statement = self.store.connection.prepare_cached(sql)?;
            statement.execute((directory, PackedName(&transcript.name), offset as i64))
        };
        clear().map(|_| ()).map_err(self.store.wrap())
    }
}

impl Store {
    /// The number of lines that were left out of all sums.
    pub fn malformed_lines(&self) -> Result<u64, StoreError> {
        self.count_problems(LineProblem::is_left_out)
    }

    /// The number of lines that count, though a count or a text in them could not be read. Lines without a usable time are not
    /// among them: their records are undated, which says more.
    pub fn odd_lines(&self) -> Result<u64, StoreError> {
        self.count_problems(|problem| matches!(problem, LineProblem::NotUtf8 | LineProblem::OddTokenCount))
    }

    fn count_problems(&self, is_counted: impl Fn(LineProblem) -> bool) -> Result<u64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT problem, count(*) FROM line_problems GROUP BY problem")
            .map_err(self.wrap())?;
        let counts = statement
            .query_map([], |row| Ok((row.get::<_, u8>(0)?, row.get::<_, i64>(1)?)))
            .and_then(Iterator::collect::<Result<Vec<_>>>)
            .map_err(self.wrap())?;
        let counted =
            counts.into_iter().filter(|(number, _)| LineProblem::from_number(*number).is_some_and(&is_counted));
        Ok(counted.map(|(_, count)| count as u64).sum())
    }

    /// The lines with problems, by directory, file and offset; at most `limit` of them.
    pub fn problems(&self, limit: usize) -> Result<Vec<StoredProblem>, StoreError> {
        let load = || -> Result<Vec<StoredProblem>> {
            let mut statement = self.connection.prepare(
                "SELECT path, name, offset, problem FROM line_problems JOIN directories ON id = directory \
                 ORDER BY path, name, offset LIMIT ?1",
            )?;
            let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
            let mut problems = Vec::new();
            while let Some(row) = rows.next()? {
                let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                let Some(problem) = LineProblem::from_number(row.get(3)?) else {
                    continue;
                };
                let path = PathBuf::from(text(bytes(row.get_ref(0)?))).join(text(unpack_name(row.get_ref(1)?)));
                problems.push(StoredProblem { path, offset: row.get::<_, i64>(2)? as u64, problem });
            }
            Ok(problems)
        };
        load().map_err(self.wrap())
    }
}
