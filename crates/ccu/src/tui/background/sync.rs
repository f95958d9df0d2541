//! One sync in the background: what `ccu gist sync` does, with nobody asked and nothing printed.

use ccu_engine::gist::Traffic;
use ccu_engine::ledger::LedgerError;
use ccu_engine::sync::{Pulled, PushOptions, SyncError};

use crate::args::JsonArgs;
use crate::commands::demo;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::sync::since;
use crate::commands::gist::{notices, pull, push};
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::surroundings::Surroundings;
use crate::tui::background::COMMAND;
use crate::tui::background::report::Reporter;
use crate::tui::event::{SyncDone, SyncKind, SyncTrouble, Trouble};

/// Does a sync. The settings, the token and the key are looked up anew, because they may have changed since the last one.
///
/// **Errors**: whatever keeps it from being done, in words.
pub fn sync(kind: SyncKind, surroundings: &Surroundings, reporter: &Reporter) -> Result<SyncDone, SyncTrouble> {
    if surroundings.is_demo {
        return Err(SyncTrouble { can_retry: false, ..failed(&demo::no_gist()) });
    }
    let mut context = GistContext::new(&JsonArgs::default(), surroundings).map_err(|error| failed(&error))?;
    context.is_stop_wanted = reporter.interrupt();
    let mut line = GistLine::open(&context, &mut Printer::silent()).map_err(|error| failed(&error))?;
    let mut done = SyncDone { sentence: String::new(), has_new: false, failures: Vec::new() };
    if kind != SyncKind::Pull {
        done.has_new = refresh(&mut line, reporter).map_err(|error| refused(error, &line))?;
    }
    if kind != SyncKind::Push {
        take_in(kind, &mut line, reporter, &mut done).map_err(|error| refused(error, &line))?;
    }
    if kind != SyncKind::Pull {
        send_out(&mut line, reporter, &mut done).map_err(|error| refused(error, &line))?;
    }
    Ok(done)
}

/// Reads new transcripts, so that they go out too, and says whether there were any. Where another run is at it, goes on with
/// what is stored.
fn refresh(line: &mut GistLine<'_, '_>, reporter: &Reporter) -> Result<bool, LedgerError> {
    match line.opened.ledger.refresh(COMMAND, &Quiet(reporter)) {
        Ok(refreshed) if refreshed.is_interrupted => Err(SyncError::Interrupted.into()),
        Ok(refreshed) => Ok(refreshed.inserted.new + refreshed.inserted.improved > 0),
        Err(LedgerError::Busy(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reading within a sync: it can be stopped, and says nothing of its own.
struct Quiet<'a>(&'a Reporter);

impl ccu_engine::progress::Progress for Quiet<'_> {
    fn reading(&self, _progress: ccu_engine::progress::ReadingProgress) {}

    fn is_interrupted(&self) -> bool {
        self.0.is_stop_wanted()
    }
}

/// Takes in what is new. A Gist that is not there or gone is for the push that follows, which makes one or says so.
fn take_in(
    kind: SyncKind,
    line: &mut GistLine<'_, '_>,
    reporter: &Reporter,
    done: &mut SyncDone,
) -> Result<(), LedgerError> {
    let pulled = match line.watched_sync(COMMAND, reporter, |session| session.pull(&[])) {
        Err(LedgerError::Sync(error)) if kind == SyncKind::Both && is_no_gist(&error) => Pulled::default(),
        pulled => pulled?,
    };
    done.failures = pull::failures(&pulled);
    done.has_new |= pulled.inserted.new + pulled.inserted.improved + pulled.inserted.replaced + pulled.restored > 0;
    done.sentence = pull::sentence(&pulled, done.failures.is_empty());
    done.failures.extend(pull::left_out(&pulled));
    Ok(())
}

fn send_out(line: &mut GistLine<'_, '_>, reporter: &Reporter, done: &mut SyncDone) -> Result<(), LedgerError> {
    let before: Traffic = line.traffic();
    let pushed = line.watched_sync(COMMAND, reporter, |session| session.push(PushOptions::default()))?;
    let mut sentences =
        vec![std::mem::take(&mut done.sentence), push::sentence(&pushed, since(line.traffic(), before))];
    sentences.extend(pushed.notices.iter().map(|notice| format!("Note: {}.", notices::sentence(notice))));
    sentences.retain(|sentence| !sentence.is_empty());
    done.sentence = sentences.join(" ");
    Ok(())
}

fn is_no_gist(error: &SyncError) -> bool {
    matches!(error, SyncError::NoGist | SyncError::GistGone { .. })
}

/// What GitHub, the Gist or the database said no to.
fn refused(error: LedgerError, line: &GistLine<'_, '_>) -> SyncTrouble {
    let (not_before, has_gist) = match &error {
        LedgerError::Sync(error) => match **error {
            SyncError::Limited { until } => (Some(until), true),
            ref error => (None, !is_no_gist(error)),
        },
        _ => (None, true),
    };
    let trouble = failed(&line.failed(error));
    SyncTrouble { not_before, can_retry: trouble.can_retry && has_gist, ..trouble }
}

/// An error in words. Who has no token that is accepted has none in ten minutes either.
fn failed(error: &CommandError) -> SyncTrouble {
    SyncTrouble { trouble: Trouble::of(error), not_before: None, can_retry: error.kind != ErrorKind::SignIn }
}
