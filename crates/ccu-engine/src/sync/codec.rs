//! How a file's text is packed for the Gist: compressed, encrypted where the user wants it, and base64, because the API
//! carries text only.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ccu_core::wire::Envelope;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::key::{Key, KeyError};

/// Compressed.
const DEFLATE: &str = "deflate+base64";
/// Compressed, then encrypted with age.
const AGE: &str = "age+deflate+base64";
/// No file of ours unpacks to more; what claims to is an attack or an accident.
const MOST_UNPACKED: u64 = 256 << 20;

/// Why a packed file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// It is packed in a way that we don't know.
    #[error("its encoding `{encoding}` is unknown; a newer ccu may know it")]
    UnknownEncoding {
        /// What it says.
        encoding: String,
    },
    /// The payload is no base64.
    #[error("its payload is no base64")]
    NoBase64(#[from] base64::DecodeError),
    /// The payload does not decompress.
    #[error("its payload does not decompress")]
    NoDeflate(#[source] std::io::Error),
    /// It unpacks to more than any file of ours.
    #[error("its payload unpacks to more than {} MiB", MOST_UNPACKED >> 20)]
    TooLarge,
    /// What it unpacks to is no text.
    #[error("its payload unpacks to no text")]
    NoText,
    /// It is encrypted, and there is no key.
    #[error("it is encrypted, and this machine has no key")]
    NoKey,
    /// It is encrypted for another key, or was changed.
    #[error("the key of this machine does not open it")]
    Key(#[from] KeyError),
}

/// Packs and opens texts.
#[derive(Debug, Clone, Default)]
pub struct Codec {
    /// The key, where there is one: it opens what is encrypted.
    pub key: Option<Key>,
    /// Whether what is written is encrypted too. Needs a key.
    pub encrypts: bool,
}

/// Whether what is packed so can be read with a key only.
pub(super) fn is_encrypted(envelope: &Envelope) -> bool {
    envelope.encoding == AGE
}

impl Codec {
    /// Compresses a text, and encrypts it where that is wanted.
    ///
    /// **Errors**: [`CodecError::NoKey`] where it is wanted and there is none.
    pub fn pack(&self, text: &str) -> Result<String, CodecError> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(text.as_bytes()).map_err(CodecError::NoDeflate)?;
        let deflated = encoder.finish().map_err(CodecError::NoDeflate)?;
        let (encoding, payload) = if self.encrypts {
            (AGE, self.key.as_ref().ok_or(CodecError::NoKey)?.encrypt(&deflated)?)
        } else {
            (DEFLATE, deflated)
        };
        Ok(Envelope { encoding: encoding.to_owned(), payload: STANDARD_NO_PAD.encode(payload) }.to_text())
    }

    /// Opens what [`Codec::pack`] has packed.
    ///
    /// **Errors**: when the encoding is unknown, the payload is damaged, or the key is missing or another one.
    pub fn open(&self, envelope: &Envelope) -> Result<String, CodecError> {
        let payload = STANDARD_NO_PAD.decode(&envelope.payload)?;
        let deflated = match envelope.encoding.as_str() {
            DEFLATE => payload,
            AGE => self.key.as_ref().ok_or(CodecError::NoKey)?.decrypt(&payload)?,
            other => return Err(CodecError::UnknownEncoding { encoding: other.to_owned() }),
        };
        let mut text = Vec::new();
        let mut decoder = DeflateDecoder::new(&deflated[..]).take(MOST_UNPACKED + 1);
        decoder.read_to_end(&mut text).map_err(CodecError::NoDeflate)?;
        if text.len() as u64 > MOST_UNPACKED {
            return Err(CodecError::TooLarge);
        }
        String::from_utf8(text).map_err(|_| CodecError::NoText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn opened(codec: &Codec, packed: &str) -> Result<String, CodecError> {
        match ccu_core::wire::parse(packed).unwrap() {
            ccu_core::wire::Content::Sealed(envelope) => codec.open(&envelope),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn texts_come_back(text in ".{0,300}") {
            let codec = Codec::default();
            prop_assert_eq!(opened(&codec, &codec.pack(&text).unwrap()).unwrap(), text);
        }

        #[test]
        fn any_payload_is_opened_or_refused(payload in ".{0,60}", encoding in "deflate\\+base64|age\\+deflate\\+base64|zip") {
            let _ = Codec::default().open(&Envelope { encoding, payload });
        }
    }

    #[test]
    fn encrypted_texts_need_their_key() {
        let (ours, theirs) = (Key::generate(), Key::generate());
        let codec = Codec { key: Some(ours), encrypts: true };
        let packed = codec.pack("text").unwrap();
        assert_eq!(opened(&codec, &packed).unwrap(), "text");
        assert!(matches!(opened(&Codec::default(), &packed), Err(CodecError::NoKey)));
        let other = Codec { key: Some(theirs), encrypts: false };
        assert!(matches!(opened(&other, &packed), Err(CodecError::Key(_))));
    }

    #[test]
    fn a_payload_that_unpacks_for_ever_is_refused() {
        let codec = Codec::default();
        let bomb = codec.pack(&"0".repeat(MOST_UNPACKED as usize + 1)).unwrap();
        assert!(matches!(opened(&codec, &bomb), Err(CodecError::TooLarge)));
    }
}
