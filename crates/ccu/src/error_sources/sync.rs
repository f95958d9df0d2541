//! How the errors of sync look to a user: signing in, reaching GitHub, and what is in the Gist.

use ccu_core::time::UtcMillis;
use ccu_engine::auth::{AuthError, FileError, Ignored, KeyringError, TokenError};
use ccu_engine::exchange::{ExportError, ImportError};
use ccu_engine::gist::RemoteError;
use ccu_engine::gist::github::{ConnectionFailure, GitHubSetupError};
use ccu_engine::sync::{CodecError, KeyError, SyncError};
use jiff::tz::TimeZone;

use crate::error::{CommandError, ErrorKind};

/// What stores a token.
const SET_TOKEN: &str = "store a token with `ccu gist set-token`";
/// What a token must be allowed to do.
const SCOPES: &str =
    "it needs the scope `gist` (a classic token) or the account permission Gists: write (a fine-grained one)";
/// What looks for the damage.
const VERIFY: &str = "`ccu gist verify` reads everything again and says what is broken";
/// What mends a machine's files.
const PUSH_FORCE: &str = "`ccu gist push --force` on that machine writes its files anew";
/// What a failed push leaves.
const NOTHING_LOST: &str = "nothing is lost; the next run goes on where this one stopped";

/// No place has a token.
#[derive(Debug, thiserror::Error)]
#[error("GitHub token not configured")]
struct NotConfigured {
    source: Option<Ignored>,
}

/// GitHub does not know the token.
#[derive(Debug, thiserror::Error)]
#[error("invalid token")]
struct InvalidToken {
    source: RemoteError,
}

/// No more requests until then.
#[derive(Debug, thiserror::Error)]
#[error("rate limit exceeded; GitHub takes requests again at {until}")]
struct RateLimitExceeded {
    until: String,
}

/// The rate limit, with the time of its end as clocks on the wall have it in `zone`.
pub fn limited(until: UtcMillis, zone: &TimeZone) -> CommandError {
    // Rounded up: a minute that is nearly over would be too early.
    let whole = UtcMillis(until.0.saturating_add(59_999) / 60_000 * 60_000);
    let until = whole.timestamp().to_zoned(zone.clone()).strftime("%H:%M %Z").to_string();
    CommandError::new(ErrorKind::RateLimit, RateLimitExceeded { until })
        .hint("`ccu gist status` shows the rate limit; GitHub allows 5000 requests an hour")
        .hint(NOTHING_LOST)
}

/// A remote that did not do what it was asked, under `what` where that is known.
fn remote(what: Option<&'static str>, error: RemoteError) -> CommandError {
    let (kind, hints) = of_remote(&error);
    let failed = match (error, what) {
        (RemoteError::Limited { until }, _) => return limited(until, &TimeZone::UTC),
        (error @ RemoteError::Unauthorized, _) => CommandError::new(kind, InvalidToken { source: error }),
        (source, Some(what)) => CommandError::new(kind, SyncError::Remote { what, source }),
        (error, None) => CommandError::new(kind, error),
    };
    hints.iter().fold(failed, |failed, hint| failed.hint(*hint))
}

fn of_remote(error: &RemoteError) -> (ErrorKind, &'static [&'static str]) {
    match error {
        RemoteError::Unauthorized => (
            ErrorKind::SignIn,
            &[
                "it may have expired or been revoked; make a new one at https://github.com/settings/tokens with the scope `gist`",
                SET_TOKEN,
            ],
        ),
        RemoteError::NotPermitted { .. } => (ErrorKind::SignIn, &[SCOPES, SET_TOKEN]),
        RemoteError::NotFound => (ErrorKind::Gist, &["`ccu gist status` shows which Gist this machine uses"]),
        RemoteError::Conflict => (ErrorKind::Busy, &["try again in a minute", NOTHING_LOST]),
        RemoteError::TooLarge => (ErrorKind::Gist, &[NOTHING_LOST, "`ccu gist info` shows how large its files are"]),
        RemoteError::Refused { .. } => (ErrorKind::Gist, &[VERIFY]),
        RemoteError::Limited { .. } => (ErrorKind::RateLimit, &[]),
        RemoteError::Unreachable { .. } => (ErrorKind::Unreachable, unreachable(error)),
        RemoteError::Unanswered { .. } => (ErrorKind::Unreachable, &["try again later", NOTHING_LOST]),
        RemoteError::Unexpected { .. } => (
            ErrorKind::Unreachable,
            &[
                "something else than GitHub may answer: sign in to the network, or check `HTTPS_PROXY` and `github.api_url`",
            ],
        ),
        RemoteError::BrokenFile { .. } => (ErrorKind::Gist, &[VERIFY]),
        RemoteError::Interrupted => (ErrorKind::Interrupted, &[NOTHING_LOST]),
    }
}

