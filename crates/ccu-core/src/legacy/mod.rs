//! Records of the earlier tool: its rows, how they fall together, and how a response that was read from a transcript
//! recognises them.
//!
//! The earlier tool kept one row per transcript line and no id of the response. Several rows are one response: those of one
//! session that have the same model and input side and follow each other within a minute. What is left of them is one record,
//! a *legacy record*: [`UsageRecord::legacy_until`] is set, and says when its last row was written.
//!
//! What counts is a function of two sets, the legacy records and the records of transcripts, and never of their order:
//!
//! 1. Legacy records of one [`EchoBase::echo`] whose spans of time are within [`LINK_MS`] of each other are [joined](join())
//!    (single linkage, so any order gives the same spans).
//! 2. Of legacy records with one [`EchoBase::moment`] only the one that [stands first](stands_over) counts: a forked session
//!    repeats the lines of its parent under its own id, times unchanged.
//! 3. A legacy record doesn't count where a transcript's record has its echo (whatever the time: a resumed session may
//!    repeat lines later) or its moment.
//!
//! The store keeps what doesn't count aside, because a record of a transcript may change: its echo does where a copy of
//! another session comes to stand.

mod echo;
mod join;
mod row;
mod schema;

pub use echo::EchoBase;
pub use join::{join, stands_over};
pub use row::{BadRow, LegacyRow, NotBilled, RawRow, Read};
pub use schema::{DailySnapshot, read_row};

use sha2::{Digest, Sha256};

use crate::ids::MachineId;
use crate::record::UsageRecord;
use crate::time::UtcMillis;

/// Rows of one response are written within this many milliseconds of each other (record-model of the design; 13 % of all
/// responses have a tool's result between their rows, and few tools take longer).
pub const LINK_MS: i64 = 60_000;

/// The first and last time of a legacy record's rows; `None` for every other record.
pub fn span(record: &UsageRecord) -> Option<(UtcMillis, UtcMillis)> {
    let until = record.legacy_until?;
    let first = record.time.unwrap_or(until);
    Some((first, until.max(first)))
}

/// Whether two spans are near enough for their rows to be of one response, as far as time tells.
pub fn are_linked(a: (UtcMillis, UtcMillis), b: (UtcMillis, UtcMillis)) -> bool {
    a.0.0 <= b.1.0.saturating_add(LINK_MS) && b.0.0 <= a.1.0.saturating_add(LINK_MS)
}

/// The machine that the earlier tool's rows are attributed to: derived from the name that it went by, and from nothing else,
/// so that all who import the same old Gist attribute them alike. A machine of that name that runs ccu today has an id of its
/// own; the user may merge the two.
///
/// **Shape**: the first 16 bytes of a SHA-256 over `earlier tool machine`, a zero byte and the name.
pub fn machine_of_name(name: &str) -> MachineId {
    let digest: [u8; 32] = Sha256::new().chain_update(b"earlier tool machine\0").chain_update(name).finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    MachineId(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_of_one_name_are_one() {
        assert_eq!(machine_of_name("HOME-WT"), machine_of_name("HOME-WT"));
        assert_ne!(machine_of_name("HOME-WT"), machine_of_name("home-wt"));
        // printf 'earlier tool machine\0HOME-WT' | sha256sum
        assert_eq!(machine_of_name("HOME-WT").to_string(), "7c10f996-486a-27b4-d330-3ccf8a681472");
    }

    #[test]
    fn spans_are_linked_up_to_a_minute_apart() {
        let check = |a: (i64, i64), b: (i64, i64), expected| {
            let span = |span: (i64, i64)| (UtcMillis(span.0), UtcMillis(span.1));
            assert_eq!(are_linked(span(a), span(b)), expected, "{a:?} {b:?}");
            assert_eq!(are_linked(span(b), span(a)), expected, "{b:?} {a:?}");
        };
        check((0, 0), (60_000, 60_000), true);
        check((0, 0), (60_001, 60_001), false);
        check((0, 50_000), (110_000, 120_000), true);
        check((0, 200_000), (50_000, 60_000), true);
        check((i64::MAX, i64::MAX), (0, 0), false);
    }
}
