//! Reads one file of a Gist, for scripts: sync reads whole Gists.

use super::error::RemoteError;
use super::remote::{Reading, Remote};

/// The content of a file of a Gist. `None` where the Gist lists no file of that name, of the first 300.
///
/// **Errors**: what the remote says.
pub fn file_content(remote: &dyn Remote, id: &str, name: &str) -> Result<Option<String>, RemoteError> {
    let Reading::Gist(mut gist) = remote.read(id, None)? else { return Ok(None) };
    let Some(file) = gist.files.remove(name) else { return Ok(None) };
    match file.content {
        Some(content) => Ok(Some(content)),
        None => remote.fetch(name, &file).map(Some),
    }
}
