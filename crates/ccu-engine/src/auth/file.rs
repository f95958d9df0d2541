//! The file `~/.claude/gist_token.txt`: a token that nobody but its owner can read, or none.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::atomic_file::{self, Access, WriteError};
use crate::hidden::Hidden;

/// The most that is read of the file, in bytes; tokens have fewer than 300.
const MOST_BYTES: u64 = 16 * 1024;

/// Why the file of the token cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Others than its owner may read or write it.
    #[error(
        "`{path}` holds a token and is open to other users (mode {mode:04o}); close it with `chmod 600 {}`, and replace the token if others use this computer",
        in_shell(path), path = path.display()
    )]
    Wide {
        /// The file.
        path: PathBuf,
        /// Its permissions, without the type.
        mode: u32,
    },
    /// Somebody else owns it, who could read it or put another token there.
    #[error("`{}` belongs to user {owner} and this is user {user}; remove it, then store the token again", path.display())]
    OtherOwner {
        /// The file.
        path: PathBuf,
        /// The id of its owner.
        owner: u32,
        /// The id of the user that this process runs as.
        user: u32,
    },
    /// It is a link or no file at all: what it leads to is not known to be closed to others.
    #[error("`{}` is {found} and must be a plain file; remove it, then store the token again", path.display())]
    NotPlain {
        /// What stands there.
        path: PathBuf,
        /// What it is, with its article.
        found: &'static str,
    },
    /// It cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be written. What stood there stands there still.
    #[error("cannot keep the token in a file")]
    Write {
        /// Why.
        #[from]
        source: WriteError,
    },
    /// It cannot be removed, so the token in it is still there.
    #[error("cannot remove `{}`, which holds a token", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Reads the file; `None` where there is none. Bytes that are no text come as `U+FFFD`, which no token has.
///
/// **Errors**: when it is open to others, somebody else's, not a plain file, or cannot be read.
pub(super) fn read(path: &Path) -> Result<Option<Hidden<String>>, FileError> {
    let failed = |source| FileError::Read { path: path.to_owned(), source };
    let Some(seen) = metadata(path).map_err(failed)? else { return Ok(None) };
    check_kind(path, &seen)?;
    let file = fs::File::open(path).map_err(failed)?;
    check_access(path, &seen, &file.metadata().map_err(failed)?)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(Hidden::new(String::from_utf8_lossy(&bytes))))
}

/// Writes the file and makes its directory where it is missing. At no moment can others read it: it is born with mode 0600
/// under another name, flushed to disk and renamed.
///
/// **Errors**: when it cannot be written, or a link or something else stands in its place.
pub(super) fn write(path: &Path, secret: &str) -> Result<(), FileError> {
    let seen = metadata(path).map_err(|source| FileError::Read { path: path.to_owned(), source })?;
    if let Some(seen) = seen {
        check_kind(path, &seen)?;
    }
    Ok(atomic_file::write(path, format!("{secret}\n").as_bytes(), Access::OwnerOnly)?)
}

/// Removes the file, or the link in its place but not what that leads to; says whether there was one.
///
/// **Errors**: when it is there still.
pub(super) fn remove(path: &Path) -> Result<bool, FileError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(FileError::Remove { path: path.to_owned(), source }),
    }
}

/// What stands at the path, links not followed; `None` where nothing does.
fn metadata(path: &Path) -> io::Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn check_kind(path: &Path, seen: &fs::Metadata) -> Result<(), FileError> {
    let found = match seen.file_type() {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_symlink() => "a symbolic link",
        kind if kind.is_dir() => "a directory",
        _ => "no file",
    };
    Err(FileError::NotPlain { path: path.to_owned(), found })
}

/// Checks the open file, which might be another than the one that was seen a moment before.
#[cfg(unix)]
fn check_access(path: &Path, seen: &fs::Metadata, opened: &fs::Metadata) -> Result<(), FileError> {
    use std::os::unix::fs::MetadataExt;

    if (seen.dev(), seen.ino()) != (opened.dev(), opened.ino()) {
        let source = io::Error::other("it was replaced in this moment");
        return Err(FileError::Read { path: path.to_owned(), source });
    }
    check_owner(path, opened.uid(), rustix::process::geteuid().as_raw())?;
    match opened.mode() & 0o7777 {
        mode if mode & 0o077 == 0 => Ok(()),
        mode => Err(FileError::Wide { path: path.to_owned(), mode }),
    }
}

/// Elsewhere there are no such modes: the home directory keeps others out.
#[cfg(not(unix))]
fn check_access(_path: &Path, _seen: &fs::Metadata, _opened: &fs::Metadata) -> Result<(), FileError> {
    Ok(())
}

