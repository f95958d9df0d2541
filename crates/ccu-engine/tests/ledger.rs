//! The ledger at its door: which machine usage is shown as, once a user has said that two are one.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::sync::Arc;

use ccu_core::ids::{MachineId, RecordKey};
use ccu_core::pricing::PriceTable;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::report::{Filter, Grouping, ReportRequest, RowKey};
use ccu_core::time::UtcMillis;
use ccu_engine::ledger::{Ledger, LedgerPlace, reset};
use ccu_store::Store;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

const MORNING: UtcMillis = UtcMillis(1_795_335_000_000);
const LAPTOP: MachineId = MachineId([2; 16]);
const DESK: MachineId = MachineId([3; 16]);
const UNKNOWN: MachineId = MachineId([4; 16]);

fn place(home: &std::path::Path) -> LedgerPlace {
    LedgerPlace {
        config_dir: home.join("config"),
        data_dir: home.join("data"),
        machine_name: "here".to_owned(),
        roots: Vec::new(),
    }
}

/// Makes a ledger of `here` with one response of each machine.
fn ledger(home: &std::path::Path) -> Ledger {
    let ledger = Ledger::open(place(home)).unwrap();
    let records = [ledger.machine(), LAPTOP, DESK].map(|machine| UsageRecord {
        key: RecordKey(machine.0),
        uuid: None,
        time: Some(MORNING),
        machine,
        strand: Arc::new(Strand { session: "5e55".into(), model: "claude-opus-5".into(), ..Strand::default() }),
        tokens: TokenCounts { output: 1, ..TokenCounts::default() },
        web_searches: 0,
        is_complete: true,
        legacy_until: None,
        origin: Origin::Gist,
    });
    write(&ledger, |writing| {
        writing.insert_batch(&records).unwrap();
        writing.name_machine(LAPTOP, "laptop").unwrap();
        writing.name_machine(DESK, "desk").unwrap();
    });
    ledger
}

fn write(ledger: &Ledger, change: impl FnOnce(&mut ccu_store::Writing<'_>)) {
    let mut store = Store::open(ledger.path(), ledger.machine(), "here").unwrap();
    let mut writing = store.begin().unwrap();
    change(&mut writing);
    writing.commit().unwrap();
}

/// The names of the machines, and the name and number of responses of each row by machine.
fn shown(ledger: &Ledger) -> (Vec<String>, Vec<(String, u64)>) {
    let machines = ledger.machines().unwrap();
    let request = ReportRequest {
        grouping: Grouping::Device,
        zone: TimeZone::UTC,
        now: MORNING,
        since: None,
        until: None,
        instants: None,
        last: None,
        week_start: Weekday::Monday,
        order: None,
        by_project: false,
        filter: Filter::default(),
    };
    let report = ledger.report(&request, &PriceTable::embedded().unwrap()).unwrap();
    let name = |id| machines.iter().find(|machine| RowKey::Machine(machine.id) == id).unwrap().name.clone();
    let mut rows: Vec<_> = report.rows.into_iter().map(|row| (name(row.key), row.usage.responses)).collect();
    rows.sort();
    let star = |is_this| if is_this { "*" } else { "" };
    (machines.iter().map(|machine| machine.name.clone() + star(machine.is_this_machine)).collect(), rows)
}

#[test]
fn a_merged_machines_usage_is_its_targets() {
    let check = |mergers: &[(MachineId, MachineId)], machines: &[&str], rows: &[(&str, u64)]| {
        let home = tempfile::tempdir().unwrap();
        let ledger = ledger(home.path());
        let known = |id| if id == HERE { ledger.machine() } else { id };
        write(&ledger, |writing| {
            mergers.iter().for_each(|(id, into)| writing.set_merged(known(*id), Some(known(*into))).unwrap());
        });
        let rows = rows.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        assert_eq!(shown(&ledger), (machines.iter().map(|name| (*name).to_owned()).collect(), rows), "{mergers:?}");
    };
    /// Stands for this machine, whose id is made with the ledger.
    const HERE: MachineId = MachineId([1; 16]);
    check(&[], &["desk", "here*", "laptop"], &[("desk", 1), ("here", 1), ("laptop", 1)]);
    check(&[(LAPTOP, HERE)], &["desk", "here*"], &[("desk", 1), ("here", 2)]);
    check(&[(LAPTOP, DESK), (DESK, HERE)], &["here*"], &[("here", 3)]);
    check(&[(HERE, DESK)], &["desk*", "laptop"], &[("desk", 2), ("laptop", 1)]);
    check(&[(LAPTOP, UNKNOWN)], &["desk", "here*", "laptop"], &[("desk", 1), ("here", 1), ("laptop", 1)]);
    check(&[(LAPTOP, DESK), (DESK, LAPTOP)], &["desk", "here*", "laptop"], &[("desk", 1), ("here", 1), ("laptop", 1)]);
}

#[test]
fn a_second_reset_within_a_second_keeps_what_the_first_has_set_aside() {
    let home = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    for _ in 0..3 {
        drop(ledger(home.path()));
        kept.push(reset(&place(home.path()), MORNING).unwrap().set_aside);
    }
    kept.dedup();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|path| path.is_file()), "{kept:?}");
}
