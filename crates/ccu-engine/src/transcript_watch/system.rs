//! What the operating system tells of changes: which of it matters, and following directories that come and go.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{EventKind, ModifyKind};
use notify::{Config, ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::places::{Place, places};
use super::remote::is_remote;
use crate::paths::TranscriptRoot;

/// A directory may appear while it is looked for; so often is looked again.
const MOST_LOOKS: usize = 8;

/// What the thread of a watch is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Transcripts may have changed.
    Touched,
    /// Something happened where a missing directory may have appeared.
    Nearby,
    /// A watched directory is gone, or another one stands in its place.
    Gone,
    /// The system can watch no more directories.
    Exhausted,
    /// The watch is to end.
    Stop,
}

/// The system cannot tell what happens in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CannotWatch;

/// Passes signals on, each kind but once until it is heard: a burst of ten thousand events is one signal.
#[derive(Debug, Clone)]
pub(super) struct Signals {
    sender: Sender<Signal>,
    is_touched_told: Arc<AtomicBool>,
    is_nearby_told: Arc<AtomicBool>,
}

impl Signals {
    /// Nothing is told yet.
    pub fn new(sender: Sender<Signal>) -> Self {
        Signals { sender, is_touched_told: Arc::default(), is_nearby_told: Arc::default() }
    }

    /// A signal was heard; the next of its kind is told again.
    pub fn hear(&self, signal: Signal) {
        if let Some(is_told) = self.mark(signal) {
            is_told.store(false, Ordering::Release);
        }
    }

    fn tell(&self, signal: Signal) {
        if self.mark(signal).is_none_or(|is_told| !is_told.swap(true, Ordering::AcqRel)) {
            // Nobody hears it once the watch has ended.
            let _ = self.sender.send(signal);
        }
    }

    fn mark(&self, signal: Signal) -> Option<&AtomicBool> {
        match signal {
            Signal::Touched => Some(&self.is_touched_told),
            Signal::Nearby => Some(&self.is_nearby_told),
            Signal::Gone | Signal::Exhausted | Signal::Stop => None,
        }
    }
}

/// The directories that the system watches for us.
pub(super) struct SystemWatch {
    watcher: RecommendedWatcher,
    places: BTreeMap<PathBuf, Place>,
    /// The same, for the thread that the system tells.
    known: Arc<Mutex<BTreeMap<PathBuf, Place>>>,
}

impl SystemWatch {
    /// Begins to watch.
    pub fn begin(roots: &[TranscriptRoot], signals: &Signals) -> Result<SystemWatch, CannotWatch> {
        let known: Arc<Mutex<BTreeMap<PathBuf, Place>>> = Arc::default();
        let (signals, told_of) = (signals.clone(), known.clone());
        let tell = move |event: notify::Result<Event>| {
            let known = told_of.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(signal) = signal_of(&event, &known) {
                signals.tell(signal);
            }
        };
        let watcher = RecommendedWatcher::new(tell, Config::default()).map_err(|_| CannotWatch)?;
        let mut watch = SystemWatch { watcher, places: BTreeMap::new(), known };
        watch.follow(roots)?;
        Ok(watch)
    }

    /// Watches what must be watched now, and says whether a directory with transcripts came to it.
    pub fn follow(&mut self, roots: &[TranscriptRoot]) -> Result<bool, CannotWatch> {
        let mut has_new_place = false;
        for _ in 0..MOST_LOOKS {
            let wanted = places(roots);
            if wanted == self.places {
                break;
            }
            has_new_place |= self.change_to(wanted)?;
        }
        Ok(has_new_place)
    }

    fn change_to(&mut self, wanted: BTreeMap<PathBuf, Place>) -> Result<bool, CannotWatch> {
        for (path, place) in &self.places {
            if wanted.get(path) != Some(place) {
                // Fails where it is gone, and the system has let go of it by itself.
                let _ = self.watcher.unwatch(path);
            }
        }
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = wanted.clone();
        let mut has_new_place = false;
        let mut watched = BTreeMap::new();
        for (path, place) in wanted {
            if self.places.get(&path) != Some(&place) {
                if !self.watch(&path, place)? {
                    continue;
                }
                has_new_place |= place.has_transcripts;
            }
            watched.insert(path, place);
        }
        self.places = watched;
        Ok(has_new_place)
    }

