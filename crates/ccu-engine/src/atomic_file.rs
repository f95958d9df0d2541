//! Writing a file so that a reader, a crash or a full disk sees the old content or the new, never a part.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Who may read a written file. Unix only; elsewhere the directory decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// As the file that is replaced; a new file as the umask says.
    Unchanged,
    /// The owner alone (mode 0600), also where the replaced file was open to others.
    OwnerOnly,
}

/// Why a file was not written; what stood there before stands there still.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The directory could not be made.
    #[error("cannot create the directory `{}`", path.display())]
    CreateDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be written beside its place, or not be moved there.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes `bytes` as the whole content of the file, making its directory where it is missing.
///
/// A temporary file in the same directory is written, flushed to disk and renamed; a symbolic link keeps pointing where it
/// did and its target is replaced.
///
/// **Errors**: when the directory cannot be made or the file not be written; the old content is then untouched.
pub fn write(path: &Path, bytes: &[u8], access: Access) -> Result<(), WriteError> {
    let target = link_target(path);
    let directory = parent(&target);
    create_directory(directory)?;
    let written = prepare(&target, bytes, access)
        .and_then(|file| file.persist(&target).map_err(|error| error.error))
        .and_then(|_| sync_directory(directory));
    written.map_err(|source| WriteError::Write { path: path.to_owned(), source })
}

/// Writes a file of any size as [`write()`] does: `fill` writes its content, which becomes the file's where it succeeds.
///
/// **Errors**: as [`write()`], and those of `fill`; the old content is then untouched.
pub fn write_with<T, E: From<WriteError>>(
    path: &Path,
    access: Access,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let target = link_target(path);
    let directory = parent(&target);
    create_directory(directory)?;
    let failed = |source| WriteError::Write { path: path.to_owned(), source };
    let mut out = BufWriter::with_capacity(1 << 20, temporary_file(&target, access).map_err(failed)?);
    let filled = fill(&mut out)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&target).map_err(|error| failed(error.error))?;
    sync_directory(directory).map_err(failed)?;
    Ok(filled)
}

/// Writes a file that must not exist yet; returns whether it was written. Of several processes that try, exactly one does.
///
/// **Errors**: as [`write()`].
pub fn create_new(path: &Path, bytes: &[u8], access: Access) -> Result<bool, WriteError> {
    let directory = parent(path);
    create_directory(directory)?;
    let failed = |source| WriteError::Write { path: path.to_owned(), source };
    match prepare(path, bytes, access).map_err(failed)?.persist_noclobber(path) {
        Ok(_) => sync_directory(directory).map(|()| true).map_err(failed),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error.error)),
    }
}

/// The file that a link leads to, so that a linked file (dotfiles often are) is not replaced by a plain one. A link that
/// leads nowhere yet is followed one step.
fn link_target(path: &Path) -> PathBuf {
    if let Ok(target) = fs::canonicalize(path) {
        return target;
    }
    match fs::read_link(path) {
        Ok(target) => parent(path).join(target),
        Err(_) => path.to_owned(),
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

fn create_directory(path: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(path).map_err(|source| WriteError::CreateDirectory { path: path.to_owned(), source })
}

/// A temporary file beside `target` with its future content and permissions, on disk.
fn prepare(target: &Path, bytes: &[u8], access: Access) -> io::Result<NamedTempFile> {
    let mut file = temporary_file(target, access)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn temporary_file(target: &Path, access: Access) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;

    let mut builder = tempfile::Builder::new();
    builder.prefix(".ccu-");
    match access {
        // A temporary file is 0600 from its birth unless another mode is asked for.
        Access::OwnerOnly => builder.tempfile_in(parent(target)),
        Access::Unchanged => match fs::metadata(target) {
            Ok(replaced) => {
                let file = builder.tempfile_in(parent(target))?;
                file.as_file().set_permissions(replaced.permissions())?;
                Ok(file)
            }
            Err(_) => builder.permissions(fs::Permissions::from_mode(0o666)).tempfile_in(parent(target)),
        },
    }
}

#[cfg(not(unix))]
fn temporary_file(target: &Path, _access: Access) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".ccu-").tempfile_in(parent(target))
}

/// Makes the rename itself survive a power cut.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn writes_into_missing_directories_and_leaves_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/file");
        write(&path, b"one", Access::Unchanged).unwrap();
        write(&path, b"two", Access::Unchanged).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(path.parent().unwrap()), ["file"]);
    }

    #[test]
    fn keeps_or_narrows_the_mode() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        write(&path, b"one", Access::Unchanged).unwrap();
        assert_eq!(mode(&path) & 0o600, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write(&path, b"two", Access::Unchanged).unwrap();
        assert_eq!(mode(&path), 0o640);
        write(&path, b"three", Access::OwnerOnly).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_link_stays_a_link() {
        let home = tempfile::tempdir().unwrap();
        let (target, link, dangling) =
            (home.path().join("target"), home.path().join("link"), home.path().join("dangling"));
        write(&target, b"one", Access::Unchanged).unwrap();
        symlink(&target, &link).unwrap();
        symlink("later", &dangling).unwrap();
        write(&link, b"two", Access::Unchanged).unwrap();
        write(&dangling, b"three", Access::Unchanged).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"two");
        assert_eq!(fs::read(home.path().join("later")).unwrap(), b"three");
    }

    #[test]
    fn a_failed_write_leaves_what_was_there() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("taken");
        fs::create_dir(&path).unwrap();
        let error = write(&path, b"x", Access::Unchanged).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write `{}`", path.display()));
        assert!(path.is_dir());
        assert_eq!(names(home.path()), ["taken"]);
    }

    #[test]
    fn what_cannot_be_filled_leaves_what_was_there() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        let fill = |text: &'static str, failure: Option<WriteError>| {
            write_with(&path, Access::Unchanged, |out| {
                out.write_all(text.as_bytes()).unwrap();
                failure.map_or(Ok(7), Err)
            })
        };
        assert_eq!(fill("one", None).unwrap(), 7);
        let failure = WriteError::Write { path: path.clone(), source: io::Error::other("x") };
        assert!(fill("two", Some(failure)).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(home.path()), ["file"]);
    }

    #[test]
    fn a_file_in_the_way_of_a_directory_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        write(&file, b"one", Access::Unchanged).unwrap();
        let error = write(&file.join("below"), b"x", Access::Unchanged).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot create the directory `{}`", file.display()));
    }

    #[test]
    fn only_the_first_creates() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/file");
        assert!(create_new(&path, b"first", Access::Unchanged).unwrap());
        assert!(!create_new(&path, b"second", Access::Unchanged).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(path.parent().unwrap()), ["file"]);
    }
}
