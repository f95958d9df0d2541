//! Before anything is written: is the key of this machine that of the Gist? Who seals with another one hides its records from
//! the other machines, and who has none shows what they hide.

use ccu_core::wire::file_name;

use super::codec::CodecError;
use super::error::SyncError;
use super::heads::{data_files, is_encrypted, owner, parse};
use super::session::Session;
use super::standing::Standing;

impl Session<'_> {
    /// Refuses to begin without the key that everything is to be encrypted with.
    pub(super) fn refuse_without_key(&self) -> Result<(), SyncError> {
        let codec = self.codec();
        if codec.encrypts && codec.key.is_none() {
            let file = file_name::head(&file_name::slug_of_id(self.settings.machine));
            return Err(SyncError::Sealed { file, source: Box::new(CodecError::NoKey) });
        }
        Ok(())
    }

    /// Refuses to go on where the key does not open what this machine wrote last or, where that was packed otherwise or never,
    /// what others wrote; and where others encrypt and this machine would show what they hide.
    pub(super) fn refuse_other_keys(&self, standing: &Standing<'_>) -> Result<(), SyncError> {
        let (codec, view) = (self.codec(), &standing.view);
        if let Some(text) = &standing.own.head_text {
            if let Err(error @ SyncError::Sealed { .. }) = parse(codec, &file_name::head(&standing.own.slug), text) {
                return Err(error);
            }
            if is_encrypted(text) == codec.encrypts {
                return Ok(());
            }
        }
        for file in data_files(view) {
            match owner(codec, view, &file) {
                Err(error) if error.ends_all() || matches!(error, SyncError::Sealed { .. }) => return Err(error),
                _ => {}
            }
            if !codec.encrypts && view.text(&file)?.is_some_and(|text| is_encrypted(&text)) {
                return Err(SyncError::WouldShow { file });
            }
        }
        Ok(())
    }

    /// A file in the Gist that can be read with a key only; `None` where there is none, or no Gist.
    ///
    /// **Errors**: when the Gist cannot be reached.
    pub fn encrypted_file(&mut self) -> Result<Option<String>, SyncError> {
        self.within_limit(|session| {
            let view = match session.find(false, false) {
                Err(SyncError::NoGist | SyncError::GistGone { .. }) => return Ok(None),
                found => found?.view,
            };
            for file in data_files(&view) {
                if view.text(&file)?.is_some_and(|text| is_encrypted(&text)) {
                    return Ok(Some(file));
                }
            }
            Ok(None)
        })
    }
}
