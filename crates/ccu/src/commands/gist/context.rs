//! What every `ccu gist` command begins with: settings, the token, GitHub, and one run of sync between them.

use std::sync::Arc;

use ccu_engine::auth::{AuthError, Found, Ignored, KeyringError, Places, find_token};
use ccu_engine::config::{Config, ResolvedSettings};
use ccu_engine::gist::github::{GitHub, GitHubOptions, Interrupt, ProxySettings};
use ccu_engine::gist::{Remote, RemoteError};
use ccu_engine::ledger::{LedgerError, SyncLine};
use ccu_engine::sync::{Codec, Session, SyncError, Watch};
use jiff::tz::TimeZone;

use crate::args::JsonArgs;
use crate::args::report::ReportArgs;
use crate::commands::gist::key_store;
use crate::commands::opened::{Opened, is_animated, load_config};
use crate::ctrl_c;
use crate::error::CommandError;
use crate::error_sources::sync::limited;
use crate::printer::Printer;
use crate::progress::SyncWatch;
use crate::settings::{self, Answer};
use crate::surroundings::Surroundings;
use crate::waiting::SystemClock;

/// What a command goes by before it asks anybody.
pub struct GistContext<'s> {
    /// What is around the process.
    pub surroundings: &'s Surroundings,
    /// The configuration file.
    pub config: Config,
    /// The settings that hold.
    pub resolved: ResolvedSettings,
    /// How to answer.
    pub answer: Answer,
    /// The zone of the times that are shown.
    pub zone: TimeZone,
    /// Whether the user wants the work to stop: Ctrl-C, unless somebody else decides.
    pub is_stop_wanted: Interrupt,
}

impl<'s> GistContext<'s> {
    /// Reads the settings.
    ///
    /// **Errors**: when the configuration is not valid, or the filter of `--jq` is no jq.
    pub fn new(json: &JsonArgs, surroundings: &'s Surroundings) -> Result<Self, CommandError> {
        let answer = settings::answer(json, surroundings)?;
        let config = load_config(surroundings)?;
        let resolved = settings::resolved(&ReportArgs::default(), &config, surroundings)?;
        let zone = settings::zone(&resolved, surroundings);
        let is_stop_wanted: Interrupt = Arc::new(ctrl_c::is_stop_wanted);
        Ok(GistContext { surroundings, config, resolved, answer, zone, is_stop_wanted })
    }

    /// The places that a token may be in.
    pub fn places(&self) -> Places {
        Places::new(&self.surroundings.environment, &self.resolved.github)
    }

    /// The token, with a warning where a place that may have another could not be asked.
    ///
    /// **Errors**: when there is none that can be used.
    pub fn token(&self, printer: &mut Printer<'_>) -> Result<Found, CommandError> {
        Ok(self.found_token(printer)??)
    }

    /// The token, or why there is none, with a warning where a place that may have another could not be asked.
    ///
    /// **Errors**: when the output cannot be written, or a place holds what is no token of this user's.
    pub fn found_token(&self, printer: &mut Printer<'_>) -> Result<Result<Found, AuthError>, CommandError> {
        let found = match find_token(&self.places()) {
            Ok(found) => found,
            Err(error @ AuthError::NotConfigured { .. }) => return Ok(Err(error)),
            Err(error) => return Err(error.into()),
        };
        for ignored in found.ignored.iter().filter(|ignored| ignored.is_trouble()) {
            printer.warning(&format!("{ignored}; the token is that of {}", found.source.in_sentence()))?;
        }
        Ok(Ok(found))
    }

    /// GitHub for a token; nothing is asked yet.
    ///
    /// **Errors**: when a setting of the connection cannot be used.
    pub fn github(&self, found: &ccu_engine::auth::Token) -> Result<GitHub, CommandError> {
        let github = &self.resolved.github;
        let options = GitHubOptions {
            api_url: github.api_url.value.clone(),
            ca_bundle: github.ca_bundle.as_ref().map(|path| path.value.clone()),
            proxy: ProxySettings::of(&self.surroundings.environment),
            ..GitHubOptions::new(self.surroundings.clock)
        };
        Ok(GitHub::new(found.clone(), options, self.is_stop_wanted.clone())?)
    }

    /// This machine's ledger.
    ///
    /// **Errors**: those of opening it.
    pub fn opened(&self) -> Result<Opened, CommandError> {
        Opened::new(&self.config, &self.resolved, self.surroundings)
    }

    /// Whether words are wanted, and not JSON.
    pub fn is_for_people(&self) -> bool {
        matches!(self.answer, Answer::Table(_) | Answer::Csv)
    }

    /// Whether a person can be asked.
    pub fn can_ask(&self) -> bool {
        self.is_for_people() && self.surroundings.terminal.can_ask()
    }

    /// Characters in a line.
    pub fn width(&self) -> usize {
        match &self.answer {
            Answer::Table(options) => options.width,
            Answer::Json | Answer::Jq(_) | Answer::Csv => usize::MAX,
        }
    }

