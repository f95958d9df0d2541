//! Legacy records in the database: which of them count, whatever came first (the rule: [`ccu_core::legacy`]).
//!
//! Every legacy record stands in `legacy_records`. Those that count stand in `records` too, where reports, exports and the Gist
//! find them. Where there are none, all this costs one look a transaction.

mod echoes;
mod table;

use ccu_core::legacy;
use ccu_core::record::UsageRecord;
use ccu_core::time::UtcMillis;
use rusqlite::{Connection, Result};

use crate::dictionary::Dictionary;
use crate::records::{Inserter, entry};
use crate::rollups::RollupChanges;
use echoes::{Bases, TranscriptEchoes, echoes_of};
use table::LegacyGroup;

/// What a transaction knows of legacy records.
#[derive(Default)]
pub(crate) struct LegacyState {
    /// Whether there are any.
    has_records: bool,
    bases: Bases,
    /// The echoes of all records of transcripts, made when they are first asked for.
    echoes: Option<TranscriptEchoes>,
}

impl LegacyState {
    pub fn new(connection: &Connection) -> Result<LegacyState> {
        let has_records = connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM legacy_records)")?
            .query_row([], |row| row.get(0))?;
        Ok(LegacyState { has_records, bases: Bases::default(), echoes: None })
    }

    /// Whether somebody must be told of changes to records of transcripts.
    pub fn is_watching(&self) -> bool {
        self.has_records
    }
}

/// How many records began to count, and how many ceased to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Turnover {
    pub come: u64,
    pub gone: u64,
}

/// The legacy records of an open transaction.
pub(crate) struct LegacyRecords<'w, 'c> {
    pub inserter: &'w mut Inserter<'c>,
    pub dictionary: &'w mut Dictionary,
    pub state: &'w mut LegacyState,
    pub changes: &'w mut RollupChanges,
    pub next_sequence: &'w mut i64,
}

impl LegacyRecords<'_, '_> {
    /// Takes in a legacy record: it falls together with those that it is linked to, and then it is settled what counts.
    pub fn insert(&mut self, record: &UsageRecord) -> Result<Turnover> {
        let mut turnover = Turnover::default();
        let Some(span) = legacy::span(record) else { return Ok(turnover) };
        let record = UsageRecord { time: Some(span.0), legacy_until: Some(span.1), ..record.clone() };
        let numbers = self.dictionary.strand(self.inserter.connection, &record)?;
        let echo = self.state.bases.of(numbers.strand, &record.strand).echo(&record.tokens);
        let mut linked = LegacyGroup::with_echo(self.inserter.connection, self.dictionary, echo)?;
        linked.retain(|group| legacy::span(&group.record).is_some_and(|other| legacy::are_linked(span, other)));
        let joined = linked.iter().fold(record, |joined, group| legacy::join(joined, group.record.clone()));
        if matches!(&linked[..], [group] if group.record == joined) {
            return Ok(turnover);
        }
        let mut moments = Vec::with_capacity(1 + linked.len());
        for group in &mut linked {
            moments.push(group.moment);
            self.set_aside(group, &mut turnover)?;
            group.delete(self.inserter.connection)?;
        }
        moments.push(self.add(joined, echo)?);
        self.settle(moments, &mut turnover)?;
        Ok(turnover)
    }

    /// Adds a group that doesn't count yet, and gives its moment.
    fn add(&mut self, record: UsageRecord, echo: i64) -> Result<i64> {
        let numbers = self.dictionary.strand(self.inserter.connection, &record)?;
        let base = self.state.bases.of(numbers.strand, &record.strand);
        let moment = base.moment(&record.tokens, record.time.unwrap_or(UtcMillis(0)));
        LegacyGroup { id: 0, echo, moment, is_counted: false, record, numbers }.insert(self.inserter.connection)?;
        self.state.has_records = true;
        Ok(moment)
    }

    /// Is told that a record of a transcript is new, or has become another.
    pub fn transcript_changed(&mut self, before: Option<&UsageRecord>, after: &UsageRecord) -> Result<Turnover> {
        let mut turnover = Turnover::default();
        let mut of = |record: &UsageRecord| -> Result<Vec<i64>> {
            let strand = self.dictionary.strand(self.inserter.connection, record)?.strand;
            Ok(echoes_of(self.state.bases.of(strand, &record.strand), record))
        };
        let mut came = of(after)?;
        let mut left = before.map(of).transpose()?.unwrap_or_default();
        let stayed: Vec<i64> = came.iter().copied().filter(|echo| left.contains(echo)).collect();
        came.retain(|echo| !stayed.contains(echo));
        left.retain(|echo| !stayed.contains(echo));
        if let Some(echoes) = &mut self.state.echoes {
            echoes.change(&left, &came);
        }
        for moment in table::moments_of(self.inserter.connection, &came)? {
            for mut group in LegacyGroup::with_moment(self.inserter.connection, self.dictionary, moment)? {
                self.set_aside(&mut group, &mut turnover)?;
            }
        }
        // An echo that is no more may have been all that kept a legacy record from counting.
        let moments = table::moments_of(self.inserter.connection, &left)?;
        self.settle(moments, &mut turnover)?;
        Ok(turnover)
    }

    /// Lets count what should, and no other, among the legacy records of these moments.
    fn settle(&mut self, moments: Vec<i64>, turnover: &mut Turnover) -> Result<()> {
        let mut groups = Vec::new();
        for moment in moments {
            for group in LegacyGroup::with_moment(self.inserter.connection, self.dictionary, moment)? {
                if groups.iter().all(|known: &LegacyGroup| known.id != group.id) {
                    groups.push(group);
                }
            }
        }
        let should_count = groups.iter().map(|group| self.should_count(group, &groups)).collect::<Result<Vec<_>>>()?;
        let (mut counting, mut aside): (Vec<_>, Vec<_>) =
            groups.into_iter().zip(should_count).partition(|(_, should_count)| *should_count);
        aside.iter_mut().try_for_each(|(group, _)| self.set_aside(group, turnover))?;
        counting.iter_mut().try_for_each(|(group, _)| self.count(group, turnover))
    }

    /// Whether no record of a transcript, and no better legacy record, is of the same response.
    fn should_count(&mut self, group: &LegacyGroup, groups: &[LegacyGroup]) -> Result<bool> {
        let same_moment = || groups.iter().filter(|other| other.moment == group.moment);
        if same_moment().any(|other| legacy::stands_over(&other.record, &group.record).is_gt()) {
            return Ok(false);
        }
        let echoes = match &mut self.state.echoes {
            Some(echoes) => echoes,
            none => none.insert(TranscriptEchoes::load(self.inserter.connection, &mut self.state.bases)?),
        };
        Ok(!same_moment().any(|other| echoes.has(other.echo) || echoes.has(other.moment)))
    }

    fn count(&mut self, group: &mut LegacyGroup, turnover: &mut Turnover) -> Result<()> {
        if group.is_counted || !self.inserter.insert_unless_known(&group.record, group.numbers, *self.next_sequence)? {
            return Ok(());
        }
        *self.next_sequence += 1;
        self.changes.add(&entry(&group.record, group.numbers));
        group.set_counted(self.inserter.connection, true)?;
        turnover.come += 1;
        Ok(())
    }

    fn set_aside(&mut self, group: &mut LegacyGroup, turnover: &mut Turnover) -> Result<()> {
        if !group.is_counted {
            return Ok(());
        }
        group.set_counted(self.inserter.connection, false)?;
        if group.remove_record(self.inserter.connection)? {
            self.changes.remove(&entry(&group.record, group.numbers));
            turnover.gone += 1;
        }
        Ok(())
    }
}
