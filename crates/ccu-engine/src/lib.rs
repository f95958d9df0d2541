//! What ccu does: reads transcripts, configuration and files, and hands plain data up.
//!
//! Nothing here prints, exits or looks at the terminal. The process environment is read in [`mod@env`] alone; zone and clock
//! come in as arguments.

pub mod atomic_file;
pub mod auth;
pub mod claude_settings;
pub mod config;
pub mod demo;
pub mod env;
pub mod exchange;
pub mod file_lock;
pub mod gist;
pub mod hidden;
pub mod ingest;
pub mod ledger;
pub mod machine;
pub mod message;
pub mod paths;
pub mod progress;
pub mod setting_origin;
pub mod sync;
pub mod transcript_watch;
