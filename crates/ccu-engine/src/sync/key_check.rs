//! Before anything is written: is the key of this machine that of the Gist? Who seals with another one hides its records from
//! the other machines, and who has none shows what they hide.

use ccu_core::wire::file_name;

use super::codec::CodecError;
use super::error::SyncError;
use super::heads::{data_files, owner, parse};
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

    /// Refuses to go on where the key does not open what this machine wrote last or, at its first push, what others wrote.
    pub(super) fn refuse_other_keys(&self, standing: &Standing<'_>) -> Result<(), SyncError> {
        let (codec, view) = (self.codec(), &standing.view);
        if let Some(text) = &standing.own.head_text {
            return match parse(codec, &file_name::head(&standing.own.slug), text) {
                Err(error @ SyncError::Sealed { .. }) => Err(error),
                _ => Ok(()),
            };
        }
        for file in data_files(view) {
            match owner(codec, view, &file) {
                Err(error) if error.ends_all() || matches!(error, SyncError::Sealed { .. }) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
