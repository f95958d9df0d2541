//! `ccu gist key`: shows, takes and makes the key of an encrypted Gist.

use std::io::Read;

use ccu_engine::auth::{KeyringError, StoredKey};
use ccu_engine::config;
use ccu_engine::sync::Key;
use clap::{Args, Subcommand};

use crate::args::JsonArgs;
use crate::commands::config::file;
use crate::commands::gist::context::GistContext;
use crate::commands::gist::key_store;
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::prompt;
use crate::surroundings::Surroundings;

/// The most that is read of standard input, in bytes.
const MOST_BYTES: u64 = 16 * 1024;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: KeyAction,
}

/// What to do with the key.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyAction {
    /// Print the secret key, to keep it safe and to import it on the other machines
    #[command(before_help = "Example: ccu gist key show")]
    Show,
    /// Take the key of another machine, from standard input or a hidden prompt
    #[command(before_help = "Example: ccu gist key import < key.txt")]
    Import {
        /// Replace the key that is here; without it what was encrypted for that cannot be read any more
        #[arg(long)]
        force: bool,
    },
    /// Make a new key
    #[command(before_help = "Example: ccu gist key new")]
    New {
        /// Replace the key that is here; without it what was encrypted for that cannot be read any more
        #[arg(long)]
        force: bool,
    },
}

/// There is no key.
#[derive(Debug, thiserror::Error)]
#[error("this machine has no key of an encrypted Gist")]
struct NoKey;

/// There is another key, which would be lost.
#[derive(Debug, thiserror::Error)]
#[error("this machine has another key already (`{public}`)")]
struct HasKey {
    public: String,
}

/// Shows, takes or makes a key.
pub fn run(args: &KeyArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&JsonArgs::default(), surroundings)?;
    match &args.action {
        KeyAction::Show => show(&context, printer),
        KeyAction::Import { force } => {
            let key = read(&context, printer)?;
            keep(&context, &key, *force, printer)?;
            encrypt_too(&context, printer)
        }
        KeyAction::New { force } => {
            let key = Key::generate();
            keep(&context, &key, *force, printer)?;
            Ok(printer.warning(SAVE_IT)?)
        }
    }
}

/// What who has a new key must know.
pub const SAVE_IT: &str = "save the key that `ccu gist key show` prints, in a password manager or on paper: without it nobody can read the Gist";

fn show(context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let Some(found) = key_store::find(context, false)? else {
        return Err(CommandError::new(ErrorKind::Gist, NoKey)
            .hint("`ccu gist encrypt on` makes one; `ccu gist key import` takes that of another machine"));
    };
    writeln!(printer.stdout(), "# public key: {}\n{}", found.key.public(), found.key.expose())?;
    printer.flush()?;
    Ok(printer.note(&format!("kept in: {}; who has this key can read the Gist", found.place))?)
}

/// Reads a key: a line of its own among comments, as `ccu gist key show` and age print it.
fn read(context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<Key, CommandError> {
    let text = if context.can_ask() {
        prompt::hidden_line("Paste the key that begins with AGE-SECRET-KEY-1 (it is not shown):", printer)?
            .expose()
            .clone()
    } else {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes)?;
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(Key::parse(line.unwrap_or_default())?)
}

fn keep(context: &GistContext<'_>, key: &Key, is_forced: bool, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let before = key_store::find(context, false)?;
    if let Some(before) = before.filter(|before| before.key.public() != key.public() && !is_forced) {
        return Err(CommandError::new(ErrorKind::Usage, HasKey { public: before.key.public() })
            .hint("save it with `ccu gist key show`, then replace it with `--force`"));
    }
    let stored = key_store::store(context, key)?;
    say_place(&stored, printer)?;
    Ok(writeln!(printer.stdout(), "Stored the key {}.\nLocation: {}", key.public(), stored.place)?)
}

/// Who takes the key of another machine wants to take part in what that one encrypts, not to show it.
fn encrypt_too(context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if context.resolved.sync.encrypt.value {
        return Ok(());
    }
    config::set(&file(context.surroundings)?, "sync.encrypt", "true")?;
    Ok(printer.note("this machine encrypts from now on, too; `ccu gist encrypt off` ends that")?)
}

/// Says why a key is not in the keyring.
///
/// **Errors**: when the output cannot be written.
pub fn say_place(stored: &StoredKey, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match &stored.why_not_keyring {
        Some(KeyringError::Unavailable { .. }) => {
            printer.note("there is no system keyring here, so the key is in a file that only you can read")?;
        }
        Some(error) => printer.warning(&format!("{error}; the key is in a file that only you can read"))?,
        None => {}
    }
    Ok(())
}
