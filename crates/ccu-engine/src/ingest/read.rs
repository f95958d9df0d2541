//! Reading one transcript: a window over the file, whole lines out of it, records out of those.
//!
//! The window stays in the processor's cache and is reused for every file; memory does not grow with the files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use ccu_core::dedupe::merge;
use ccu_core::fnv::fnv1a;
use ccu_core::ids::{MachineId, RecordKey};
use ccu_core::normalize::Normalizer;
use ccu_core::record::UsageRecord;
use ccu_core::transcript::{Line, LineProblem, LineReader};
use ccu_store::Cursor;
use memchr::memrchr;
use rustc_hash::FxHashMap;

use super::discover::FileState;
use super::long_line::LongLine;
use super::pending::PendingTranscript;

/// Large enough for nearly every line, small enough for the second-level cache.
const WINDOW: usize = 256 << 10;
/// A piece is sent when it holds so many records, so that a giant file does not gather all of its own.
const RECORDS_PER_PIECE: usize = 512;
/// The bytes before an offset that are hashed to tell whether the file was rewritten. The last bytes of a row (session, version,
/// branch) are the same in many; within so many, its time and ids stand.
const TAIL: usize = 512;

/// What was read of a transcript in one go.
pub(super) struct Piece {
    pub transcript_idx: usize,
    pub records: Vec<UsageRecord>,
    /// Problems known from this offset on are replaced by these.
    pub problems_from: u64,
    pub problems: Vec<(u64, LineProblem)>,
    pub cursor: Cursor,
    pub bytes_read: u64,
}

/// Reads transcripts one after the other.
pub(super) struct Reader {
    window: Vec<u8>,
    lines: LineReader,
    gathered: Gathered,
}

/// Records and problems since the last piece; rows of one response are joined here already.
struct Gathered {
    normalizer: Normalizer,
    records: Vec<UsageRecord>,
    by_key: FxHashMap<RecordKey, usize>,
    scratch: Vec<UsageRecord>,
    problems: Vec<(u64, LineProblem)>,
}

impl Reader {
    pub fn new(machine: MachineId) -> Self {
        Reader { window: vec![0; WINDOW], lines: LineReader::default(), gathered: Gathered::new(machine) }
    }

    /// Reads what is new of a transcript and hands it on in pieces, until `keep_on` says no.
    pub fn read(&mut self, pending: &PendingTranscript, keep_on: &mut dyn FnMut(Piece) -> bool) -> io::Result<()> {
        self.gathered.clear();
        let mut file = File::open(pending.name.path())?;
        let state = FileState::of(&file.metadata()?);
        let (start, tail) = start(&mut file, state, pending.cursor)?;
        if pending.cursor.is_some() {
            file.seek(SeekFrom::Start(start))?;
        }
        let mut reading =
            Reading { file, state, offset: start, sent_offset: start, tail, transcript_idx: pending.transcript_idx };
        self.read_window_by_window(&mut reading, keep_on)
    }

    fn read_window_by_window(
        &mut self,
        reading: &mut Reading,
        keep_on: &mut dyn FnMut(Piece) -> bool,
    ) -> io::Result<()> {
        let mut filled = 0;
        loop {
            let n_read = reading.file.read(&mut self.window[filled..])?;
            if n_read == 0 {
                break;
            }
            let whole_lines = memrchr(b'\n', &self.window[filled..filled + n_read]).map_or(0, |end| filled + end + 1);
            filled += n_read;
            self.take_lines(reading, whole_lines);
            self.window.copy_within(whole_lines..filled, 0);
            filled -= whole_lines;
            if filled == self.window.len() {
                // What a writer adds from here on is the rest of a line whose beginning is read past: it waits for the next run.
                let Some(rest) = self.take_long_line(reading)? else {
                    filled = 0;
                    break;
                };
                filled = rest;
            }
            if self.gathered.records.len() >= RECORDS_PER_PIECE && !keep_on(self.piece(reading, Remainder::Unread)) {
                return Ok(());
            }
        }
        self.take_last_line(reading, filled);
        keep_on(self.piece(reading, Remainder::None));
        Ok(())
    }

    /// Takes the whole lines at the beginning of the window.
    fn take_lines(&mut self, reading: &mut Reading, end: usize) {
        let Reader { window, lines, gathered } = self;
        lines.read_all(&window[..end], &mut |start, bytes, line| {
            gathered.take(bytes, line, reading.offset + start as u64);
        });
        reading.advance(&self.window[..end], end as u64);
    }

