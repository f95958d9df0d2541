//! How sync stands as far as this machine knows: what is said of the Gist is what it was at the last answer of GitHub, which
//! is not asked.

use ccu_engine::auth::{Ignored, find_token};
use ccu_engine::ledger::Ledger;
use ccu_engine::sync::{Codec, SyncStatus};

use crate::args::JsonArgs;
use crate::commands::demo;
use crate::commands::gist::context::GistContext;
use crate::commands::gist::key_store;
use crate::error::CommandError;
use crate::surroundings::Surroundings;

/// How sync stands as far as this machine knows. It never holds a token or a key.
#[derive(Debug)]
pub struct GistKnown {
    /// Where the token is, in words.
    pub token: Result<String, NoToken>,
    /// What this machine is called.
    pub machine_name: String,
    /// The Gist with its machines, the times of the last push and pull, and what is not sent yet.
    pub status: SyncStatus,
    /// Whether what leaves this machine is encrypted.
    pub is_encrypted: bool,
    /// Whether the dashboard syncs in the background.
    pub has_auto_sync: bool,
    /// Minutes from one background sync to the next.
    pub interval_minutes: u32,
}

/// Why there is no token that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoToken {
    /// In words, with the causes.
    pub message: String,
    /// What mends it.
    pub hints: Vec<String>,
}

impl GistKnown {
    /// The names of the Gist's machines, in order.
    pub fn machine_names(&self) -> impl Iterator<Item = &str> {
        self.status.machines.iter().map(|machine| machine.name.as_str())
    }
}

/// Finds out how sync stands. Nobody is asked but the keyring, which may take 3 seconds, and `gh` where that is allowed; nothing
/// is changed.
///
/// **Errors**: when the configuration is not valid, and those of the database.
pub fn remembered(ledger: &Ledger, surroundings: &Surroundings) -> Result<GistKnown, CommandError> {
    let context = GistContext::new(&JsonArgs::default(), surroundings)?;
    let found = match surroundings.is_demo {
        true => Err(demo::no_gist()),
        false => find_token(&context.places()).map_err(CommandError::from),
    };
    let keyring_failed = match &found {
        Ok(found) => found.ignored.iter().any(|ignored| matches!(ignored, Ignored::Keyring(_))),
        // Where sync is not set up there are no names to open.
        Err(_) => true,
    };
    let sync = &context.resolved.sync;
    let codec = if sync.encrypt.value { opening(&context, keyring_failed) } else { Codec::default() };
    Ok(GistKnown {
        token: found.map(|found| found.source.to_string()).map_err(|error| NoToken::new(&error)),
        machine_name: context.resolved.machine_name.value.to_string(),
        status: ledger.remembered_sync(&codec, (surroundings.clock)())?,
        is_encrypted: sync.encrypt.value,
        has_auto_sync: sync.auto.value,
        interval_minutes: sync.interval_minutes.value,
    })
}

/// What opens the names of machines. Without a key they are shown as this machine came to know them.
fn opening(context: &GistContext<'_>, keyring_failed: bool) -> Codec {
    let key = key_store::find(context, keyring_failed).ok().flatten();
    Codec { key: key.map(|found| found.key), encrypts: false }
}

impl NoToken {
    fn new(error: &CommandError) -> NoToken {
        NoToken { message: error.in_one_line(), hints: error.hints.clone() }
    }
}
