//! `ccu gist set-token`: takes a GitHub token, checks it, and keeps it where no other user can read it.

use std::io::Read;

use ccu_engine::auth::{GistPermission, KeyringError, StoreIn, Stored, Token, classic_token_page, store_token};
use ccu_engine::gist::{Account, Remote};
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::GistContext;
use crate::ctrl_c::Heeded;
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::prompt;
use crate::render::json;
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// The most that is read of standard input, in bytes; tokens have fewer than 300.
const MOST_BYTES: u64 = 16 * 1024;

/// What was typed.
#[derive(Clone, Args)]
pub struct SetTokenArgs {
    /// The token. Better leave it out: ccu then asks for it or reads standard input, and no other program sees it
    pub token: Option<String>,
    /// Where to keep it
    #[arg(long, value_name = "PLACE", value_enum, default_value_t)]
    pub store: StoreArg,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Does not show the token.
impl std::fmt::Debug for SetTokenArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetTokenArgs").field("store", &self.store).field("json", &self.json).finish_non_exhaustive()
    }
}

/// Where to keep a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StoreArg {
    /// In the system keyring, or in the file where there is none
    #[default]
    Auto,
    /// In the system keyring
    Keyring,
    /// In `~/.claude/gist_token.txt`, which only you can read
    File,
}

impl StoreArg {
    fn place(self) -> StoreIn {
        match self {
            StoreArg::Auto => StoreIn::Auto,
            StoreArg::Keyring => StoreIn::Keyring,
            StoreArg::File => StoreIn::File,
        }
    }
}

/// There is no token to store.
#[derive(Debug, thiserror::Error)]
#[error("no token was given")]
struct NoToken;

/// GitHub knows the token, and it may not write Gists.
#[derive(Debug, thiserror::Error)]
#[error("this token may not write Gists; it was not stored")]
struct MayNotWrite;

/// A token that was checked and stored.
pub struct Kept {
    /// Whose it is and what it may do.
    pub account: Account,
    /// Where it is now.
    pub stored: Stored,
}

/// Takes, checks and stores a token.
pub fn run(args: &SetTokenArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let token = match &args.token {
        Some(text) => {
            printer.warning(
                "other users can see the arguments of a command while it runs, and the shell may keep them in its history; \
                 better run `ccu gist set-token` and paste the token, or pipe it in",
            )?;
            Token::new(text)?
        }
        None if !surroundings.terminal.has_stdin => from_input()?,
        None if surroundings.terminal.can_ask() => ask(&context, printer)?,
        None => return Err(no_token()),
    };
    let kept = keep(&context, &token, args.store)?;
    warn(&kept.stored, printer)?;
    let permission = GistPermission::of(&kept.account);
    if !context.is_for_people() {
        let answer = StoredJson {
            schema: json::SCHEMA,
            login: &kept.account.login,
            location: kept.stored.source.to_string(),
            may_write_gists: (permission != GistPermission::Unknown).then_some(true),
        };
        return printer.json(&json::to_text(&answer)?, &context.answer);
    }
    if let Some(advice) = permission.advice(&context.resolved.github.api_url.value) {
        printer.note(&advice)?;
    }
    let (login, place) = (sanitize(&kept.account.login), kept.stored.source);
    Ok(writeln!(printer.stdout(), "Stored the token of {login}.\nLocation: {place}")?)
}

/// Asks GitHub whose the token is, and keeps it where it may do what is needed.
///
/// **Errors**: when GitHub does not know it, cannot be asked, or says that it may not write Gists; nothing is stored then.
pub fn keep(context: &GistContext<'_>, token: &Token, place: StoreArg) -> Result<Kept, CommandError> {
    let account = check(context, token)?;
    let stored = store_token(&context.places(), token, place.place())?;
    Ok(Kept { account, stored })
}

/// Asks GitHub whose the token is and what it may do.
///
/// **Errors**: when GitHub does not know it, cannot be asked, or says that it may not write Gists.
pub fn check(context: &GistContext<'_>, token: &Token) -> Result<Account, CommandError> {
    let _heeded = Heeded::begin();
    let account = context.github(token)?.account().map_err(|error| context.refused(error))?;
    match GistPermission::of(&account) {
        GistPermission::Granted | GistPermission::Unknown => Ok(account),
        permission @ GistPermission::Missing { .. } => {
            let advice = permission.advice(&context.resolved.github.api_url.value).unwrap_or_default();
            Err(CommandError::new(ErrorKind::SignIn, MayNotWrite).hint(advice))
        }
    }
}

/// Reads a token from standard input.
///
/// **Errors**: when it cannot be read, or holds no token.
pub fn from_input() -> Result<Token, CommandError> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    if text.trim().is_empty() {
        return Err(no_token());
    }
    Ok(Token::new(text)?)
}

/// Asks the person for a token.
///
/// **Errors**: when the terminal cannot be read, or what was typed is no token.
pub fn ask(context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<Token, CommandError> {
    let page = classic_token_page(&context.resolved.github.api_url.value);
    printer.say(&format!("Make a token here (the scope `gist` is chosen already):\n  {page}"))?;
    let text = prompt::hidden_line("Paste it (it is not shown):", printer)?;
    if text.expose().trim().is_empty() {
        return Err(no_token());
    }
    Ok(Token::new(text.expose())?)
}

fn no_token() -> CommandError {
    CommandError::new(ErrorKind::Usage, NoToken)
        .hint("run `ccu gist set-token` on a terminal and paste it, or pipe it in: `ccu gist set-token < token.txt`")
}

/// Says what a user must know about the place of a token.
///
/// **Errors**: when the output cannot be written.
pub fn warn(stored: &Stored, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match &stored.why_not_keyring {
        Some(KeyringError::Unavailable { .. }) => {
            printer.note("there is no system keyring here, so the token is in a file that only you can read")?;
        }
        Some(error) => printer.warning(&format!("{error}; the token is in a file that only you can read"))?,
        None => {}
    }
    if let Some(error) = &stored.may_be_overruled {
        printer.warning(&format!("an older token may still be in the keyring, and would win: {error}"))?;
    }
    if stored.is_overruled {
        printer.warning("the environment variable `GITHUB_GIST_TOKEN` is set, and wins over what is stored")?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoredJson<'a> {
    schema: u32,
    login: &'a str,
    location: String,
    may_write_gists: Option<bool>,
}
