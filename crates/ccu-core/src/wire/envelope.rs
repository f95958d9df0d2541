//! The envelope of a file that was compressed, or compressed and encrypted: it says how, and nothing of what is inside.

use serde::{Deserialize, Serialize};

use super::indent::to_text;
use super::{FORMAT, WireError, not_json_or};

/// What the file says that it is.
pub(super) const CONTENT: &str = "sealed";

/// A file of ours, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// How: `deflate+base64` or `age+deflate+base64`.
    pub encoding: String,
    /// The packed text of the file.
    pub payload: String,
}

#[derive(Serialize, Deserialize)]
struct EnvelopeFile {
    ccu: EnvelopeObject,
}

#[derive(Serialize, Deserialize)]
struct EnvelopeObject {
    format: u64,
    content: String,
    encoding: String,
    payload: String,
}

impl Envelope {
    /// Writes the file.
    pub fn to_text(&self) -> String {
        let object = EnvelopeObject {
            format: FORMAT,
            content: CONTENT.to_owned(),
            encoding: self.encoding.clone(),
            payload: self.payload.clone(),
        };
        to_text(&EnvelopeFile { ccu: object }, 2)
    }

    /// Reads the file.
    pub(super) fn parse(text: &str) -> Result<Envelope, WireError> {
        let file: EnvelopeFile =
            serde_json::from_str(text).map_err(not_json_or("a packed file with `encoding` and `payload`"))?;
        Ok(Envelope { encoding: file.ccu.encoding, payload: file.ccu.payload })
    }
}
