//! The data files of the Gist: whose they are, and what they hold.

use ccu_core::wire::file_name::{self, FileKind};
use ccu_core::wire::{self, Content, Head, WireError};

use super::codec::{self, Codec};
use super::error::SyncError;
use super::view::View;

/// Whose a data file is.
#[derive(Debug)]
pub(super) enum Owner {
    /// A head of ccu.
    Head(Box<Head>),
    /// A file of the earlier tool, with its text.
    Earlier(String),
    /// Something else, which is left alone.
    Other,
}

/// The names of the data files in a Gist: heads of ccu, and what the earlier tool wrote.
pub(super) fn data_files(view: &View<'_>) -> Vec<String> {
    let names = view.index.files.keys();
    names.filter(|name| matches!(file_name::kind(name), FileKind::Head { .. })).cloned().collect()
}

/// Reads a data file; `None` where it is not there.
///
/// **Errors**: when it cannot be fetched, is broken, or of a newer format.
pub(super) fn owner(codec: &Codec, view: &View<'_>, name: &str) -> Result<Option<Owner>, SyncError> {
    let Some(text) = view.text(name)? else { return Ok(None) };
    Ok(Some(match parse(codec, name, &text)? {
        Content::Head(head) => Owner::Head(Box::new(head)),
        Content::Earlier => Owner::Earlier(text),
        _ => Owner::Other,
    }))
}

/// Reads a file of the Gist, opening it where it is packed.
///
/// **Errors**: when it is broken, of a newer format, or cannot be opened.
pub(super) fn parse(codec: &Codec, file: &str, text: &str) -> Result<Content, SyncError> {
    let content = wire::parse(text).map_err(|error| wire_error(file, error))?;
    let Content::Sealed(envelope) = content else { return Ok(content) };
    let text = codec
        .open(&envelope)
        .map_err(|source| SyncError::Sealed { file: file.to_owned(), source: Box::new(source) })?;
    wire::parse(&text).map_err(|error| wire_error(file, error))
}

/// Whether a file of the Gist can be read with a key only.
pub(super) fn is_encrypted(text: &str) -> bool {
    matches!(wire::parse(text), Ok(Content::Sealed(envelope)) if codec::is_encrypted(&envelope))
}

/// Tells a newer format from a broken file.
fn wire_error(file: &str, error: WireError) -> SyncError {
    match error {
        WireError::NewerFormat { found } => SyncError::NewerFormat { file: file.to_owned(), found },
        source => SyncError::Broken { file: file.to_owned(), source: Box::new(source) },
    }
}
