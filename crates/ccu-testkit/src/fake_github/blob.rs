//! A file's content with its git id, which is computed once and shared by all revisions that hold it.

use std::sync::Arc;

use sha1::{Digest, Sha1};

/// Content that never changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Blob {
    /// Forty hexadecimal digits: SHA-1 of `blob`, a blank, the length, a NUL and the content, as git has it.
    pub(super) id: String,
    pub(super) text: String,
    pub(super) n_lines: u64,
}

impl Blob {
    pub(super) fn new(text: String) -> Arc<Blob> {
        let mut hasher = Sha1::new();
        hasher.update(format!("blob {}\0", text.len()));
        hasher.update(&text);
        let n_lines = text.matches('\n').count() as u64 + u64::from(!text.ends_with('\n'));
        Arc::new(Blob { id: hex(&hasher.finalize()), text, n_lines })
    }
}

/// SHA-1 of parts, each ended by a NUL, as hexadecimal digits: for ids that only have to differ.
pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha1::new();
    for part in parts {
        hasher.update(part);
        hasher.update(b"\0");
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git() {
        // printf TEXT | git hash-object --stdin
        let check = |text: &str, id: &str| assert_eq!(Blob::new(text.to_owned()).id, id, "{text:?}");
        check("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a");
        check("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    }
}
