//! `ccu gist setup`: the wizard. Token, Gist, encryption, first push and test pull; by questions on a terminal, else by flags.

use ccu_engine::auth::{AuthError, Found, GistPermission, Token, classic_token_page, fine_grained_token_page};
use ccu_engine::sync::PushOptions;
use clap::Args;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::encrypt::turn_on;
use crate::commands::gist::set_token::{self, StoreArg};
use crate::commands::gist::{notices, pull, push};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::prompt;
use crate::render::theme;
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct SetupArgs {
    /// Read the token from standard input
    #[arg(long)]
    pub token_stdin: bool,
    /// Ask nothing; what no flag says stays as it is
    #[arg(long, short)]
    pub yes: bool,
    /// Encrypt what leaves this machine
    #[arg(long, conflicts_with = "no_encrypt")]
    pub encrypt: bool,
    /// Leave what leaves this machine readable for everybody who has the Gist's address
    #[arg(long)]
    pub no_encrypt: bool,
    /// Where to keep the token
    #[arg(long, value_name = "PLACE", value_enum, default_value_t)]
    pub store: StoreArg,
    /// Make a new Gist where the one that this machine knows is gone
    #[arg(long)]
    pub recreate: bool,
}

/// What a secret Gist is, as GitHub has it.
///
/// **Source**: <https://docs.github.com/get-started/writing-on-github/editing-and-sharing-content-with-gists/creating-gists>,
/// seen 2026-11-22.
const UNLISTED: &str = "\
A secret Gist is unlisted, not private: nobody finds it, and anyone who has its
address can read it. Records hold times, sessions, models, token counts, and
what `sync.projects` lets out of project paths and branches (by default the last
two parts of a path); no prompts and no answers.";

/// Leads through the setup. The exit code says whether the test pull took everything in.
pub fn run(args: &SetupArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&JsonArgs::default(), surroundings)?;
    let asks = context.can_ask() && !args.yes && !args.token_stdin;
    step("1/4 GitHub token", printer)?;
    let found = token(args, &context, asks, printer)?;
    step("2/4 Privacy", printer)?;
    let wants_encryption = privacy(args, &context, asks, printer)?;
    encrypt(wants_encryption, &context, &found, printer)?;
    // Encryption may be another one now.
    let context = GistContext::new(&JsonArgs::default(), surroundings)?;
    let mut line = GistLine::with(&context, found)?;
    step("3/4 First push", printer)?;
    line.refresh("ccu gist setup", printer)?;
    let options = PushOptions { recreate: args.recreate, ..PushOptions::default() };
    let pushed = push::push(&mut line, "ccu gist setup", options, printer)?;
    writeln!(printer.stdout(), "{}", push::sentence(&pushed, line.traffic()))?;
    writeln!(printer.stdout(), "Gist: {}", sanitize(&pushed.html_url))?;
    printer.flush()?;
    notices::say(&pushed.notices, printer)?;
    step("4/4 Test pull", printer)?;
    let pulled = line.sync("ccu gist setup", printer, |session| session.pull(&[]))?;
    pull::write(&pulled, &pull::failures(&pulled), printer)?;
    let code = pull::end(pulled, &context, printer)?;
    if code == ExitCode::Ok {
        writeln!(
            printer.stdout(),
            "\nDone. Run `ccu gist setup` on your other machines, and `ccu gist sync` whenever\nyou like, or every hour by cron:\n  0 * * * * ccu gist sync --quiet"
        )?;
    }
    Ok(code)
}

fn step(name: &str, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if printer.is_quiet() {
        return Ok(());
    }
    let title = theme::TITLE;
    writeln!(printer.stdout(), "{title}{name}{title:#}")?;
    Ok(printer.flush()?)
}

/// The token that is there, or a new one that is checked and stored.
fn token(
    args: &SetupArgs,
    context: &GistContext<'_>,
    asks: bool,
    printer: &mut Printer<'_>,
) -> Result<Found, CommandError> {
    if args.token_stdin {
        let token = set_token::from_input()?;
        return store(args, context, token, printer);
    }
    match context.found_token(printer)? {
        Ok(found) => {
            let account = set_token::check(context, &found.token)?;
            let login = sanitize(&account.login).into_owned();
            writeln!(printer.stdout(), "✓ Found that of {login}\nLocation: {}", found.source)?;
            printer.flush()?;
            advise(&GistPermission::of(&account), context, printer)?;
            Ok(found)
        }
        Err(error @ AuthError::NotConfigured { .. }) if !asks => {
            Err(CommandError::from(error).hint("without a terminal: `ccu gist setup --yes --token-stdin < token.txt`"))
        }
        Err(AuthError::NotConfigured { .. }) => {
            let api = &context.resolved.github.api_url.value;
            printer.say(&format!(
                "ccu needs a token that may write Gists, and nothing else. Make one here, with\n\
                 everything filled in (classic):\n  {}\nor here (fine-grained):\n  {}",
                classic_token_page(api),
                fine_grained_token_page(api)
            ))?;
            let text = prompt::hidden_line("Paste it (it is not shown):", printer)?;
            let token = Token::new(text.expose())?;
            store(args, context, token, printer)
        }
        Err(error) => Err(error.into()),
    }
}

fn store(
    args: &SetupArgs,
    context: &GistContext<'_>,
    token: Token,
    printer: &mut Printer<'_>,
) -> Result<Found, CommandError> {
    let kept = set_token::keep(context, &token, args.store)?;
    let (login, place) = (sanitize(&kept.account.login).into_owned(), kept.stored.source);
    writeln!(printer.stdout(), "✓ Stored that of {login}\nLocation: {place}")?;
    printer.flush()?;
    set_token::warn(&kept.stored, printer)?;
    advise(&GistPermission::of(&kept.account), context, printer)?;
    Ok(Found { token, source: place, ignored: Vec::new() })
}

fn advise(
    permission: &GistPermission,
    context: &GistContext<'_>,
    printer: &mut Printer<'_>,
) -> Result<(), CommandError> {
    match permission.advice(&context.resolved.github.api_url.value) {
        Some(advice) => Ok(printer.note(&advice)?),
        None => Ok(()),
    }
}

/// Says who can read a Gist, and whether it is to be encrypted.
fn privacy(
    args: &SetupArgs,
    context: &GistContext<'_>,
    asks: bool,
    printer: &mut Printer<'_>,
) -> Result<bool, CommandError> {
    writeln!(printer.stdout(), "{UNLISTED}")?;
    printer.flush()?;
    let is_on = context.resolved.sync.encrypt.value;
    match (args.encrypt, args.no_encrypt) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ if asks && !is_on => {
            prompt::yes_or_no("Encrypt the records? All your machines then need the same key.", false, printer)
        }
        _ => Ok(is_on),
    }
}

/// Turns encryption on or off as it is wanted.
fn encrypt(
    is_wanted: bool,
    context: &GistContext<'_>,
    found: &Found,
    printer: &mut Printer<'_>,
) -> Result<(), CommandError> {
    if is_wanted {
        turn_on(context, found, printer)?;
    } else if context.resolved.sync.encrypt.value {
        ccu_engine::config::unset(&crate::commands::config::file(context.surroundings)?, "sync.encrypt")?;
    }
    writeln!(printer.stdout(), "Encryption: {}", if is_wanted { "on" } else { "off (`ccu gist encrypt on`)" })?;
    Ok(printer.flush()?)
}
