//! One at a time: an exclusive lock on a file that is never replaced or deleted.
//!
//! The operating system lets go of the lock when a process ends, however it ends; the text in the file only tells others
//! who holds it.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait between two tries. The lock is held for milliseconds to seconds, so a finer step gains nothing.
const TRY_EVERY: Duration = Duration::from_millis(25);

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it, for longer than we were to wait.
    #[error("`{}` is locked by {holder}", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// Who holds it.
        holder: Holder,
    },
    /// The file cannot be made, opened or locked (some network file systems lock nothing).
    #[error("cannot lock `{}`", path.display())]
    Unavailable {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Who holds a lock, as far as the lock file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A process, and what it was started to do.
    Process {
        /// Its process id.
        pid: u32,
        /// The command it said it runs.
        command: String,
    },
    /// The file doesn't tell: the holder has not written itself in yet, or the system hides a locked file's text.
    Unknown,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Process { pid, command } => write!(f, "process {pid} (`{}`)", command.escape_debug()),
            Holder::Unknown => f.write_str("another process"),
        }
    }
}

/// A lock that is held until this value is dropped.
#[derive(Debug)]
#[must_use = "the lock is let go when this value is dropped"]
pub struct FileLock {
    file: File,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing the file would do; emptying it first spares others the name of someone who is gone.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// Takes the lock, waiting for it as long as `wait`; `command` is what others are told that we do (`ccu refresh`).
///
/// The file is made where it is missing; its directory must exist.
///
/// **Errors**: [`LockError::Busy`] when another holds it all that time; [`LockError::Unavailable`] when nothing can be locked.
pub fn acquire(path: &Path, command: &str, wait: Duration) -> Result<FileLock, LockError> {
    let unavailable = |source| LockError::Unavailable { path: path.to_owned(), source };
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(unavailable)?;
    let deadline = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(sign(file, command)),
            Err(TryLockError::Error(source)) => return Err(unavailable(source)),
            Err(TryLockError::WouldBlock) => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(LockError::Busy { path: path.to_owned(), holder: holder(path) });
        }
        thread::sleep(TRY_EVERY.min(left));
    }
}

/// Writes who holds the lock into the file. A full disk or the like costs others the name, not us the lock.
fn sign(mut file: File, command: &str) -> FileLock {
    let _ = file.set_len(0);
    let _ = writeln!(file, "{} {command}", std::process::id());
    FileLock { file }
}

fn holder(path: &Path) -> Holder {
    let text = fs::read_to_string(path).unwrap_or_default();
    let signed = text.lines().next().and_then(|line| line.split_once(' '));
    match signed.map(|(pid, command)| (pid.parse(), command)) {
        Some((Ok(pid), command)) => Holder::Process { pid, command: command.to_owned() },
        _ => Holder::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_others_learn_who() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        let lock = acquire(&path, "ccu refresh", Duration::ZERO).unwrap();
        let LockError::Busy { holder, .. } = acquire(&path, "ccu daily", Duration::from_millis(1)).unwrap_err() else {
            panic!("the lock is held");
        };
        assert_eq!(holder, Holder::Process { pid: std::process::id(), command: "ccu refresh".to_owned() });
        drop(lock);
        assert_eq!(fs::read(&path).unwrap(), b"");
        let _lock = acquire(&path, "ccu daily", Duration::ZERO).unwrap();
    }

    #[test]
    fn waiting_ends_when_the_lock_is_let_go() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        let lock = acquire(&path, "ccu refresh", Duration::ZERO).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| acquire(&path, "ccu daily", Duration::from_secs(60)).is_ok());
            drop(lock);
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn a_holder_that_left_no_name_is_another_process() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        for text in ["", "nonsense", "x ccu"] {
            File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
            assert_eq!(holder(&path), Holder::Unknown, "{text}");
        }
    }

    #[test]
    fn messages() {
        let process = Holder::Process { pid: 42, command: "ccu refresh".to_owned() };
        let busy = |holder| LockError::Busy { path: "/d/lock".into(), holder }.to_string();
        assert_eq!(busy(process), "`/d/lock` is locked by process 42 (`ccu refresh`)");
        assert_eq!(busy(Holder::Unknown), "`/d/lock` is locked by another process");
        let error = acquire(Path::new("/nowhere/at/all/lock"), "ccu", Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "cannot lock `/nowhere/at/all/lock`");
    }
}
