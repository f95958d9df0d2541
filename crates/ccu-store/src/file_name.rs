//! File names of transcripts as they are stored: most are a UUID and `.jsonl`, which is 16 bytes instead of 42.
//!
//! **Shape**: a blob of 16 bytes is a canonical UUID before `.jsonl`; a text is what stands before `.jsonl`; what ends with a
//! slash, which no file name holds, is a whole name, as a text or, where it is no Unicode, as a blob (with a second slash
//! where one would make it 16 bytes).

use std::ffi::OsStr;

use ccu_core::ids::{CompactId, Hyphenated};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Result, ToSql};

const EXTENSION: &str = ".jsonl";

/// A file name on its way in.
pub(crate) struct PackedName<'n>(pub &'n OsStr);

impl ToSql for PackedName<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let Some(name) = self.0.to_str() else {
            let mut whole = self.0.as_encoded_bytes().to_vec();
            whole.push(b'/');
            if whole.len() == 16 {
                whole.push(b'/');
            }
            return Ok(ToSqlOutput::Owned(Value::Blob(whole)));
        };
        Ok(match name.strip_suffix(EXTENSION) {
            None => ToSqlOutput::Owned(Value::Text(format!("{name}/"))),
            Some(stem) => match CompactId::new(stem) {
                CompactId::Uuid(bytes) => ToSqlOutput::Owned(Value::Blob(bytes.to_vec())),
                CompactId::Text(_) => ToSqlOutput::Borrowed(ValueRef::Text(stem.as_bytes())),
            },
        })
    }
}

/// The encoded bytes of a stored file name.
pub(crate) fn unpack_name(value: ValueRef<'_>) -> Vec<u8> {
    let stem = match value {
        ValueRef::Blob(bytes) => match <&[u8; 16]>::try_from(bytes) {
            Ok(uuid) => Hyphenated(uuid).to_string().into_bytes(),
            Err(_) => bytes.to_vec(),
        },
        ValueRef::Text(bytes) => bytes.to_vec(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Vec::new(),
    };
    let mut name = stem;
    if name.ends_with(b"/") {
        let end = name.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
        name.truncate(end);
    } else {
        name.extend_from_slice(EXTENSION.as_bytes());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(name: &OsStr) -> Value {
        match PackedName(name).to_sql().unwrap() {
            ToSqlOutput::Borrowed(value) => value.try_into().unwrap(),
            ToSqlOutput::Owned(value) => value,
            other => panic!("{other:?}"),
        }
    }

    fn comes_back(name: &OsStr) {
        assert_eq!(unpack_name((&packed(name)).into()), name.as_encoded_bytes(), "{name:?}");
    }

    #[test]
    fn names_come_back_to_the_letter() {
        for name in [
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.jsonl",
            "0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9.jsonl",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
            "agent-a2efc8adf0949d46c.jsonl",
            "a.jsonl.jsonl",
            ".jsonl",
            "",
            "über.jsonl",
            "notes.txt",
        ] {
            comes_back(OsStr::new(name));
        }
    }

    #[test]
    fn a_uuid_takes_16_bytes() {
        let name = OsStr::new("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.jsonl");
        assert!(matches!(packed(name), Value::Blob(bytes) if bytes.len() == 16));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_unicode_come_back_whatever_their_length() {
        use std::os::unix::ffi::OsStrExt;
        for length in 1..20 {
            comes_back(OsStr::from_bytes(&vec![0xff; length]));
            comes_back(OsStr::from_bytes(&[&vec![0xff; length][..], b".jsonl"].concat()));
        }
    }
}