fn unreachable(error: &RemoteError) -> &'static [&'static str] {
    match ConnectionFailure::of(error) {
        Some(ConnectionFailure::Proxy(_)) => &["check `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`"],
        Some(ConnectionFailure::Distrusted(_)) => &[
            "name the certificates of your company with `ccu config set github.ca_bundle FILE`; a wrong clock does this too",
        ],
        Some(ConnectionFailure::NoSuchHost | ConnectionFailure::TimedOut | ConnectionFailure::Connection(_)) | None => {
            &["check the network, and behind a proxy `HTTPS_PROXY`; reports need neither"]
        }
    }
}

impl From<RemoteError> for CommandError {
    fn from(error: RemoteError) -> Self {
        remote(None, error)
    }
}

impl From<SyncError> for CommandError {
    fn from(error: SyncError) -> Self {
        let (kind, hints): (ErrorKind, &[&str]) = match error {
            SyncError::Store(error) => return error.into(),
            SyncError::Remote { what, source } => return remote(Some(what), source),
            SyncError::Limited { until } => return limited(until, &TimeZone::UTC),
            SyncError::NoGist => (ErrorKind::Gist, &["`ccu gist push` makes it, from any machine"]),
            SyncError::GistGone { .. } => (
                ErrorKind::Gist,
                &[
                    "`ccu gist push --recreate` makes a new one of what this machine has",
                    "if the token is another account's, store that of the right one with `ccu gist set-token`",
                ],
            ),
            SyncError::NotWritable { .. } => (ErrorKind::SignIn, &[SCOPES, SET_TOKEN]),
            SyncError::NewerFormat { .. } => (ErrorKind::Gist, &["update ccu on this machine"]),
            SyncError::Sealed { .. } => (
                ErrorKind::Gist,
                &["`ccu gist key import` takes the key that `ccu gist key show` prints on a machine that has it"],
            ),
            SyncError::Unread { .. } => (
                ErrorKind::Gist,
                &[
                    "mend its files first (`ccu gist verify` names what is wrong), or give up what only they hold: `ccu gist machines forget MACHINE --force`",
                ],
            ),
            SyncError::WouldShow { .. } => (
                ErrorKind::Gist,
                &[
                    "`ccu gist encrypt on` encrypts here too",
                    "`ccu gist push --force` sends what this machine has readably all the same",
                ],
            ),
            SyncError::Broken { .. } | SyncError::Mismatch { .. } => (ErrorKind::Gist, &[PUSH_FORCE, VERIFY]),
            SyncError::Cloned => (
                ErrorKind::Gist,
                &[
                    "both were started from one copy of the configuration directory; try again, and this one takes an id of its own",
                ],
            ),
            SyncError::Forgotten { .. } => (
                ErrorKind::Gist,
                &[
                    "its records stay in this database and its reports; `ccu gist pull` still takes in those of the others",
                ],
            ),
            SyncError::Contended { .. } => (ErrorKind::Busy, &["try again in a minute", NOTHING_LOST]),
            SyncError::TooManyFiles => {
                (ErrorKind::Gist, &["`ccu gist info` lists the files; remove some that are not of ccu"])
            }
            SyncError::NotKept { .. } => (ErrorKind::Unreachable, &["try again later", NOTHING_LOST]),
            SyncError::UnknownMachine { ref known, .. } => return unknown_machine(known.clone(), error),
            SyncError::AmbiguousMachine { ref candidates, .. } => {
                let named: Vec<String> = candidates.iter().map(|(name, id)| format!("{name} ({id})")).collect();
                let hint = format!("name it by its id, of which the first four digits do: {}", named.join(", "));
                return CommandError::new(ErrorKind::Gist, error).hint(hint);
            }
            SyncError::MergesInCircle { .. } => {
                (ErrorKind::Gist, &["`ccu gist machines list` shows which machine counts for which"])
            }
            SyncError::Memory(_) => (ErrorKind::Database, &["`ccu doctor` checks the database"]),
            SyncError::NoBackup { ref known, .. } => return no_backup(known.clone(), error),
            SyncError::Interrupted => (ErrorKind::Interrupted, &[NOTHING_LOST]),
        };
        hints.iter().fold(CommandError::new(kind, error), |failed, hint| failed.hint(*hint))
    }
}

