//! The sums of a report while entries are added: for each row, cells with the sums of one context.
//!
//! Models, projects and machines of a row all follow from the contexts of its cells, so they are looked at only when
//! the report is finished, some thousand times instead of once an entry.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Usage;
use crate::money::NanoUsd;
use crate::rollup::{SessionNumber, UsageSums};
use crate::time::UtcMillis;

/// "There is none" among row and cell numbers.
const NONE: u32 = u32::MAX;

/// The sums of one context in one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// The index of the context in [`super::counted::Contexts`].
    pub context: u32,
    /// The cell of the same row made before this one.
    previous: u32,
    pub usage: Usage,
    pub first: Option<UtcMillis>,
    pub last: Option<UtcMillis>,
}

impl Cell {
    /// Adds the sums of an entry, and its cost where there is a price.
    pub(super) fn add(&mut self, sums: &UsageSums, cost: Option<NanoUsd>) {
        self.usage.add(&Usage {
            responses: sums.responses,
            partial: sums.partial,
            legacy: sums.legacy,
            tokens: sums.tokens,
            web_searches: sums.web_searches,
            cost: cost.unwrap_or(NanoUsd::ZERO),
            unpriced_tokens: if cost.is_some() { 0 } else { sums.tokens.total() },
        });
        self.first = earliest(self.first, sums.first);
        self.last = self.last.max(sums.last);
    }
}

/// Sums by row and context. `K` tells rows apart.
///
/// A row may have several cells of one context: where the right one is not found at once, a new one costs less than a
/// search. As entries come by time, there are few of these, and what reads the cells adds them up anyway.
#[derive(Debug)]
pub(super) struct Tally<K> {
    cells: Vec<Cell>,
    /// The key of each row and its newest cell.
    rows: Vec<(K, u32)>,
    row_numbers: FxHashMap<K, u32>,
    newest_row: Option<(K, u32)>,
    /// By context: the row it was added to last, and the cell.
    newest_cells: Vec<(u32, u32)>,
}

/// In how many of the newest cells of a row a context is looked for. A session seldom has more contexts at one time.
const N_CELLS_SEARCHED: usize = 8;

impl<K: Copy + Eq + Hash> Tally<K> {
    /// No sums yet, of so many contexts.
    pub(super) fn new(n_contexts: usize) -> Self {
        Tally {
            cells: Vec::new(),
            rows: Vec::new(),
            row_numbers: FxHashMap::default(),
            newest_row: None,
            newest_cells: vec![(NONE, NONE); n_contexts],
        }
    }

    /// The number of the row with this key, counted from 0 in the order of first use.
    pub(super) fn row_number(&mut self, key: K) -> u32 {
        match self.newest_row {
            Some((newest, row)) if newest == key => row,
            _ => {
                let row = *self.row_numbers.entry(key).or_insert_with(|| {
                    self.rows.push((key, NONE));
                    self.rows.len() as u32 - 1
                });
                self.newest_row = Some((key, row));
                row
            }
        }
    }

    /// A cell of a row and a context.
    pub(super) fn cell(&mut self, row: u32, context: u32) -> &mut Cell {
        let (newest_row, newest_cell) = self.newest_cells[context as usize];
        let number = if newest_row == row { newest_cell } else { self.find_or_make_cell(row, context) };
        &mut self.cells[number as usize]
    }

    fn find_or_make_cell(&mut self, row: u32, context: u32) -> u32 {
        let newest = self.rows[row as usize].1;
        let searched = std::iter::successors(self.numbered(newest), |(_, cell)| self.numbered(cell.previous));
        let found = searched.take(N_CELLS_SEARCHED).find(|(_, cell)| cell.context == context);
        let number = found.map_or(self.cells.len() as u32, |(number, _)| number);
        if number as usize == self.cells.len() {
            self.cells.push(Cell { context, previous: newest, usage: Usage::default(), first: None, last: None });
            self.rows[row as usize].1 = number;
        }
        self.newest_cells[context as usize] = (row, number);
        number
    }

    fn numbered(&self, number: u32) -> Option<(u32, &Cell)> {
        self.cells.get(number as usize).map(|cell| (number, cell))
    }

    /// The rows in the order of first use.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = (u32, K)> {
        self.rows.iter().enumerate().map(|(row_idx, &(key, _))| (row_idx as u32, key))
    }

    /// The cells of a row, in no order that means anything.
    pub(super) fn cells(&self, row: u32) -> impl Iterator<Item = &Cell> {
        let newest = self.rows[row as usize].1;
        std::iter::successors(self.cells.get(newest as usize), |cell| self.cells.get(cell.previous as usize))
    }
}

/// The earlier of two instants, where there are any. (`None` sorts first, which is right for the later of two.)
pub(super) fn earliest(a: Option<UtcMillis>, b: Option<UtcMillis>) -> Option<UtcMillis> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The sessions seen in each row, each once.
#[derive(Debug, Default)]
pub(super) struct SessionsByRow {
    pairs: FxHashSet<(u32, SessionNumber)>,
    /// The row that each session was seen in last, by session number: a session mostly stays in one row for long.
    last_rows: Vec<u32>,
}

impl SessionsByRow {
    /// Session numbers are dense; one above this limit is a damaged one, and must not make the list as long.
    const LONGEST_LIST: u32 = 1 << 22;

    /// Notes that a session was seen in a row.
    pub(super) fn see(&mut self, row: u32, session: SessionNumber) {
        if session.0 < Self::LONGEST_LIST {
            let session_idx = session.0 as usize;
            if session_idx >= self.last_rows.len() {
                self.last_rows.resize(session_idx + 1, NONE);
            }
            if std::mem::replace(&mut self.last_rows[session_idx], row) == row {
                return;
            }
        }
        self.pairs.insert((row, session));
    }

    /// Every session of every row, once.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (u32, SessionNumber)> {
        self.pairs.iter().copied()
    }
}
