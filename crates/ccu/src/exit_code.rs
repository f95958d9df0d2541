//! The exit codes of the program and their one conversion. Scripts hold on to them; see docs/cli.md.

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Done. Bad input lines that were counted and noted leave it so.
    Ok,
    /// The command failed.
    Failed,
    /// The command line was wrong.
    Usage,
    /// The command needs a sign-in.
    SignInNeeded,
    /// A remote could not be reached, or asked us to come back later.
    TryLater,
    /// Ended by Ctrl-C.
    Interrupted,
}

impl ExitCode {
    /// The number that the shell sees.
    pub fn number(self) -> u8 {
        match self {
            ExitCode::Ok => 0,
            ExitCode::Failed => 1,
            ExitCode::Usage => 2,
            ExitCode::SignInNeeded => 3,
            ExitCode::TryLater => 4,
            ExitCode::Interrupted => 130,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        code.number().into()
    }
}
