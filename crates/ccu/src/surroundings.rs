//! What `main` finds around the process, read once: environment, clock, zone, terminal. Tests make their own.

use std::ffi::OsString;

use ccu_core::time::UtcMillis;
use ccu_engine::env::Environment;
use jiff::tz::TimeZone;

/// What is around the process.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The environment variables.
    pub environment: Environment,
    /// The host name of the computer.
    pub host_name: OsString,
    /// The present instant: that at which the command began.
    pub now: UtcMillis,
    /// The clock, for commands that wait.
    pub clock: fn() -> UtcMillis,
    /// The zone of the computer.
    pub system_zone: TimeZone,
    /// The terminal.
    pub terminal: Terminal,
    /// Whether all data is invented: nothing of the user's may be used then, least of all the token of GitHub.
    pub is_demo: bool,
}

/// What the outputs are connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal {
    /// Whether standard input is a terminal.
    pub has_stdin: bool,
    /// Whether standard output is a terminal.
    pub has_stdout: bool,
    /// Whether standard error is a terminal.
    pub has_stderr: bool,
    /// Characters in a line of it.
    pub width: Option<usize>,
}

impl Terminal {
    /// Whether somebody is there who can answer a question.
    pub fn can_ask(self) -> bool {
        self.has_stdin && self.has_stderr
    }
}
