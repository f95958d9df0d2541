//! The sums of a report while entries are added: rows of cells, and the sessions seen in each row.
//!
//! Models, projects and machines of a row all follow from the columns of its cells, so they are looked at only when
//! the report is finished, some thousand times instead of once an entry.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::Usage;
use crate::money::NanoUsd;
use crate::rollup::{SessionNumber, UsageSums};
use crate::time::UtcMillis;

/// "There is none" among row and cell numbers.
const NONE: u32 = u32::MAX;

/// The sums of one column in one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// The number of what the tally has columns for, in [`super::counted::Contexts`].
    pub column: u32,
    /// The cell of the same row made before this one.
    previous: u32,
    pub usage: Usage,
    pub first: Option<UtcMillis>,
    pub last: Option<UtcMillis>,
}

impl Cell {
    /// Adds the sums of an entry, and its cost where there is a price.
    #[inline]
    pub(super) fn add(&mut self, sums: &UsageSums, cost: Option<NanoUsd>) {
        self.usage.add(&usage_of(sums, cost));
        self.first = earliest(self.first, sums.first);
        self.last = self.last.max(sums.last);
    }

    fn add_cell(&mut self, other: &Cell) {
        self.usage.add(&other.usage);
        self.first = earliest(self.first, other.first);
        self.last = self.last.max(other.last);
    }
}

/// The usage that sums are, with their cost where there is a price.
#[inline]
pub(super) fn usage_of(sums: &UsageSums, cost: Option<NanoUsd>) -> Usage {
    Usage {
        responses: sums.responses,
        partial: sums.partial,
        legacy: sums.legacy,
        tokens: sums.tokens,
        web_searches: sums.web_searches,
        cost: cost.unwrap_or(NanoUsd::ZERO),
        unpriced_tokens: if cost.is_some() { 0 } else { sums.tokens.total() },
    }
}

/// Sums by row and column. `K` tells rows apart; columns are numbered.
///
/// A row may have several cells of one column: where the right one is not found at once, a new one costs less than a
/// search. As entries come by time, there are few of these, and what reads the cells adds them up anyway.
#[derive(Debug)]
pub(super) struct Tally<K> {
    cells: Vec<Cell>,
    /// The key of each row and its newest cell.
    rows: Vec<(K, u32)>,
    row_numbers: FxHashMap<K, u32>,
    /// By column: the row it was added to last, and the cell.
    newest_cells: Vec<(u32, u32)>,
}

/// In how many of the newest cells of a row a column is looked for. A session seldom uses more at one time.
const N_CELLS_SEARCHED: usize = 8;

impl<K: Copy + Eq + Hash> Tally<K> {
    /// No sums yet, of so many columns.
    pub(super) fn new(n_columns: usize) -> Self {
        Tally {
            cells: Vec::new(),
            rows: Vec::new(),
            row_numbers: FxHashMap::default(),
            newest_cells: vec![(NONE, NONE); n_columns],
        }
    }

    /// The number of the row with this key, counted from 0 in the order of first use. Where it is the `likely` one, there is
    /// no search.
    #[inline]
    pub(super) fn row_number(&mut self, key: K, likely: Option<u32>) -> u32 {
        match likely {
            Some(row) if self.key(row) == key => row,
            _ => *self.row_numbers.entry(key).or_insert_with(|| {
                self.rows.push((key, NONE));
                self.rows.len() as u32 - 1
            }),
        }
    }

    /// A cell of a row and a column.
    #[inline]
    pub(super) fn cell(&mut self, row: u32, column: u32) -> &mut Cell {
        let (newest_row, newest_cell) = self.newest_cells[column as usize];
        let number = if newest_row == row { newest_cell } else { self.find_or_make_cell(row, column) };
        &mut self.cells[number as usize]
    }

    fn find_or_make_cell(&mut self, row: u32, column: u32) -> u32 {
        let newest = self.rows[row as usize].1;
        let searched = std::iter::successors(self.numbered(newest), |(_, cell)| self.numbered(cell.previous));
        let found = searched.take(N_CELLS_SEARCHED).find(|(_, cell)| cell.column == column);
        let number = found.map_or(self.cells.len() as u32, |(number, _)| number);
        if number as usize == self.cells.len() {
            self.cells.push(Cell { column, previous: newest, usage: Usage::default(), first: None, last: None });
            self.rows[row as usize].1 = number;
        }
        self.newest_cells[column as usize] = (row, number);
        number
    }