fn unknown_machine(known: Vec<String>, error: SyncError) -> CommandError {
    let hint = match known.as_slice() {
        [] => "no machine has put anything into the Gist yet".to_owned(),
        known => format!("the machines in it are {}", quoted(known)),
    };
    CommandError::new(ErrorKind::Gist, error).hint(hint)
}

fn no_backup(known: Vec<String>, error: SyncError) -> CommandError {
    let hint = match known.as_slice() {
        [] => "there are no backups yet; the first push of a day makes one".to_owned(),
        known => format!("there are backups of {}; `ccu gist backup list` shows them", quoted(known)),
    };
    CommandError::new(ErrorKind::Gist, error).hint(hint)
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<String>>().join(", ")
}

impl From<AuthError> for CommandError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::NotConfigured { ignored } => {
                let source = ignored.into_iter().find(Ignored::is_trouble);
                CommandError::new(ErrorKind::SignIn, NotConfigured { source })
                    .hint("run the setup wizard: `ccu gist setup`")
                    .hint("or set a token by hand: `ccu gist set-token`")
            }
            AuthError::NotAToken { .. } => CommandError::new(ErrorKind::SignIn, error).hint(SET_TOKEN),
            AuthError::File(error) => error.into(),
            AuthError::Keyring(error) => error.into(),
            AuthError::NoHome => CommandError::new(ErrorKind::Config, error),
        }
    }
}

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        // Each names its own fix.
        CommandError::new(ErrorKind::File, error)
    }
}

impl From<KeyringError> for CommandError {
    fn from(error: KeyringError) -> Self {
        CommandError::new(ErrorKind::File, error).hint("unlock or start the keyring, or use a file with `--store file`")
    }
}

impl From<TokenError> for CommandError {
    fn from(error: TokenError) -> Self {
        CommandError::new(ErrorKind::Usage, error)
            .hint("make a token at https://github.com/settings/tokens/new?scopes=gist&description=ccu")
    }
}

impl From<GitHubSetupError> for CommandError {
    fn from(error: GitHubSetupError) -> Self {
        let hint = match &error {
            GitHubSetupError::ApiUrl { .. } | GitHubSetupError::Header { .. } => {
                "`ccu config set github.api_url URL` sets it; `CCU_GITHUB_API_URL` wins"
            }
            GitHubSetupError::Proxy { .. } => "mend the variable, or unset it",
            GitHubSetupError::CaBundle { .. } | GitHubSetupError::NoCertificate { .. } => {
                "`ccu config set github.ca_bundle FILE` names another file"
            }
        };
        CommandError::new(ErrorKind::Config, error).hint(hint)
    }
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        CommandError::new(ErrorKind::Usage, error).hint("`ccu gist key show` prints the key on a machine that has it")
    }
}

impl From<CodecError> for CommandError {
    fn from(error: CodecError) -> Self {
        CommandError::new(ErrorKind::Gist, error).hint("`ccu gist key import` takes a key")
    }
}

impl From<ExportError> for CommandError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::File(error) => error.into(),
            // A pipe that is closed is no failure; it is found by its source.
            ExportError::Write(error) => error.into(),
        }
    }
}

