//! The pseudo terminal of the system: its two sides, its size, its settings.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

/// Makes the terminal the program's controlling one, which needs a step between fork and exec that safe Rust lacks. It
/// replaces itself by the program: the process id stays. Part of util-linux; elsewhere programs run without.
const SETSID: &str = "/usr/bin/setsid";

/// Both sides of a pseudo terminal: ours, and the program's until [`Device::hang_up`].
#[derive(Debug)]
pub struct Device {
    ours: File,
    theirs: Option<File>,
    settings_before: String,
}

impl Device {
    /// A new pseudo terminal of so many columns and rows.
    ///
    /// # Errors
    /// When the system has none left.
    pub fn open(size: (u16, u16)) -> io::Result<Device> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let name = ptsname(&ours, Vec::new())?;
        let path = Path::new(OsStr::from_bytes(name.as_bytes()));
        let flags = OFlags::NOCTTY.bits().cast_signed();
        let theirs = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
        let settings_before = describe(&tcgetattr(&theirs)?);
        let device = Device { ours: File::from(ours), theirs: Some(theirs), settings_before };
        device.resize(size)?;
        Ok(device)
    }

    /// Runs a command on the program's side, with the environment that the command sets and nothing else.
    ///
    /// # Errors
    /// When the program can't be run.
    pub fn spawn(&self, command: &Command) -> io::Result<Child> {
        let mut started = if Path::new(SETSID).exists() {
            let mut started = Command::new(SETSID);
            started.arg("--ctty").arg(command.get_program());
            started
        } else {
            Command::new(command.get_program())
        };
        started.args(command.get_args()).env_clear();
        started.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            started.current_dir(folder);
        }
        let theirs = self.theirs()?;
        started.stdin(theirs.try_clone()?).stdout(theirs.try_clone()?).stderr(theirs.try_clone()?);
        started.spawn()
    }

    /// Where keys are written to and where what is drawn is read from.
    ///
    /// # Errors
    /// When this process has too many files open.
    pub fn streams(&self) -> io::Result<(File, File)> {
        Ok((self.ours.try_clone()?, self.ours.try_clone()?))
    }

    /// Writes as a keyboard does.
    ///
    /// # Errors
    /// When the program's side is closed.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.ours).write_all(bytes)
    }

    /// Sets the number of columns and rows.
    ///
    /// # Errors
    /// When the program's side is closed.
    pub fn resize(&self, (columns, rows): (u16, u16)) -> io::Result<()> {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(tcsetwinsize(self.theirs()?, size)?)
    }

    /// What differs in the settings of the line from those it began with.
    ///
    /// # Errors
    /// When the program's side is closed.
    pub fn line_changes(&self) -> io::Result<String> {
        let settings = describe(&tcgetattr(self.theirs()?)?);
        let pairs = self.settings_before.lines().zip(settings.lines());
        let changes = pairs.filter(|(before, after)| before != after);
        Ok(changes.map(|(before, after)| format!("{before} -> {after}\n")).collect())
    }

    /// Lets go of the program's side. When the program does too, reading comes to its end.
    pub fn hang_up(&mut self) {
        self.theirs = None;
    }

    fn theirs(&self) -> io::Result<&File> {
        self.theirs.as_ref().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))
    }
}

/// All settings, one group a line.
fn describe(settings: &Termios) -> String {
    format!(
        "input: {:?}\noutput: {:?}\ncontrol: {:?}\nlocal: {:?}\nspeed: {} {}\ncodes: {:?}",
        settings.input_modes,
        settings.output_modes,
        settings.control_modes,
        settings.local_modes,
        settings.input_speed(),
        settings.output_speed(),
        settings.special_codes
    )
}
