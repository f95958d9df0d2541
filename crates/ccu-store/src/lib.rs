//! Where ccu keeps its records: one SQLite file, and the only crate with SQL in it.
//!
//! Records come in through one door, [`Writing::insert_batch`], in one transaction with the offsets up to which transcripts
//! were read and with the roll-ups that reports are made of. Paths, prices and formats are other rooms' business.

mod connection;
mod cursors;
mod dictionary;
mod earlier_tool;
mod error;
mod file_name;
mod health;
mod known_keys;
mod legacy;
mod machines;
mod migrations;
mod needed_records;
mod problems;
mod queries;
mod records;
mod rollups;
mod sequences;
mod sync;
mod texts;
mod writing;

pub use connection::{Snapshot, Store, machine_of};
pub use cursors::{Cursor, Cursors, FileIdentity, TranscriptName};
pub use earlier_tool::{DatabaseKind, EarlierDatabase, EarlierRow, database_kind};
pub use error::StoreError;
pub use health::{Health, RebuiltRollups};
pub use machines::StoredMachine;
pub use problems::StoredProblem;
pub use writing::{Inserted, Writing};
