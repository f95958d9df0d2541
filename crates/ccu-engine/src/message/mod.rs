//! What a response said, read anew from its transcript on this machine when somebody asks. Nothing of it is kept.
//!
//! Claude Code writes a response as one line for each content block, all with the `message.id` of the response; a record knows
//! the uuid of one of them. The text is what the transcript has: whoever shows it on a terminal escapes it.

mod lines;
mod parts;
mod places;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ccu_core::ids::CompactId;
use memchr::memmem::Finder;

use crate::paths::TranscriptRoot;
use lines::Lines;
use parts::AssistantLine;

/// What a response said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The transcript that it was read from.
    pub path: PathBuf,
    /// Its content blocks, in the order of the file. Blocks that are neither text, thinking nor the use of a tool are left out.
    pub parts: Vec<MessagePart>,
}

/// One content block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// Text for the reader.
    Text(String),
    /// Thinking, as far as the transcript shows it.
    Thinking(String),
    /// A tool was called.
    ToolUse {
        /// The tool.
        name: String,
        /// What it was given: JSON as the transcript has it.
        input: String,
    },
}

/// Why a transcript could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the transcript `{}`", path.display())]
pub struct MessageError {
    /// The transcript.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Reads what the response with the line `uuid` in `session` said. `None` where no transcript below the roots has the line any
/// more: Claude Code has deleted it, or it was another machine's.
///
/// Reads whole transcripts line by line, in the memory of their longest line; a line above 64 MB is passed over.
///
/// **Errors**: when a transcript that may have the line is there and cannot be read.
pub fn read_message(
    roots: &[TranscriptRoot],
    session: &CompactId,
    uuid: &CompactId,
) -> Result<Option<Message>, MessageError> {
    let uuid = uuid.to_string();
    for path in places::transcripts_of(roots, &session.to_string()) {
        let unreadable = |source| MessageError { path: path.clone(), source };
        if let Some(parts) = parts_of(&path, &uuid).map_err(unreadable)? {
            return Ok(Some(Message { path, parts }));
        }
    }
    Ok(None)
}

/// The content of the response with the line `uuid`; `None` where the transcript does not have it.
fn parts_of(path: &Path, uuid: &str) -> io::Result<Option<Vec<MessagePart>>> {
    let Some(line) = first_line(path, uuid, &|line| line.uuid == uuid)? else { return Ok(None) };
    let Some(id) = line.message_id else { return Ok(Some(line.parts)) };
    let mut parts = Vec::new();
    each_line(path, &id, &mut |line| {
        if line.message_id.as_deref() == Some(&*id) {
            // A session that was resumed may have the same blocks twice, under other uuids.
            let is_new = line.parts.iter().any(|part| !parts.contains(part));
            parts.extend(line.parts.into_iter().filter(|_| is_new));
        }
        true
    })?;
    Ok(Some(parts))
}

fn first_line(path: &Path, text: &str, is_it: &dyn Fn(&AssistantLine) -> bool) -> io::Result<Option<AssistantLine>> {
    let mut found = None;
    each_line(path, text, &mut |line| {
        found = Some(line).filter(is_it);
        found.is_none()
    })?;
    Ok(found)
}

/// Gives the lines of assistants that `text` stands in, until `each` says no. A file that is gone has none.
fn each_line(path: &Path, text: &str, each: &mut dyn FnMut(AssistantLine) -> bool) -> io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let finder = Finder::new(text);
    let mut lines = Lines::new(file);
    while let Some(line) = lines.next_line()? {
        // Most lines are told by this alone; only the few that have the text are parsed.
        let is_candidate = finder.find(line).is_some();
        if let Some(line) = is_candidate.then(|| AssistantLine::read(line)).flatten()
            && !each(line)
        {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
