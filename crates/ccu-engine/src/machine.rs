//! This machine: an id that never changes and a name that may.
//!
//! The id lives in the configuration directory, not in the database, so that it survives a lost database.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ccu_core::ids::MachineId;

use crate::atomic_file::{self, Access, WriteError};
use crate::env::Environment;
use crate::setting_origin::{SettingOrigin, Sourced};

/// The name of the file in the configuration directory that holds the id, as a UUID and a newline.
pub const ID_FILE: &str = "machine_id";

/// The longest name of a machine, in bytes of UTF-8: with `usage_history_` and `.db` around it, a file name still
/// fits the 255 bytes that file systems allow.
pub const MAX_NAME_BYTES: usize = 200;

/// Why this machine's id or name is not known.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// The id file cannot be read.
    #[error("cannot read this machine's id from `{}`", path.display())]
    ReadId {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The id file holds something else. It is never overwritten: a new id would make this a new machine.
    #[error("`{}` holds no machine id: expected a UUID, found `{}`", path.display(), found.escape_debug())]
    DamagedId {
        /// The file.
        path: PathBuf,
        /// How its content begins.
        found: String,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes for this machine's id")]
    NoRandomness {
        /// Why.
        source: io::Error,
    },
    /// The id was made but could not be kept.
    #[error("cannot keep this machine's id")]
    WriteId {
        /// Why.
        #[from]
        source: WriteError,
    },
    /// `CCU_MACHINE` is no name.
    #[error("`CCU_MACHINE` {problem}")]
    BadName {
        /// What is wrong with it.
        problem: NameProblem,
    },
}

/// What is wrong with a machine name, worded to follow the name of the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Nothing but blanks.
    #[error("is blank")]
    Blank,
    /// Longer than [`MAX_NAME_BYTES`].
    #[error("is {n_bytes} bytes long; at most {MAX_NAME_BYTES} are allowed")]
    TooLong {
        /// Its length.
        n_bytes: usize,
    },
    /// It holds a control character, such as a newline or an escape.
    #[error("holds the control character `{}`", character.escape_default())]
    ControlCharacter {
        /// The first one.
        character: char,
    },
    /// It is not Unicode.
    #[error("is not valid Unicode")]
    NotUnicode,
}

/// A machine's name: not blank, trimmed, without control characters, at most [`MAX_NAME_BYTES`] long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineName(String);

