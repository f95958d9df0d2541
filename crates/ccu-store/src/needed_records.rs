//! The records that a responses report needs, found without an index on time or session.
//!
//! Neighbours in time came in one after another as a rule, and so did the records of a session. So a binary search by sequence
//! number tells where to begin, and from there the search goes outward until as many are found as there must be. No rule holds
//! for records that were improved, pulled or imported: those may lie anywhere, and cost a longer way, at worst all of it.

use ccu_core::ids::CompactId;
use ccu_core::record::UsageRecord;
use ccu_core::report::RecordsNeeded;
use ccu_core::rollup::{ContextNumber, SessionNumber};
use ccu_core::time::{SLOT_MS, UtcMillis};
use rusqlite::{Connection, OptionalExtension, Result, Row};
use rustc_hash::FxHashMap;

use crate::connection::Store;
use crate::dictionary::{Dictionary, IdRef};
use crate::error::StoreError;
use crate::records::{StoredRow, select_records, strand_and_time};

/// How many sequence numbers are looked at first, on either side; then twice as many, and so on.
const FIRST_STEP: i64 = 4096;

impl Store {
    /// The number of a session; `None` where it has no records.
    pub fn session_number(&self, session: &CompactId) -> Result<Option<SessionNumber>, StoreError> {
        let sql = "SELECT id FROM sessions WHERE substr(name, -4) = substr(?1, -4) AND name = ?1";
        let load = || self.connection.prepare_cached(sql)?.query_row([IdRef(session)], |row| row.get(0)).optional();
        Ok(load().map_err(self.wrap())?.map(SessionNumber))
    }

    /// Gives the records that are needed, each with the number of its context, in no order that means anything.
    pub fn needed_records(
        &self,
        needed: &RecordsNeeded,
        each: &mut dyn FnMut(ContextNumber, &UsageRecord),
    ) -> Result<(), StoreError> {
        let end = self.last_sequence()? as i64 + 1;
        let mut search = Search::new(&self.connection, needed, each);
        search.run(end).map_err(self.wrap())
    }
}

/// The strand of the record with this sequence number, or the next one.
const STRAND_FROM: &str = "SELECT strand FROM records WHERE sequence >= ?1 ORDER BY sequence LIMIT 1";
/// Its time, before all others where it has none.
const TIME_FROM: &str =
    "SELECT ifnull(time, -9223372036854775808) FROM records WHERE sequence >= ?1 ORDER BY sequence LIMIT 1";

struct Search<'s> {
    connection: &'s Connection,
    needed: &'s RecordsNeeded,
    each: &'s mut dyn FnMut(ContextNumber, &UsageRecord),
    /// How many are still to be found.
    n_left: u64,
    dictionary: Dictionary,
    numbers: FxHashMap<i64, (SessionNumber, ContextNumber)>,
}

impl<'s> Search<'s> {
    fn new(
        connection: &'s Connection,
        needed: &'s RecordsNeeded,
        each: &'s mut dyn FnMut(ContextNumber, &UsageRecord),
    ) -> Self {
        let (dictionary, numbers) = (Dictionary::default(), FxHashMap::default());
        Search { connection, needed, each, n_left: needed.n_records, dictionary, numbers }
    }

    /// Looks through the sequence numbers below `end`, from the likeliest place outward.
    fn run(&mut self, end: i64) -> Result<()> {
        let (Some(first), Some(last)) = self.bounds() else { return Ok(()) };
        let start = match self.needed.session {
            Some(session) => self.place_after(end, STRAND_FROM, self.first_strand(session)?.saturating_sub(1))?,
            None => self.place_after(end, TIME_FROM, last)?,
        };
        let (mut below, mut above, mut step) = (start, start, FIRST_STEP);
        while self.n_left > 0 && (below > 1 || above < end) {
            let (lower, upper) = (below.saturating_sub(step).max(1), above.saturating_add(step).min(end));
            self.look_through((lower, below), (first, last))?;
            self.look_through((above, upper), (first, last))?;
            (below, above, step) = (lower, upper, step.saturating_mul(2));
        }
        Ok(())
    }

    /// The first and the last millisecond that any needed record may have; the first is the smallest number where undated
    /// ones are needed too.
    fn bounds(&self) -> (Option<i64>, Option<i64>) {
        let slots = &self.needed.slots;
        let first = slots.iter().map(|(first, _)| first.map_or(i64::MIN, |slot| slot.start().0)).min();
        let last = slots.iter().map(|(_, last)| last.map_or(i64::MIN, |slot| slot.start().0 + SLOT_MS - 1)).max();
        (first, last)
    }

    fn first_strand(&self, session: SessionNumber) -> Result<i64> {
        let mut statement = self.connection.prepare_cached("SELECT min(id) FROM strands WHERE session = ?1")?;
        Ok(statement.query_row([session.0], |row| row.get::<_, Option<i64>>(0))?.unwrap_or(0))
    }

    /// The lowest sequence number from which on `value_from` gives more than `value`, if it rises with the number.
    fn place_after(&self, end: i64, value_from: &str, value: i64) -> Result<i64> {
        let mut statement = self.connection.prepare_cached(value_from)?;
        let (mut lower, mut upper) = (1, end);
        while lower < upper {
            let middle = lower + (upper - lower) / 2;
            let found: Option<i64> = statement.query_row([middle], |row| row.get(0)).optional()?;
            match found {
                Some(found) if found <= value => lower = middle + 1,
                _ => upper = middle,
            }
        }
        Ok(lower)
    }

    /// Gives the needed records with these sequence numbers, the end excluded. Most rows are told from what stands at their
    /// beginning; only those that are needed are read in full.
    fn look_through(&mut self, (from, until): (i64, i64), (first, last): (i64, i64)) -> Result<()> {
        let sql = select_records!(
            "WHERE sequence >= ?1 AND sequence < ?2 AND ifnull(time, -9223372036854775808) BETWEEN ?3 AND ?4"
        );
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((from, until, first, last))?;
        while let Some(row) = rows.next()? {
            if self.n_left == 0 {
                break;
            }
            let (strand, time) = strand_and_time(row)?;
            if !self.is_slot_needed(time) {
                continue;
            }
            let (session, context) = self.numbers_of(strand)?;
            if self.needed.session.is_none_or(|needed| needed == session) && self.is_context_needed(context) {
                let (record, _) = StoredRow::read(row)?.record(self.connection, &mut self.dictionary)?;
                (self.each)(context, &record);
                self.n_left -= 1;
            }
        }
        Ok(())
    }

    fn is_slot_needed(&self, time: Option<UtcMillis>) -> bool {
        let slot = time.map(UtcMillis::slot);
        self.needed.slots.iter().any(|(first, last)| *first <= slot && slot <= *last)
    }

    fn is_context_needed(&self, context: ContextNumber) -> bool {
        self.needed.is_context_needed.get(context.0 as usize).copied().unwrap_or(false)
    }

    fn numbers_of(&mut self, strand: i64) -> Result<(SessionNumber, ContextNumber)> {
        if let Some(numbers) = self.numbers.get(&strand) {
            return Ok(*numbers);
        }
        let mut statement = self.connection.prepare_cached("SELECT session, context FROM strands WHERE id = ?1")?;
        let read = |row: &Row<'_>| Ok((SessionNumber(row.get(0)?), ContextNumber(row.get(1)?)));
        let numbers = statement.query_row([strand], read)?;
        self.numbers.insert(strand, numbers);
        Ok(numbers)
    }
}
