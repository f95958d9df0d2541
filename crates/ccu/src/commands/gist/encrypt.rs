//! `ccu gist encrypt`: seals what this machine puts into the Gist, or opens it again.

use ccu_engine::auth::Found;
use ccu_engine::config;
use ccu_engine::sync::{CodecError, Key, PushOptions, SyncError};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::config::file;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::key::{SAVE_IT, say_place};
use crate::commands::gist::{key_store, notices, push};
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::json;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct EncryptArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: EncryptAction,
}

/// What to do about encryption.
#[derive(Debug, Clone, Subcommand)]
pub enum EncryptAction {
    /// Make a key where there is none, and push everything of this machine anew, sealed
    #[command(before_help = "Example: ccu gist encrypt on")]
    On,
    /// Push everything of this machine anew, readable for everybody who has the address
    #[command(before_help = "Example: ccu gist encrypt off")]
    Off,
    /// Show whether this machine encrypts, and its key's public half
    #[command(before_help = "Example: ccu gist encrypt status")]
    Status {
        /// JSON.
        #[command(flatten)]
        json: JsonArgs,
    },
}

/// What encryption does not undo.
const HISTORY: &str = "the Gist's history on GitHub still holds what was readable before; only deleting the Gist removes that \
                       (then `ccu gist push --recreate`)";

/// Turns encryption on or off, or shows how it stands.
pub fn run(args: &EncryptArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match &args.action {
        EncryptAction::On => {
            let context = GistContext::new(&JsonArgs::default(), surroundings)?;
            let found = context.token(printer)?;
            turn_on(&context, &found, printer)?;
            push_anew(surroundings, printer)?;
            Ok(printer.note(HISTORY)?)
        }
        EncryptAction::Off => {
            config::unset(&file(surroundings)?, "sync.encrypt")?;
            push_anew(surroundings, printer)
        }
        EncryptAction::Status { json } => status(json, surroundings, printer),
    }
}

/// Makes a key where there is none, and lets what is pushed from now on be sealed.
///
/// **Errors**: when the Gist has another key, which this machine needs; when the key or the setting cannot be kept.
pub fn turn_on(context: &GistContext<'_>, found: &Found, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if key_store::find(context, false)?.is_none() {
        // A second key would part this machine from the others, or from its own files where the keyring is locked.
        let found = Found { token: found.token.clone(), source: found.source, ignored: Vec::new() };
        let mut line = GistLine::with(context, found)?;
        if let Some(file) = line.sync("ccu gist encrypt", printer, |session| session.encrypted_file())? {
            return Err(SyncError::Sealed { file, source: Box::new(CodecError::NoKey) }.into());
        }
        let key = Key::generate();
        let stored = key_store::store(context, &key)?;
        say_place(&stored, printer)?;
        writeln!(printer.stdout(), "Made the key {}.\nLocation: {}", key.public(), stored.place)?;
        printer.flush()?;
        printer.warning(SAVE_IT)?;
    }
    config::set(&file(context.surroundings)?, "sync.encrypt", "true")?;
    Ok(())
}

/// Pushes everything anew, by the settings as they are now.
fn push_anew(surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&JsonArgs::default(), surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    line.refresh("ccu gist encrypt", printer)?;
    let options = PushOptions { force: true, ..PushOptions::default() };
    let pushed = push::push(&mut line, "ccu gist encrypt", options, printer)?;
    if !printer.is_quiet() {
        let how = if context.resolved.sync.encrypt.value { "on" } else { "off" };
        writeln!(printer.stdout(), "Encryption is {how}. {}", push::sentence(&pushed, line.traffic()))?;
    }
    notices::say(&pushed.notices, printer)
}

fn status(json: &JsonArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(json, surroundings)?;
    let is_on = context.resolved.sync.encrypt.value;
    let found = key_store::find(&context, false)?;
    if !context.is_for_people() {
        let answer = EncryptionJson {
            schema: json::SCHEMA,
            is_encrypted: is_on,
            public_key: found.as_ref().map(|found| found.key.public()),
            location: found.as_ref().map(|found| found.place.to_string()),
        };
        return printer.json(&json::to_text(&answer)?, &context.answer);
    }
    writeln!(printer.stdout(), "Encryption: {}", if is_on { "on" } else { "off" })?;
    match found {
        Some(found) => writeln!(printer.stdout(), "Key: {}\nLocation: {}", found.key.public(), found.place)?,
        None => writeln!(printer.stdout(), "Key: none")?,
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EncryptionJson {
    schema: u32,
    is_encrypted: bool,
    public_key: Option<String>,
    location: Option<String>,
}
