//! From transcripts to the store: find what is new, read it on all processors, put it through the one door.
//!
//! Transcripts are opened read-only and never otherwise touched. Offsets are committed with the records read up to them, so
//! a run that ends at any point, by choice or by force, has kept what it committed and reads the rest next time.

mod discover;
mod glance;
mod long_line;
mod pending;
mod read;
mod skipped;
mod unread;
mod unreadable;

pub(crate) use discover::{PROJECTS, identity};
pub(crate) use glance::Glance;
pub use skipped::{SkipReason, Skipped};
pub use unread::{Unread, unread};
pub use unreadable::unreadable;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ccu_core::ids::MachineId;
use ccu_store::{Cursors, Inserted, Store, StoreError, TranscriptName, Writing};

use crate::paths::TranscriptRoot;
use crate::progress::{Progress, ReadingProgress};
use discover::Discovery;
use pending::{Pending, PendingTranscript};
use read::{Piece, Reader};

/// Records in one transaction: few enough to lose little and to keep the write-ahead log small.
const RECORDS_PER_TRANSACTION: u64 = 60_000;
/// Pieces in one transaction, where pieces hold few records. A transaction writes the roll-ups of nearly all days anew, and each
/// after the first keeps the index of keys up to date: with 2,000 pieces, ten thousand files took 6 % more.
const PIECES_PER_TRANSACTION: u64 = 16_000;
/// A transaction lasts no longer, where files come slowly: nobody else can write until it ends, and others wait ten seconds.
const LONGEST_TRANSACTION: Duration = Duration::from_secs(1);
/// Parcels that may wait for the store; with some 300 records each, half a megabyte.
const WAITING_PARCELS: usize = 8;
/// A parcel is sent when it holds so many records,
const RECORDS_PER_PARCEL: usize = 256;
/// or so many messages.
const MESSAGES_PER_PARCEL: usize = 64;
/// Less than this is read on the calling thread: starting others would take longer.
const SMALL_READ: u64 = 1 << 20;

/// What to read, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The directories of Claude Code.
    pub roots: &'a [TranscriptRoot],
    /// The machine whose transcripts these are.
    pub machine: MachineId,
}

/// What a refresh did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refreshed {
    /// What became of the records found.
    pub inserted: Inserted,
    /// Transcripts that there are.
    pub n_transcripts: usize,
    /// Transcripts of which something was read.
    pub n_read: usize,
    /// Bytes read.
    pub bytes_read: u64,
    /// Files and directories that could not be read.
    pub skipped: Vec<Skipped>,
    /// Directories that the user named and that are not there.
    pub missing_roots: Vec<PathBuf>,
    /// Whether the user stopped the run; what was read until then is kept.
    pub is_interrupted: bool,
}

/// Reads what is new in the transcripts into the store.
///
/// **Errors**: those of the store. A transcript that cannot be read is listed in [`Refreshed::skipped`] and the rest goes on.
pub fn refresh(store: &mut Store, source: Source<'_>, progress: &dyn Progress) -> Result<Refreshed, StoreError> {
    let (discovery, cursors) = look_around(store, source.roots);
    let cursors = cursors?;
    let pending = Pending::new(&discovery, &cursors);
    drop(cursors);
    let n_transcripts = discovery.transcripts.len();
    let mut refreshed = Refreshed {
        n_transcripts,
        n_read: pending.transcripts.len(),
        skipped: discovery.skipped,
        missing_roots: discovery.missing_roots,
        ..Refreshed::default()
    };
    drop(discovery.transcripts);
    if !pending.vanished.is_empty() {
        forget(store, &pending.vanished)?;
    }
    if pending.transcripts.is_empty() {
        return Ok(refreshed);
    }
    let run = Run { source, pending: &pending, next: AtomicUsize::new(0), progress };
    run.read_into(store, &mut refreshed)?;
    Ok(refreshed)
}

/// Finds the transcripts while the store tells how far they were read.
fn look_around(store: &Store, roots: &[TranscriptRoot]) -> (Discovery, Result<Cursors, StoreError>) {
    thread::scope(|scope| {
        let walking = thread::Builder::new().name("discovery".into()).spawn_scoped(scope, || Discovery::of(roots));
        let cursors = store.cursors();
        let discovery = walking.ok().and_then(|walking| walking.join().ok()).unwrap_or_else(|| Discovery::of(roots));
        (discovery, cursors)
    })
}

fn forget(store: &mut Store, vanished: &[TranscriptName]) -> Result<(), StoreError> {
    let mut writing = store.begin()?;
    vanished.iter().try_for_each(|transcript| writing.forget_transcript(transcript))?;
    writing.commit().map(|_| ())
}

/// One refresh under way.
struct Run<'a> {
    source: Source<'a>,
    pending: &'a Pending,
    /// The index of the next transcript that nobody reads yet.
    next: AtomicUsize,
    progress: &'a dyn Progress,
}

/// What a reading thread sends.
enum Message {
    Piece(Piece),
    Skipped(Skipped),
}