    /// A time as clocks on the wall have it: `2026-11-22 14:32`.
    pub fn local_time(&self, time: ccu_core::time::UtcMillis) -> String {
        time.timestamp().to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// An error of a sync, with times as clocks on the wall have them.
    pub fn failed(&self, error: SyncError) -> CommandError {
        match error {
            SyncError::Limited { until } => limited(until, &self.zone),
            error => error.into(),
        }
    }

    /// An error of GitHub, with times as clocks on the wall have them.
    pub fn refused(&self, error: RemoteError) -> CommandError {
        match error {
            RemoteError::Limited { until } => limited(until, &self.zone),
            error => error.into(),
        }
    }
}

/// The line to the Gist: ledger, token, GitHub, and how files are packed.
pub struct GistLine<'c, 's> {
    /// The settings.
    pub context: &'c GistContext<'s>,
    /// The ledger.
    pub opened: Opened,
    /// The token, and where it is.
    pub found: Found,
    /// GitHub.
    pub github: GitHub,
    /// How files are packed and opened.
    pub codec: Codec,
}

impl<'c, 's> GistLine<'c, 's> {
    /// Opens it; nothing is asked of GitHub yet.
    ///
    /// **Errors**: when there is no token, or ledger, key or connection cannot be used.
    pub fn open(context: &'c GistContext<'s>, printer: &mut Printer<'_>) -> Result<Self, CommandError> {
        let found = context.token(printer)?;
        GistLine::with(context, found)
    }

    /// Opens it with this token.
    ///
    /// **Errors**: as [`GistLine::open`].
    pub fn with(context: &'c GistContext<'s>, found: Found) -> Result<Self, CommandError> {
        let github = context.github(&found.token)?;
        let keyring_failed = found.ignored.iter().any(|ignored| matches!(ignored, Ignored::Keyring(_)));
        let encrypts = context.resolved.sync.encrypt.value;
        let key = match key_store::find(context, keyring_failed) {
            // A keyring that does not answer is no reason to hold back what is not encrypted.
            Err(error) if error.source.is::<KeyringError>() && !encrypts => None,
            found => found?.map(|found| found.key),
        };
        let codec = Codec { key, encrypts };
        Ok(GistLine { context, opened: context.opened()?, found, github, codec })
    }

    /// Reads new transcripts, so that they go out too. Where another run is at it, goes on with what is stored.
    ///
    /// **Errors**: when the user stops it, or the database fails.
    pub fn refresh(&mut self, command: &str, printer: &mut Printer<'_>) -> Result<(), CommandError> {
        let is_animated = is_animated(&self.context.answer, self.context.surroundings);
        self.opened.refresh_for_report(command, is_animated, printer).map(drop)
    }

    /// Does `work` on the Gist.
    ///
    /// **Errors**: those of `work`, and when another sync of this machine takes too long.
    pub fn try_sync<T>(
        &mut self,
        command: &str,
        printer: &Printer<'_>,
        work: impl Fn(&mut Session<'_>) -> Result<T, SyncError>,
    ) -> Result<T, LedgerError> {
        let is_animated = is_animated(&self.context.answer, self.context.surroundings) && !printer.is_quiet();
        let watch = SyncWatch::begin(is_animated, self.context.zone.clone());
        self.watched_sync(command, &watch, work)
    }

    /// As [`GistLine::try_sync`], with somebody else watching than the user of a command.
    ///
    /// **Errors**: as [`GistLine::try_sync`].
    pub fn watched_sync<T>(
        &mut self,
        command: &str,
        watch: &dyn Watch,
        work: impl Fn(&mut Session<'_>) -> Result<T, SyncError>,
    ) -> Result<T, LedgerError> {
        let is_stop_wanted = &*self.context.is_stop_wanted;
        let clock = SystemClock { now: self.context.surroundings.clock, is_stop_wanted: &|| is_stop_wanted() };
        let Opened { ledger, prices, .. } = &mut self.opened;
        let line = SyncLine {
            remote: &self.github,
            clock: &clock,
            watch,
            command,
            token_fingerprint: self.found.token.fingerprint(),
            projects: self.context.resolved.sync.projects.value,
            codec: self.codec.clone(),
            prices,
        };
        ledger.sync(&line, work)
    }

    /// As [`GistLine::try_sync`], with errors as users see them.
    ///
    /// **Errors**: those of `work`, and when another sync of this machine takes too long.
    pub fn sync<T>(
        &mut self,
        command: &str,
        printer: &Printer<'_>,
        work: impl Fn(&mut Session<'_>) -> Result<T, SyncError>,
    ) -> Result<T, CommandError> {
        self.try_sync(command, printer, work).map_err(|error| self.failed(error))
    }

    /// An error of the ledger, with times as clocks on the wall have them.
    pub fn failed(&self, error: LedgerError) -> CommandError {
        match error {
            LedgerError::Sync(error) => self.context.failed(*error),
            error => error.into(),
        }
    }

    /// Requests and bytes until now.
    pub fn traffic(&self) -> ccu_engine::gist::Traffic {
        self.github.traffic()
    }
}
