//! Identifiers that must not be mixed: record keys, machine ids, and ids as a transcript spells them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The identity of one billed response: 128 bits, equal on every machine that saw the response.
///
/// **Shape**: the first 16 bytes of a SHA-256 made by [`crate::identity`]; ordered and stored as bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(pub [u8; 16]);

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordKey({})", Hyphenated(&self.0))
    }
}

/// The identity of a computer: a UUID made once and kept in the configuration directory.
///
/// **Shape**: 16 bytes; written as a lower-case hyphenated UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct MachineId(pub [u8; 16]);

impl fmt::Display for MachineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hyphenated(&self.0).fmt(f)
    }
}

impl fmt::Debug for MachineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MachineId({self})")
    }
}

/// The identity of a database: a UUID made with it. The sequence numbers of records mean something only beside it.
///
/// **Shape**: 16 bytes; written as a lower-case hyphenated UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatabaseId(pub [u8; 16]);

impl fmt::Display for DatabaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hyphenated(&self.0).fmt(f)
    }
}

impl fmt::Debug for DatabaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseId({self})")
    }
}

impl FromStr for DatabaseId {
    type Err = NotAUuid;

    fn from_str(text: &str) -> Result<Self, NotAUuid> {
        parse_canonical_uuid(text).map(DatabaseId).ok_or_else(|| NotAUuid { text: text.to_owned() })
    }
}

impl TryFrom<String> for MachineId {
    type Error = NotAUuid;

    fn try_from(text: String) -> Result<Self, NotAUuid> {
        text.parse()
    }
}

impl From<MachineId> for String {
    fn from(id: MachineId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for DatabaseId {
    type Error = NotAUuid;

    fn try_from(text: String) -> Result<Self, NotAUuid> {
        text.parse()
    }
}

impl From<DatabaseId> for String {
    fn from(id: DatabaseId) -> String {
        id.to_string()
    }
}

/// A text is not a lower-case hyphenated UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a UUID (expected 8-4-4-4-12 lower-case hexadecimal digits)")]
pub struct NotAUuid {
    /// What was given.
    pub text: String,
}

impl FromStr for MachineId {
    type Err = NotAUuid;

    fn from_str(text: &str) -> Result<Self, NotAUuid> {
        parse_canonical_uuid(text).map(MachineId).ok_or_else(|| NotAUuid { text: text.to_owned() })
    }
}

/// An id as a transcript spells it (session id, row uuid); a canonical UUID takes 16 bytes instead of 36.
///
/// Ordered by its text, so that packing never changes which of two rows stands.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum CompactId {
    /// A lower-case hyphenated UUID, packed.
    Uuid([u8; 16]),
    /// Any other text, kept as it is.
    Text(Box<str>),
}

impl CompactId {
    /// Packs `text` where it is a canonical UUID and keeps it as it is elsewhere.
    pub fn new(text: &str) -> Self {
        match parse_canonical_uuid(text) {
            Some(bytes) => CompactId::Uuid(bytes),
            None => CompactId::Text(text.into()),
        }
    }
}

impl fmt::Display for CompactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompactId::Uuid(bytes) => Hyphenated(bytes).fmt(f),
            CompactId::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for CompactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompactId({self})")
    }
}

impl Ord for CompactId {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            // Lower-case hexadecimal digits sort as the values they stand for, so bytes and text agree.
            (CompactId::Uuid(a), CompactId::Uuid(b)) => a.cmp(b),
            (CompactId::Text(a), CompactId::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (CompactId::Uuid(_), CompactId::Text(_)) | (CompactId::Text(_), CompactId::Uuid(_)) => {
                self.to_string().as_bytes().cmp(other.to_string().as_bytes())
            }
        }
    }
}

impl PartialOrd for CompactId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Writes 16 bytes as a hyphenated UUID.
pub struct Hyphenated<'a>(pub &'a [u8; 16]);

impl fmt::Display for Hyphenated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'-'; 36];
        for (byte, pair) in self.0.iter().zip(PAIRS) {
            text[pair] = b"0123456789abcdef"[usize::from(byte >> 4)];
            text[pair + 1] = b"0123456789abcdef"[usize::from(byte & 0xf)];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Where the pairs of digits stand in a hyphenated UUID.
const PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
/// The value of each lower-case hexadecimal digit, and 0x10 for every other byte.
const NIBBLES: [u8; 256] = {
    let mut nibbles = [0x10; 256];
    let mut digit = 0;
    while digit < 16 {
        nibbles[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digit += 1;
    }
    nibbles
};

/// Reads exactly the form that [`Hyphenated`] writes, so that packing is reversible to the letter.
fn parse_canonical_uuid(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if [text[8], text[13], text[18], text[23]] != *b"----" {
        return None;
    }
    let mut bytes = [0; 16];
    let mut strange = 0;
    for (byte, pair) in bytes.iter_mut().zip(PAIRS) {
        let (high, low) = (NIBBLES[text[pair] as usize], NIBBLES[text[pair + 1] as usize]);
        strange |= high | low;
        *byte = high << 4 | low;
    }
    (strange & 0x10 == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packs_only_canonical_uuids() {
        assert!(matches!(CompactId::new("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"), CompactId::Uuid(_)));
        assert!(matches!(CompactId::new("0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9"), CompactId::Text(_)));
        assert!(matches!(CompactId::new("0a1b2c3d4e5f-60718293-a4b5c6d7e8f9-ab"), CompactId::Text(_)));
        assert!(matches!(CompactId::new(""), CompactId::Text(_)));
    }

    #[test]
    fn machine_id_names_what_it_could_not_read() {
        assert_eq!(
            "home".parse::<MachineId>().unwrap_err().to_string(),
            "`home` is not a UUID (expected 8-4-4-4-12 lower-case hexadecimal digits)"
        );
    }

    proptest! {
        #[test]
        fn text_comes_back_to_the_letter(text in ".{0,40}") {
            prop_assert_eq!(CompactId::new(&text).to_string(), text);
        }

        #[test]
        fn uuids_round_trip(bytes in any::<[u8; 16]>()) {
            let id = CompactId::Uuid(bytes);
            prop_assert_eq!(CompactId::new(&id.to_string()), id);
            prop_assert_eq!(MachineId(bytes).to_string().parse::<MachineId>(), Ok(MachineId(bytes)));
        }

        #[test]
        fn order_is_the_order_of_the_text(a in any::<[u8; 16]>(), b in any::<[u8; 16]>(), text in "[0-9a-g-]{0,36}") {
            let (a, b, text) = (CompactId::Uuid(a), CompactId::Uuid(b), CompactId::new(&text));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(a.cmp(&text), a.to_string().cmp(&text.to_string()));
        }
    }
}