impl MachineName {
    /// Checks and trims a name.
    ///
    /// **Errors**: when it is blank, too long or holds a control character.
    pub fn parse(text: &str) -> Result<Self, NameProblem> {
        let name = text.trim();
        if name.is_empty() {
            return Err(NameProblem::Blank);
        }
        if let Some(character) = name.chars().find(|character| character.is_control()) {
            return Err(NameProblem::ControlCharacter { character });
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(NameProblem::TooLong { n_bytes: name.len() });
        }
        Ok(MachineName(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MachineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host name of the computer, for [`name`].
pub fn host_name() -> OsString {
    gethostname::gethostname()
}

/// The name of this machine: `CCU_MACHINE`, else `machine.name` of the configuration, else the host name, else `unknown`.
///
/// **Errors**: when `CCU_MACHINE` is no valid name. A host name that is none is passed over, since nobody chose it.
pub fn name(
    environment: &Environment,
    configured: Option<&Sourced<MachineName>>,
    host_name: &OsStr,
) -> Result<Sourced<MachineName>, MachineError> {
    if let Some(named) = &environment.ccu_machine {
        let name = named.to_str().ok_or(NameProblem::NotUnicode).and_then(MachineName::parse);
        let value = name.map_err(|problem| MachineError::BadName { problem })?;
        return Ok(Sourced { value, origin: SettingOrigin::Variable("CCU_MACHINE") });
    }
    if let Some(configured) = configured {
        return Ok(configured.clone());
    }
    match MachineName::parse(&host_name.to_string_lossy()) {
        Ok(value) => Ok(Sourced { value, origin: SettingOrigin::HostName }),
        Err(_) => Ok(Sourced::default_value(MachineName("unknown".to_owned()))),
    }
}

/// This machine's id; the first call ever makes it. Two processes that call at once get the same.
///
/// **Errors**: when the file cannot be read, holds something else, or cannot be made.
pub fn load_or_create_id(config_dir: &Path) -> Result<MachineId, MachineError> {
    if let Some(id) = load_id(config_dir)? {
        return Ok(id);
    }
    adopt_id(config_dir, random_id()?)
}

/// Makes `id` this machine's id, unless it has one by then; gives the one it has.
///
/// **Errors**: when the file cannot be made or read.
pub fn adopt_id(config_dir: &Path, id: MachineId) -> Result<MachineId, MachineError> {
    let path = config_dir.join(ID_FILE);
    if atomic_file::create_new(&path, format!("{id}\n").as_bytes(), Access::Unchanged)? {
        return Ok(id);
    }
    let vanished = || MachineError::ReadId { path, source: io::ErrorKind::NotFound.into() };
    load_id(config_dir)?.ok_or_else(vanished)
}

/// Makes a new id for this machine in place of the one that it has: for a clone, which must not go by the other's.
///
/// **Errors**: when there is no randomness or the file cannot be written.
pub fn replace_id(config_dir: &Path) -> Result<MachineId, MachineError> {
    let id = random_id()?;
    atomic_file::write(&config_dir.join(ID_FILE), format!("{id}\n").as_bytes(), Access::Unchanged)?;
    Ok(id)
}

/// This machine's id, or `None` where it was never made.
///
/// **Errors**: when the file cannot be read or holds something else.
pub fn load_id(config_dir: &Path) -> Result<Option<MachineId>, MachineError> {
    let path = config_dir.join(ID_FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(MachineError::ReadId { path, source }),
    };
    let text = String::from_utf8_lossy(&bytes);
    match text.trim().parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => Err(MachineError::DamagedId { path, found: text.trim().chars().take(60).collect() }),
    }
}

/// A random UUID, version 4.
///
/// **Source**: RFC 9562, section 5.4.
fn random_id() -> Result<MachineId, MachineError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| MachineError::NoRandomness { source: error.into() })?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Ok(MachineId(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::sync::Barrier;
    use std::thread;

    #[test]
    fn the_id_is_made_once() {
        let home = tempfile::tempdir().unwrap();
        let config_dir = home.path().join("not/yet/there");
        assert_eq!(load_id(&config_dir).unwrap(), None);
        let id = load_or_create_id(&config_dir).unwrap();
        assert_eq!(load_or_create_id(&config_dir).unwrap(), id);
        assert_eq!(fs::read_to_string(config_dir.join(ID_FILE)).unwrap(), format!("{id}\n"));
    }

    #[test]
    fn all_who_start_at_once_get_one_id() {
        let home = tempfile::tempdir().unwrap();
        let start = Barrier::new(8);
        let ids: BTreeSet<MachineId> = thread::scope(|scope| {
            let one = || {
                start.wait();
                load_or_create_id(home.path()).unwrap()
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ids.len(), 1);
        assert_eq!(load_id(home.path()).unwrap(), ids.first().copied());
    }

    #[test]
    fn ids_are_random_and_of_version_4() {
        let (one, other) = (random_id().unwrap(), random_id().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.0[6] >> 4, 4);
        assert_eq!(one.0[8] >> 6, 0b10);
    }

    #[test]
    fn a_damaged_id_is_left_as_it_is() {
        for content in ["", "laptop\n", "0A1B2C3D-4E5F-4071-8293-A4B5C6D7E8F9"] {
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join(ID_FILE);
            atomic_file::write(&path, content.as_bytes(), Access::Unchanged).unwrap();
            let message = load_or_create_id(home.path()).unwrap_err().to_string();
            let expected =
                format!("`{}` holds no machine id: expected a UUID, found `{}`", path.display(), content.trim());
            assert_eq!(message, expected);
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[test]
    fn names_by_precedence() {
        let line = SettingOrigin::File { path: "/c/config.toml".into(), line: 2 };
        let configured = Sourced { value: MachineName("from file".to_owned()), origin: line.clone() };
        let named = Environment { ccu_machine: Some(" from env ".into()), ..Environment::default() };
        let unnamed = Environment::default();
        let check = |environment: &Environment, configured, host_name: &str, expected: (&str, SettingOrigin)| {
            let found = name(environment, configured, OsStr::new(host_name)).unwrap();
            assert_eq!((found.value.as_str(), found.origin), expected);
        };
        check(&named, Some(&configured), "host", ("from env", SettingOrigin::Variable("CCU_MACHINE")));
        check(&unnamed, Some(&configured), "host", ("from file", line));
        check(&unnamed, None, "host", ("host", SettingOrigin::HostName));
        check(&unnamed, None, "", ("unknown", SettingOrigin::Default));
        check(&unnamed, None, "a\nb", ("unknown", SettingOrigin::Default));
    }

    #[test]
    fn names_that_are_none() {
        let check = |given: &str, message: &str| {
            let environment = Environment { ccu_machine: Some(given.into()), ..Environment::default() };
            assert_eq!(name(&environment, None, OsStr::new("host")).unwrap_err().to_string(), message);
        };
        check("  ", "`CCU_MACHINE` is blank");
        check("a\u{1b}[31mb", r"`CCU_MACHINE` holds the control character `\u{1b}`");
        check(&"ü".repeat(101), "`CCU_MACHINE` is 202 bytes long; at most 200 are allowed");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_unicode() {
        use std::os::unix::ffi::OsStrExt;
        let environment =
            Environment { ccu_machine: Some(OsStr::from_bytes(b"\xff").into()), ..Environment::default() };
        let message = name(&environment, None, OsStr::new("host")).unwrap_err().to_string();
        assert_eq!(message, "`CCU_MACHINE` is not valid Unicode");
    }

    #[test]
    fn other_messages() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(ID_FILE)).unwrap();
        let error = load_id(home.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot read this machine's id from `{}`", home.path().join(ID_FILE).display())
        );
        let source = io::Error::from(io::ErrorKind::Unsupported);
        assert_eq!(
            MachineError::NoRandomness { source }.to_string(),
            "the operating system gave no random bytes for this machine's id"
        );
        let source = WriteError::Write { path: "/c/machine_id".into(), source: io::ErrorKind::PermissionDenied.into() };
        assert_eq!(MachineError::from(source).to_string(), "cannot keep this machine's id");
    }

    proptest! {
        #[test]
        fn a_parsed_name_parses_to_itself(text in any::<String>()) {
            if let Ok(name) = MachineName::parse(&text) {
                prop_assert_eq!(MachineName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