#[cfg(unix)]
fn check_owner(path: &Path, owner: u32, user: u32) -> Result<(), FileError> {
    if owner == user { Ok(()) } else { Err(FileError::OtherOwner { path: path.to_owned(), owner, user }) }
}

/// The path as a word of a shell command.
fn in_shell(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+:@%".contains(character);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    fn made(mode: u32) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("gist_token.txt");
        write(&path, "ghp_old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (home, path)
    }

    fn content(path: &Path) -> Option<String> {
        read(path).unwrap().map(|secret| secret.expose().clone())
    }

    #[test]
    fn a_file_is_made_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".claude/gist_token.txt");
        assert_eq!(content(&path), None);
        write(&path, "ghp_new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(content(&path).as_deref(), Some("ghp_new\n"));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        assert!(remove(&path).unwrap());
        assert!(!remove(&path).unwrap());
        assert_eq!(content(&path), None);
    }

    #[test]
    fn a_token_is_never_written_into_a_file_that_others_have_open() {
        let (home, path) = made(0o644);
        let theirs = home.path().join("theirs");
        fs::hard_link(&path, &theirs).unwrap();
        write(&path, "ghp_new").unwrap();
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "ghp_old\n");
        assert_eq!(content(&path).as_deref(), Some("ghp_new\n"));
    }

    #[test]
    fn a_file_that_others_can_open_is_refused() {
        for (mode, is_refused) in
            [(0o600, false), (0o400, false), (0o700, false), (0o640, true), (0o604, true), (0o620, true), (0o601, true)]
        {
            let (_home, path) = made(mode);
            match read(&path) {
                Ok(_) => assert!(!is_refused, "{mode:o}"),
                Err(FileError::Wide { mode: found, .. }) => assert_eq!((found, is_refused), (mode, true)),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn what_is_no_plain_file_is_neither_read_nor_written() {
        let (home, target) = made(0o600);
        let refused = |path: &Path| {
            let said = [read(path).unwrap_err(), write(path, "ghp_new").unwrap_err()].map(|error| error.to_string());
            assert_eq!(said[0], said[1]);
            said[0].replace(home.path().to_str().unwrap(), "HOME")
        };
        let link = home.path().join("link");
        symlink(&target, &link).unwrap();
        let then = "and must be a plain file; remove it, then store the token again";
        assert_eq!(refused(&link), format!("`HOME/link` is a symbolic link {then}"));
        assert_eq!(fs::read_to_string(&target).unwrap(), "ghp_old\n");
        // Removing takes the link and leaves what is not ours.
        assert!(remove(&link).unwrap());
        assert!(target.exists());

        symlink("nowhere", &link).unwrap();
        assert_eq!(refused(&link), format!("`HOME/link` is a symbolic link {then}"));
        let directory = home.path().join("directory");
        fs::create_dir(&directory).unwrap();
        assert_eq!(refused(&directory), format!("`HOME/directory` is a directory {then}"));
        assert!(matches!(remove(&directory), Err(FileError::Remove { .. })));
    }

    #[test]
    fn what_is_no_text_is_no_token_and_not_read_without_end() {
        let (_home, path) = made(0o600);
        atomic_file::write(&path, &[0xff; 100_000], Access::OwnerOnly).unwrap();
        let text = content(&path).unwrap();
        assert_eq!(text.chars().count() as u64, MOST_BYTES);
        assert!(crate::auth::Token::new(text).is_err());
    }

    #[test]
    fn messages_name_the_fix() {
        let path = PathBuf::from("/home/o'me/a b");
        let said = |error: FileError| error.to_string();
        insta::assert_snapshot!(said(FileError::Wide { path: path.clone(), mode: 0o644 }), @r"`/home/o'me/a b` holds a token and is open to other users (mode 0644); close it with `chmod 600 '/home/o'\''me/a b'`, and replace the token if others use this computer");
        insta::assert_snapshot!(said(FileError::Wide { path: "/home/me/.claude/gist_token.txt".into(), mode: 0o604 }), @"`/home/me/.claude/gist_token.txt` holds a token and is open to other users (mode 0604); close it with `chmod 600 /home/me/.claude/gist_token.txt`, and replace the token if others use this computer");
        insta::assert_snapshot!(said(check_owner(&path, 1000, 0).unwrap_err()), @"`/home/o'me/a b` belongs to user 1000 and this is user 0; remove it, then store the token again");
        assert!(check_owner(&path, 0, 0).is_ok());
    }
}
