//! Where the key of encrypted Gists is kept on this machine.

use ccu_engine::auth::{KeyPlace, KeyPlaces, StoredKey, find_key, store_key};
use ccu_engine::hidden::Hidden;
use ccu_engine::paths;
use ccu_engine::sync::Key;

use crate::commands::gist::context::GistContext;
use crate::error::CommandError;

/// The key, and where it is.
pub struct FoundKey {
    /// The key.
    pub key: Key,
    /// Where it is.
    pub place: KeyPlace,
}

/// The places that the key may be in.
///
/// **Errors**: when no home directory is known and one is needed.
fn places(context: &GistContext<'_>, keyring_failed: bool) -> Result<KeyPlaces, CommandError> {
    let config_dir = paths::config_dir(&context.surroundings.environment)?.value;
    let keyring = (!keyring_failed).then(|| context.places().keyring);
    Ok(KeyPlaces::new(keyring, &config_dir))
}

/// The key of this machine; `None` where it has none. `keyring_failed` says that the keyring need not be asked again.
///
/// **Errors**: when a place holds something that is no key, or a file that others can read.
pub fn find(context: &GistContext<'_>, keyring_failed: bool) -> Result<Option<FoundKey>, CommandError> {
    let Some((text, place)) = find_key(&places(context, keyring_failed)?)? else { return Ok(None) };
    Ok(Some(FoundKey { key: Key::parse(text.expose())?, place }))
}

/// Keeps a key in the keyring, or in a file where that doesn't work.
///
/// **Errors**: when neither takes it.
pub fn store(context: &GistContext<'_>, key: &Key) -> Result<StoredKey, CommandError> {
    Ok(store_key(&places(context, false)?, &Hidden::new(key.expose()))?)
}