    /// Takes a line that fills the whole window without end; gives the number of bytes of an unfinished line after it, or `None`
    /// where the file ends inside it.
    fn take_long_line(&mut self, reading: &mut Reading) -> io::Result<Option<usize>> {
        let (line, end) = LongLine::read_to_its_end(&mut reading.file, &mut self.window)?;
        match line.must_be_held() {
            Ok(false) => {}
            Ok(true) => {
                let whole = reading.read_again(line.length)?;
                let line = self.lines.read(&whole);
                self.gathered.take(&whole, line, reading.offset);
            }
            Err(problem) => self.gathered.problems.push((reading.offset, problem)),
        }
        // Without an end the offset stays before the line.
        let Some(end) = end else { return Ok(None) };
        reading.advance(&self.window[..end.position + 1], line.length + 1);
        self.window.copy_within(end.position + 1..end.filled, 0);
        let filled = end.filled - end.position - 1;
        let whole_lines = memrchr(b'\n', &self.window[..filled]).map_or(0, |end| end + 1);
        self.take_lines(reading, whole_lines);
        self.window.copy_within(whole_lines..filled, 0);
        Ok(Some(filled - whole_lines))
    }

    /// Takes a last line without line feed. Where it is whole it counts now, since the line feed may never come; it is read
    /// again when it does, which identity makes harmless.
    fn take_last_line(&mut self, reading: &Reading, filled: usize) {
        let bytes = &self.window[..filled];
        self.gathered.take(bytes, self.lines.read(bytes), reading.offset);
    }

    fn piece(&mut self, reading: &mut Reading, remainder: Remainder) -> Piece {
        self.gathered.by_key.clear();
        let piece = Piece {
            transcript_idx: reading.transcript_idx,
            records: std::mem::take(&mut self.gathered.records),
            problems_from: reading.sent_offset,
            problems: std::mem::take(&mut self.gathered.problems),
            cursor: reading.cursor(remainder),
            bytes_read: reading.offset - reading.sent_offset,
        };
        reading.sent_offset = reading.offset;
        piece
    }
}

impl Gathered {
    fn new(machine: MachineId) -> Self {
        Gathered {
            normalizer: Normalizer::new(machine),
            records: Vec::new(),
            by_key: FxHashMap::default(),
            scratch: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Forgets what a file that could not be read to its end has left.
    fn clear(&mut self) {
        self.records.clear();
        self.by_key.clear();
        self.problems.clear();
    }

    fn take(&mut self, bytes: &[u8], line: Line<'_>, offset: u64) {
        let row = match line {
            Line::Usage(row) => row,
            Line::Other => return,
            Line::Malformed(problem) => return self.problems.push((offset, problem)),
        };
        let problem = self.normalizer.records(&row, bytes, &mut self.scratch);
        self.problems.extend(problem.map(|problem| (offset, problem)));
        for record in self.scratch.drain(..) {
            match self.by_key.get(&record.key) {
                None => {
                    self.by_key.insert(record.key, self.records.len());
                    self.records.push(record);
                }
                Some(&record_idx) => {
                    merge(&mut self.records[record_idx], record);
                }
            }
        }
    }
}

/// Whether more of the file is still to be read after a piece.
#[derive(Clone, Copy)]
enum Remainder {
    None,
    Unread,
}

/// One transcript under way.
struct Reading {
    file: File,
    state: FileState,
    /// The offset of the first byte in the window.
    offset: u64,
    sent_offset: u64,
    /// The last bytes before `offset`.
    tail: Vec<u8>,
    transcript_idx: usize,
}

impl Reading {
    /// Moves the offset past `length` bytes, the last of which are in `end`.
    fn advance(&mut self, end: &[u8], length: u64) {
        self.offset += length;
        self.tail.extend_from_slice(&end[end.len().saturating_sub(TAIL)..]);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    /// Reads so many bytes from the offset on, and leaves the file where it was.
    fn read_again(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let position = self.file.stream_position()?;
        self.file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::with_capacity(length as usize);
        (&mut self.file).take(length).read_to_end(&mut bytes)?;
        self.file.seek(SeekFrom::Start(position))?;
        Ok(bytes)
    }

    fn cursor(&self, remainder: Remainder) -> Cursor {
        // A run may end between two pieces. The next one must not take the file for read because it looks as it did.
        let size = match remainder {
            Remainder::None => self.state.size,
            Remainder::Unread => self.offset,
        };
        Cursor {
            identity: self.state.identity,
            size,
            modified_ns: self.state.modified_ns,
            offset: self.offset,
            tail_hash: fnv1a(&self.tail),
        }
    }
}

/// Where to go on reading, and the bytes before: the stored offset where they are what they were, else the beginning.
fn start(file: &mut File, state: FileState, cursor: Option<Cursor>) -> io::Result<(u64, Vec<u8>)> {
    if let Some(cursor) = cursor.filter(|cursor| cursor.identity == state.identity && cursor.offset <= state.size) {
        file.seek(SeekFrom::Start(cursor.offset.saturating_sub(TAIL as u64)))?;
        let mut tail = Vec::with_capacity(TAIL);
        file.take(cursor.offset.min(TAIL as u64)).read_to_end(&mut tail)?;
        if fnv1a(&tail) == cursor.tail_hash {
            return Ok((cursor.offset, tail));
        }
    }
    Ok((0, Vec::with_capacity(2 * TAIL)))
}