    /// Lets go of all directories, so that they are looked for anew: one that was made in place of another may even have its
    /// identity.
    pub fn let_go(&mut self) {
        for path in std::mem::take(&mut self.places).keys() {
            let _ = self.watcher.unwatch(path);
        }
    }

    /// Watches a directory; `false` where it has gone in the meantime.
    fn watch(&mut self, path: &Path, place: Place) -> Result<bool, CannotWatch> {
        if place.has_transcripts && is_remote(path) {
            return Err(CannotWatch);
        }
        let mode = if place.has_transcripts { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        match self.watcher.watch(path, mode) {
            Ok(()) => Ok(true),
            Err(_) if !path.is_dir() => Ok(false),
            Err(_) => Err(CannotWatch),
        }
    }
}

/// What an event means where these directories are watched; `None` where it means nothing to us.
fn signal_of(event: &notify::Result<Event>, known: &BTreeMap<PathBuf, Place>) -> Option<Signal> {
    let event = match event {
        Ok(event) => event,
        Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => return Some(Signal::Exhausted),
        // Something happened that the system cannot name.
        Err(_) => return Some(Signal::Touched),
    };
    match event.kind {
        _ if event.need_rescan() => return Some(Signal::Touched),
        // We ourselves read transcripts, and must not be woken by it.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => return None,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
            if event.paths.iter().any(|path| known.contains_key(path)) =>
        {
            return Some(Signal::Gone);
        }
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => {}
    }
    let is_below = |path: &PathBuf| known.iter().any(|(place, found)| found.has_transcripts && path.starts_with(place));
    match event.paths.iter().any(|path| is_below(path) && may_be_transcript(path)) {
        true => Some(Signal::Touched),
        false if event.paths.iter().any(|path| !is_below(path)) => Some(Signal::Nearby),
        false => None,
    }
}

/// Whether a path is a transcript's or a directory's. Tool results are neither, and are written often.
fn may_be_transcript(path: &Path) -> bool {
    path.extension().is_none_or(|extension| extension == "jsonl") || path.is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_store::FileIdentity;
    use notify::event::{AccessKind, CreateKind, DataChange, Flag, MetadataKind, RemoveKind, RenameMode};

    #[test]
    fn events_mean_what_they_mean_to_transcripts() {
        let place = |has_transcripts| Place { identity: FileIdentity::default(), has_transcripts };
        let known: BTreeMap<PathBuf, Place> =
            [("/h/projects".into(), place(true)), ("/other".into(), place(false))].into();
        let check = |kind: EventKind, path: &str, expected: Option<Signal>| {
            let event = Ok(Event::new(kind).add_path(path.into()));
            assert_eq!(signal_of(&event, &known), expected, "{kind:?} {path}");
        };
        let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let create = EventKind::Create(CreateKind::Any);
        let remove = EventKind::Remove(RemoveKind::Any);
        check(data, "/h/projects/a/s.jsonl", Some(Signal::Touched));
        check(data, "/h/projects/a/s/tool-results/x.txt", None);
        check(create, "/h/projects/a", Some(Signal::Touched));
        check(remove, "/h/projects/a/s.jsonl", Some(Signal::Touched));
        check(remove, "/h/projects", Some(Signal::Gone));
        check(EventKind::Modify(ModifyKind::Name(RenameMode::From)), "/other", Some(Signal::Gone));
        check(create, "/other/.claude", Some(Signal::Nearby));
        check(EventKind::Access(AccessKind::Any), "/h/projects/a/s.jsonl", None);
        check(EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), "/h/projects/a/s.jsonl", None);
        let lost = Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan));
        assert_eq!(signal_of(&lost, &known), Some(Signal::Touched));
        let exhausted = Err(notify::Error::new(ErrorKind::MaxFilesWatch));
        assert_eq!(signal_of(&exhausted, &known), Some(Signal::Exhausted));
        assert_eq!(signal_of(&Err(notify::Error::generic("odd")), &known), Some(Signal::Touched));
    }

    #[test]
    fn a_signal_is_told_once_until_it_is_heard() {
        let (sender, received) = std::sync::mpsc::channel();
        let signals = Signals::new(sender);
        (0..3).for_each(|_| signals.tell(Signal::Touched));
        signals.tell(Signal::Nearby);
        signals.hear(Signal::Touched);
        signals.tell(Signal::Touched);
        let told: Vec<Signal> = received.try_iter().collect();
        assert_eq!(told, [Signal::Touched, Signal::Nearby, Signal::Touched]);
    }
}