    fn numbered(&self, number: u32) -> Option<(u32, &Cell)> {
        self.cells.get(number as usize).map(|cell| (number, cell))
    }

    /// How many rows there are; their numbers are below.
    pub(super) fn n_rows(&self) -> u32 {
        self.rows.len() as u32
    }

    /// The key of a row.
    #[inline]
    pub(super) fn key(&self, row: u32) -> K {
        self.rows[row as usize].0
    }

    /// The cells of a row, in no order that means anything.
    pub(super) fn cells(&self, row: u32) -> impl Iterator<Item = &Cell> {
        let newest = self.rows[row as usize].1;
        std::iter::successors(self.cells.get(newest as usize), |cell| self.cells.get(cell.previous as usize))
    }
}

/// The sums of columns over several rows.
#[derive(Debug)]
pub(super) struct ColumnTotals {
    cells: Vec<Option<Cell>>,
}

impl ColumnTotals {
    /// No sums yet, of so many columns.
    pub(super) fn new(n_columns: usize) -> Self {
        ColumnTotals { cells: vec![None; n_columns] }
    }

    /// Adds a cell of any row to the sums of its column.
    pub(super) fn add(&mut self, cell: &Cell) {
        match &mut self.cells[cell.column as usize] {
            Some(total) => total.add_cell(cell),
            empty => *empty = Some(*cell),
        }
    }

    /// The columns with their sums.
    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().flatten()
    }
}

/// The earlier of two instants, where there are any. (`None` sorts first, which is right for the later of two.)
pub(super) fn earliest(a: Option<UtcMillis>, b: Option<UtcMillis>) -> Option<UtcMillis> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// In which rows each session was seen.
#[derive(Debug, Default)]
pub(super) struct SessionRows {
    /// Row and session, in the order of [`SessionRows::add`]; some of them twice.
    pairs: Vec<(u32, SessionNumber)>,
    /// The row that each session was seen in last, by session number: a session mostly stays in one row for long.
    last_rows: Vec<u32>,
}

impl SessionRows {
    /// Session numbers are dense; one above this limit is a damaged one, and must not make the list as long.
    const LONGEST_LIST: u32 = 1 << 22;

    /// The row that a session was seen in last, if that is remembered.
    #[inline]
    pub(super) fn last_row(&self, session: SessionNumber) -> Option<u32> {
        self.last_rows.get(session.0 as usize).copied().filter(|&row| row != NONE)
    }

    /// Remembers the row that a session was seen in last, without counting the session.
    pub(super) fn remember(&mut self, row: u32, session: SessionNumber) {
        if session.0 < Self::LONGEST_LIST {
            let session_idx = session.0 as usize;
            if session_idx >= self.last_rows.len() {
                self.last_rows.resize(session_idx + 1, NONE);
            }
            self.last_rows[session_idx] = row;
        }
    }

    /// Counts a session in a row. Twice is as good as once, but takes time and room.
    pub(super) fn add(&mut self, row: u32, session: SessionNumber) {
        self.remember(row, session);
        self.pairs.push((row, session));
    }

    /// The number of sessions in each row.
    pub(super) fn n_by_row(&mut self, n_rows: u32) -> Vec<u64> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let mut counts = vec![0; n_rows as usize];
        for (row, _) in &self.pairs {
            counts[*row as usize] += 1;
        }
        counts
    }

    /// The number of sessions in all of these rows together.
    pub(super) fn n_distinct(&self, rows: &[u32], n_rows: u32) -> u64 {
        let mut is_kept = vec![false; n_rows as usize];
        rows.iter().for_each(|&row| is_kept[row as usize] = true);
        let kept = self.pairs.iter().filter(|(row, _)| is_kept[*row as usize]);
        let mut sessions: Vec<SessionNumber> = kept.map(|(_, session)| *session).collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions.len() as u64
    }
}