impl Run<'_> {
    fn read_into(&self, store: &mut Store, refreshed: &mut Refreshed) -> Result<(), StoreError> {
        let mut intake = Intake { run: self, refreshed };
        if self.pending.bytes <= SMALL_READ {
            return intake.take_all_inline(store);
        }
        let n_threads = thread::available_parallelism().map_or(1, |n| n.get()).min(self.pending.transcripts.len());
        let is_started = thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<Vec<Message>>(WAITING_PARCELS);
            let mut n_started = 0;
            for _ in 0..n_threads {
                let sender = sender.clone();
                let read = move || self.read_into_parcels(&sender);
                n_started +=
                    usize::from(thread::Builder::new().name("reader".into()).spawn_scoped(scope, read).is_ok());
            }
            drop(sender);
            intake.take_all(store, receiver).map(|()| n_started > 0)
        })?;
        // A system that refuses threads still has this one.
        if is_started { Ok(()) } else { intake.take_all_inline(store) }
    }

    /// Reads transcripts and sends what was found in parcels: waking the other side costs more than a small transcript.
    fn read_into_parcels(&self, sender: &SyncSender<Vec<Message>>) {
        let mut parcel = Vec::new();
        let mut n_records = 0;
        self.read_all(&mut |message| {
            if let Message::Piece(piece) = &message {
                n_records += piece.records.len();
            }
            parcel.push(message);
            if n_records < RECORDS_PER_PARCEL && parcel.len() < MESSAGES_PER_PARCEL {
                return true;
            }
            n_records = 0;
            sender.send(std::mem::take(&mut parcel)).is_ok()
        });
        // Where nobody listens any more, there is nothing left to tell.
        let _ = sender.send(parcel);
    }

    /// Reads transcripts until none is left, or until nobody wants to hear of them.
    fn read_all(&self, send: &mut dyn FnMut(Message) -> bool) {
        let mut reader = Reader::new(self.source.machine);
        while let Some(pending) = self.pending.transcripts.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let mut keep_on = |piece| !self.progress.is_interrupted() && send(Message::Piece(piece));
            if let Err(error) = reader.read(pending, &mut keep_on) {
                let skipped = Skipped::from_io(pending.name.path(), &error);
                if skipped.is_some_and(|skipped| !send(Message::Skipped(skipped))) {
                    return;
                }
            }
            if self.progress.is_interrupted() {
                return;
            }
        }
    }
}

/// The writing side of a refresh.
struct Intake<'r, 'a> {
    run: &'r Run<'a>,
    refreshed: &'r mut Refreshed,
}

impl Intake<'_, '_> {
    fn take_all(&mut self, store: &mut Store, receiver: Receiver<Vec<Message>>) -> Result<(), StoreError> {
        let mut messages = receiver.into_iter().flatten().peekable();
        while messages.peek().is_some() {
            let mut writing = store.begin_filling()?;
            let (mut n_records, mut n_pieces, begun) = (0, 0, Instant::now());
            while n_records < RECORDS_PER_TRANSACTION
                && n_pieces < PIECES_PER_TRANSACTION
                && begun.elapsed() < LONGEST_TRANSACTION
            {
                let Some(message) = messages.next() else { break };
                n_records += self.take(&mut writing, message)?;
                n_pieces += 1;
            }
            self.commit(writing)?;
        }
        self.refreshed.is_interrupted = self.run.progress.is_interrupted();
        Ok(())
    }

    fn take_all_inline(&mut self, store: &mut Store) -> Result<(), StoreError> {
        let mut messages = Vec::new();
        self.run.read_all(&mut |message| {
            messages.push(message);
            true
        });
        let mut writing = store.begin()?;
        for message in messages {
            self.take(&mut writing, message)?;
        }
        self.commit(writing)?;
        self.refreshed.is_interrupted = self.run.progress.is_interrupted();
        Ok(())
    }

    /// Puts one message into the transaction and says how many records it held.
    fn take(&mut self, writing: &mut Writing<'_>, message: Message) -> Result<u64, StoreError> {
        let piece = match message {
            Message::Piece(piece) => piece,
            Message::Skipped(skipped) => {
                self.refreshed.skipped.push(skipped);
                return Ok(0);
            }
        };
        let PendingTranscript { name, is_known, .. } = &self.run.pending.transcripts[piece.transcript_idx];
        writing.insert_batch(&piece.records)?;
        if *is_known {
            writing.clear_problems(name, piece.problems_from)?;
        }
        for (offset, problem) in &piece.problems {
            writing.add_problem(name, *offset, *problem)?;
        }
        writing.set_cursor(name, &piece.cursor)?;
        self.refreshed.bytes_read += piece.bytes_read;
        self.run.progress.reading(ReadingProgress {
            bytes_read: self.refreshed.bytes_read,
            bytes_total: self.run.pending.bytes,
            n_transcripts: self.run.pending.transcripts.len(),
        });
        Ok(piece.records.len() as u64)
    }

    fn commit(&mut self, writing: Writing<'_>) -> Result<(), StoreError> {
        let inserted = writing.commit()?;
        self.refreshed.inserted = self.refreshed.inserted.plus(&inserted);
        Ok(())
    }
}
