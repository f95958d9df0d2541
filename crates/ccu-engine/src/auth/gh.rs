//! The token of the GitHub CLI: asked for with `gh auth token`, whose answer comes by its standard output.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::hidden::Hidden;

/// How long `gh` may take. It asks a keyring too.
const LIMIT: Duration = Duration::from_secs(10);
/// The most that is read of its answer, in bytes.
const MOST_BYTES: u64 = 16 * 1024;
/// How long to wait between two looks at whether it has ended, after it has said all.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Why `gh` gave no token. No variant holds what it said.
#[derive(Debug, thiserror::Error)]
pub enum GhError {
    /// There is no such program.
    #[error("the GitHub CLI (`gh`) is not installed")]
    NotInstalled,
    /// It has no token for the host.
    #[error("the GitHub CLI has no token for `{host}`; sign in with `gh auth login --hostname {host}`")]
    NoToken {
        /// The host.
        host: String,
    },
    /// It gave no answer in time.
    #[error("the GitHub CLI (`gh`) gave no answer within {} s", limit.as_secs())]
    NoAnswer {
        /// How long it was waited for.
        limit: Duration,
    },
    /// It cannot be run.
    #[error("cannot run the GitHub CLI (`gh`)")]
    Failed {
        /// Why.
        source: io::Error,
    },
}

/// The GitHub CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubCli {
    /// The program: `gh`, which the system looks for, or its path.
    pub program: OsString,
    /// The host whose token is asked for, so that no token of another is sent to it.
    pub host: String,
    /// How long it may take.
    pub limit: Duration,
}

impl GitHubCli {
    /// The `gh` that the system finds, asked for the token of a host.
    pub fn for_host(host: &str) -> GitHubCli {
        GitHubCli { program: "gh".into(), host: host.to_owned(), limit: LIMIT }
    }

    /// Asks for the token, as it is printed.
    ///
    /// **Source**: `gh auth token --help` of gh 2.23: it prints the token, or ends with another code than 0 where it has none.
    ///
    /// **Errors**: when `gh` is not there, has no token, cannot be run, or gives no answer in time.
    pub(super) fn token(&self) -> Result<Hidden<String>, GhError> {
        let mut command = Command::new(&self.program);
        command.args(["auth", "token", "--hostname", &self.host]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => GhError::NotInstalled,
            _ => GhError::Failed { source },
        })?;
        let answer = self.answer(&mut child);
        // After an answer it has ended; else it must.
        let _ = child.kill();
        let _ = child.wait();
        answer
    }

    fn answer(&self, child: &mut Child) -> Result<Hidden<String>, GhError> {
        let until = Instant::now() + self.limit;
        let no_answer = GhError::NoAnswer { limit: self.limit };
        let Some(stdout) = child.stdout.take() else { return Err(no_answer) };
        let (sender, receiver) = mpsc::channel();
        let reader = thread::Builder::new().name("gh".to_owned()).spawn(move || {
            // Nobody listens any more where the time was up.
            let _ = sender.send(read(stdout));
        });
        reader.map_err(|source| GhError::Failed { source })?;
        let Ok(text) = receiver.recv_timeout(self.limit) else { return Err(no_answer) };
        let text = text.map_err(|source| GhError::Failed { source })?;
        loop {
            match child.try_wait().map_err(|source| GhError::Failed { source })? {
                Some(status) if status.success() && !text.trim().is_empty() => return Ok(Hidden::new(text)),
                Some(_) => return Err(GhError::NoToken { host: self.host.clone() }),
                None if Instant::now() >= until => return Err(no_answer),
                None => thread::sleep(LOOK_EVERY),
            }
        }
    }
}

fn read(stdout: ChildStdout) -> io::Result<String> {
    let mut bytes = Vec::new();
    stdout.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;

    /// A program that does what the script says.
    fn program(directory: &Path, script: &str) -> OsString {
        let path = directory.join("gh");
        let mut file = File::options().write(true).create_new(true).mode(0o700).open(&path).unwrap();
        write!(file, "#!/bin/sh\n{script}\n").unwrap();
        path.into()
    }

    fn asked(script: &str, limit: Duration) -> Result<String, String> {
        let directory = tempfile::tempdir().unwrap();
        let gh = GitHubCli { program: program(directory.path(), script), host: "ghe.example".into(), limit };
        gh.token().map(|token| token.expose().clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_token_is_what_it_prints() {
        let script = r#"test "$*" = "auth token --hostname ghe.example" && echo gho_0"#;
        assert_eq!(asked(script, LIMIT), Ok("gho_0\n".to_owned()));
    }

    #[test]
    fn no_token_is_told_from_no_program() {
        let none = "the GitHub CLI has no token for `ghe.example`; sign in with `gh auth login --hostname ghe.example`";
        for script in ["echo no oauth token found >&2; exit 1", "echo gho_0; exit 1", "exit 0"] {
            assert_eq!(asked(script, LIMIT), Err(none.to_owned()), "{script}");
        }
        let gh = GitHubCli { program: "/nowhere/gh".into(), ..GitHubCli::for_host("ghe.example") };
        assert!(matches!(gh.token(), Err(GhError::NotInstalled)));
    }

    #[test]
    fn one_that_hangs_is_ended() {
        let limit = Duration::from_millis(50);
        // The second has closed its output and stays; the third leaves a child that holds it.
        for script in ["exec sleep 60", "exec >&-; exec sleep 60", "sleep 60 & wait"] {
            let before = Instant::now();
            let said = asked(script, limit);
            assert_eq!(said, Err("the GitHub CLI (`gh`) gave no answer within 0 s".to_owned()), "{script}");
            assert!(before.elapsed() < Duration::from_secs(30), "{script}");
        }
    }
}