impl From<ImportError> for CommandError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Store(error) | ImportError::EarlierDatabase(error) => error.into(),
            error => CommandError::new(ErrorKind::File, error)
                .hint("files of `ccu export`, of a Gist and of the earlier tool can be imported"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, message, causes and hints in lines.
    fn told(error: CommandError) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        error.write_text(&mut out).unwrap();
        format!("{} {}: {}", error.kind.exit_code().number(), error.kind.name(), {
            String::from_utf8(out.into_inner()).unwrap()
        })
    }

    #[test]
    fn the_troubles_of_the_guide() {
        let until = UtcMillis::parse("2026-11-22T13:59:30.000Z").unwrap();
        let unauthorized = SyncError::Remote { what: "cannot read the Gist", source: RemoteError::Unauthorized };
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        insta::assert_snapshot!(
            [
                told(AuthError::NotConfigured { ignored: Vec::new() }.into()),
                told(unauthorized.into()),
                told(limited(until, &berlin)),
            ]
            .join("\n"), @r#"
        3 sign_in: error: GitHub token not configured
        hint: run the setup wizard: `ccu gist setup`
        hint: or set a token by hand: `ccu gist set-token`

        3 sign_in: error: invalid token
        caused by: GitHub does not accept the token
        hint: it may have expired or been revoked; make a new one at https://github.com/settings/tokens with the scope `gist`
        hint: store a token with `ccu gist set-token`

        4 rate_limit: error: rate limit exceeded; GitHub takes requests again at 15:00 CET
        hint: `ccu gist status` shows the rate limit; GitHub allows 5000 requests an hour
        hint: nothing is lost; the next run goes on where this one stopped
        "#);
    }

    #[test]
    fn what_is_wrong_with_the_gist() {
        let known = || vec!["HOME-WT".to_owned(), "Laptop-WT".to_owned()];
        let told = [
            SyncError::NoGist,
            SyncError::GistGone { id: "0f".to_owned() },
            SyncError::NotWritable { id: "0f".to_owned(), reason: "it lacks the scope `gist`".to_owned() },
            SyncError::NewerFormat { file: "usage_data_a.json".to_owned(), found: 3 },
            SyncError::Sealed { file: "usage_data_a.json".to_owned(), source: Box::new(CodecError::NoKey) },
            SyncError::Mismatch { file: "usage_data_a.json".to_owned(), reason: "it is missing".to_owned() },
            SyncError::Contended { tries: 8 },
            SyncError::UnknownMachine { name: "Office".to_owned(), known: known() },
            SyncError::NoBackup { day: "20260101".to_owned(), known: Vec::new() },
            SyncError::Interrupted,
        ]
        .map(|error| told(error.into()));
        insta::assert_snapshot!(told.join("\n"), @r#"
        1 gist: error: this GitHub account has no Gist of ccu yet
        hint: `ccu gist push` makes it, from any machine

        1 gist: error: the Gist `0f` is gone
        hint: `ccu gist push --recreate` makes a new one of what this machine has
        hint: if the token is another account's, store that of the right one with `ccu gist set-token`

        3 sign_in: error: the token may not write to the Gist: it lacks the scope `gist`
        hint: it needs the scope `gist` (a classic token) or the account permission Gists: write (a fine-grained one)
        hint: store a token with `ccu gist set-token`

        1 gist: error: the file `usage_data_a.json` in the Gist was written by a newer ccu (format 3)
        hint: update ccu on this machine

        1 gist: error: the file `usage_data_a.json` in the Gist cannot be opened
        caused by: it is encrypted, and this machine has no key
        hint: `ccu gist key import` takes the key that `ccu gist key show` prints on a machine that has it

        1 gist: error: the file `usage_data_a.json` in the Gist is broken: it is missing
        hint: `ccu gist push --force` on that machine writes its files anew
        hint: `ccu gist verify` reads everything again and says what is broken

        4 busy: error: the Gist was being changed at each of 8 tries
        hint: try again in a minute
        hint: nothing is lost; the next run goes on where this one stopped

        1 gist: error: there is no machine `Office` in the Gist
        hint: the machines in it are `HOME-WT`, `Laptop-WT`

        1 gist: error: there is no backup of 20260101
        hint: there are no backups yet; the first push of a day makes one

        130 interrupted: error: interrupted
        hint: nothing is lost; the next run goes on where this one stopped
        "#);
    }

    #[test]
    fn why_github_is_not_reached() {
        let unreachable = |failure: ConnectionFailure| {
            let source = RemoteError::Unreachable { host: "api.github.com".to_owned(), source: failure.into() };
            told(SyncError::Remote { what: "cannot read the Gist", source }.into())
        };
        let told = [
            unreachable(ConnectionFailure::NoSuchHost),
            unreachable(ConnectionFailure::Proxy("407".to_owned())),
            unreachable(ConnectionFailure::Distrusted("nobody whom this system trusts has signed it".to_owned())),
        ];
        insta::assert_snapshot!(told.join("\n"), @r#"
        4 unreachable: error: cannot read the Gist
        caused by: cannot reach api.github.com
        caused by: no such host
        hint: check the network, and behind a proxy `HTTPS_PROXY`; reports need neither

        4 unreachable: error: cannot read the Gist
        caused by: cannot reach api.github.com
        caused by: the proxy did not connect us: 407
        hint: check `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`

        4 unreachable: error: cannot read the Gist
        caused by: cannot reach api.github.com
        caused by: its certificate is not trusted: nobody whom this system trusts has signed it
        hint: name the certificates of your company with `ccu config set github.ca_bundle FILE`; a wrong clock does this too
        "#);
    }
}
