//! Which directories ccu reads and writes, from the environment and the configuration. Looking creates nothing.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::env::Environment;
use crate::setting_origin::{SettingOrigin, Sourced};

/// The name of the configuration file in its directory.
pub const CONFIG_FILE: &str = "config.toml";

/// Why a directory could not be named.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// The home directory is needed and unknown.
    #[error("no home directory was found for {wanted}; set `{variable}`")]
    NoHome {
        /// What it is needed for.
        wanted: &'static str,
        /// The variable that names the directory directly.
        variable: &'static str,
    },
    /// A relative path cannot be completed, because the current directory is gone or unreadable.
    #[error("`{}` in `{variable}` is relative, and the current directory cannot be read", path.display())]
    NoCurrentDirectory {
        /// The path as given.
        path: PathBuf,
        /// The variable it stands in.
        variable: &'static str,
        /// Why.
        source: io::Error,
    },
}

/// A directory of Claude Code; its transcripts are `projects/**/*.jsonl` below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptRoot {
    /// The directory, absolute. It need not exist.
    pub path: PathBuf,
    /// Whether the user named it in `CLAUDE_CONFIG_DIR`; only then is it worth a warning where it doesn't exist.
    pub is_named: bool,
}

/// The directory of `config.toml` and of the machine id: `CCU_CONFIG_DIR`, else `ccu` in the user's configuration directory
/// (XDG on Linux and macOS; on Windows `ccu\config` in the local application data).
///
/// **Errors**: when nothing names it and there is no home directory.
pub fn config_dir(environment: &Environment) -> Result<Sourced<PathBuf>, PathError> {
    if let Some(named) = &environment.ccu_config_dir {
        return from_variable(environment, named, "CCU_CONFIG_DIR");
    }
    let base = environment.user_config_dir.as_deref();
    let base = base.ok_or(PathError::NoHome { wanted: "the configuration directory", variable: "CCU_CONFIG_DIR" })?;
    Ok(Sourced::default_value(own_directory(base, "config")))
}

/// The directory of the database: `CCU_DATA_DIR`, else `data.path` of the configuration, else `ccu` in the user's data
/// directory (XDG on Linux and macOS; on Windows `ccu\data` in the local application data).
///
/// `configured` is `data.path` as it stands in the file: absolute, or beginning with `~`.
///
/// **Errors**: when a home directory is needed and there is none.
pub fn data_dir(
    environment: &Environment,
    configured: Option<&Sourced<String>>,
) -> Result<Sourced<PathBuf>, PathError> {
    if let Some(named) = &environment.ccu_data_dir {
        return from_variable(environment, named, "CCU_DATA_DIR");
    }
    if let Some(configured) = configured {
        let path = expand_home(environment, OsStr::new(&configured.value));
        let path = path.ok_or(PathError::NoHome { wanted: "`~` in `data.path`", variable: "HOME" })?;
        return Ok(Sourced { value: path, origin: configured.origin.clone() });
    }
    let base = environment.user_data_dir.as_deref();
    let base = base.ok_or(PathError::NoHome { wanted: "the data directory", variable: "CCU_DATA_DIR" })?;
    Ok(Sourced::default_value(own_directory(base, "data")))
}

/// The directories of Claude Code to look for transcripts in, in the order given, each once: those of `CLAUDE_CONFIG_DIR`,
/// or, where it names none, `~/.config/claude` and `~/.claude`.
///
/// **Source**: `CLAUDE_CONFIG_DIR` moves everything below `~/.claude` (<https://code.claude.com/docs/en/claude-directory>,
/// seen 2026-11-22); the comma-separated list is the convention of the tools that read transcripts.
///
/// **Errors**: when a home directory is needed and there is none.
pub fn transcript_roots(environment: &Environment) -> Result<Vec<TranscriptRoot>, PathError> {
    let mut roots: Vec<TranscriptRoot> = Vec::new();
    for entry in environment.claude_config_dir.as_deref().map(split_at_commas).unwrap_or_default() {
        let path = from_variable(environment, entry, "CLAUDE_CONFIG_DIR")?.value;
        if roots.iter().all(|root| root.path != path) {
            roots.push(TranscriptRoot { path, is_named: true });
        }
    }
    if !roots.is_empty() {
        return Ok(roots);
    }
    let home = environment.home_dir.as_deref();
    let home = home.ok_or(PathError::NoHome { wanted: "the transcripts", variable: "CLAUDE_CONFIG_DIR" })?;
    let defaults = [home.join(".config").join("claude"), home.join(".claude")];
    Ok(defaults.map(|path| TranscriptRoot { path, is_named: false }).into())
}

/// The file of certificates to trust in place of the system's: `github.ca_bundle` of the configuration, else
/// `SSL_CERT_FILE`, which is meant for all programs and so is the weaker. `None` where neither names one.
///
/// `configured` is `github.ca_bundle` as it stands in the file: absolute, or beginning with `~`.
///
/// **Errors**: when a home directory is needed and there is none.
pub fn ca_bundle(
    environment: &Environment,
    configured: Option<&Sourced<String>>,
) -> Result<Option<Sourced<PathBuf>>, PathError> {
    if let Some(configured) = configured {
        let path = expand_home(environment, OsStr::new(&configured.value));
        let path = path.ok_or(PathError::NoHome { wanted: "`~` in `github.ca_bundle`", variable: "HOME" })?;
        return Ok(Some(Sourced { value: path, origin: configured.origin.clone() }));
    }
    let named = environment.ssl_cert_file.as_deref();
    named.map(|named| from_variable(environment, named, "SSL_CERT_FILE")).transpose()
}

/// The file that holds the token where no keyring does: `~/.claude/gist_token.txt`, wherever `CLAUDE_CONFIG_DIR` points.
/// `None` where there is no home directory.
pub fn token_file(environment: &Environment) -> Option<PathBuf> {
    Some(environment.home_dir.as_ref()?.join(".claude").join("gist_token.txt"))
}

/// Whether the text is a path that means the same wherever ccu is started: absolute, or beginning with `~`.
pub fn is_fixed_path(text: &str) -> bool {
    Path::new(text).is_absolute() || Path::new(text).starts_with("~")
}

fn own_directory(base: &Path, windows_part: &str) -> PathBuf {
    let directory = base.join("ccu");
    if cfg!(windows) { directory.join(windows_part) } else { directory }
}

fn from_variable(
    environment: &Environment,
    text: &OsStr,
    variable: &'static str,
) -> Result<Sourced<PathBuf>, PathError> {
    let path = expand_home(environment, text).ok_or(PathError::NoHome { wanted: "`~`", variable: "HOME" })?;
    let value =
        std::path::absolute(&path).map_err(|source| PathError::NoCurrentDirectory { path, variable, source })?;
    Ok(Sourced { value, origin: SettingOrigin::Variable(variable) })
}

/// Puts the home directory for a leading `~` part; `~other` is a name like any other. `None` where there is no home.
fn expand_home(environment: &Environment, text: &OsStr) -> Option<PathBuf> {
    let path = Path::new(text);
    match path.strip_prefix("~") {
        Ok(rest) if rest.as_os_str().is_empty() => environment.home_dir.clone(),
        Ok(rest) => Some(environment.home_dir.as_ref()?.join(rest)),
        Err(_) => Some(path.to_owned()),
    }
}

/// The entries of a comma-separated list, trimmed, without empty ones. A value that is not Unicode is taken as one entry.
fn split_at_commas(list: &OsStr) -> Vec<&OsStr> {
    match list.to_str() {
        Some(list) => list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(OsStr::new).collect(),
        None => vec![list],
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn at_home() -> Environment {
        Environment {
            home_dir: Some("/home/me".into()),
            user_config_dir: Some("/home/me/.config".into()),
            user_data_dir: Some("/home/me/.local/share".into()),
            ..Environment::default()
        }
    }

    #[test]
    fn transcripts_are_looked_for_where_the_user_says() {
        let check = |list: &str, expected: &[&str]| {
            let environment = Environment { claude_config_dir: Some(list.into()), ..at_home() };
            let roots = transcript_roots(&environment).unwrap();
            assert!(roots.iter().all(|root| root.is_named));
            let paths: Vec<_> = roots.iter().map(|root| root.path.to_str().unwrap()).collect();
            assert_eq!(paths, expected, "{list}");
        };
        check("/a", &["/a"]);
        check("/a,/b", &["/a", "/b"]);
        check(" /a , /b ,", &["/a", "/b"]);
        check("/a,/b,/a/,/a", &["/a", "/b"]);
        check("~", &["/home/me"]);
        check("~/x,~other", &["/home/me/x", std::env::current_dir().unwrap().join("~other").to_str().unwrap()]);
        check("/with space/x", &["/with space/x"]);
    }

    #[test]
    fn transcripts_are_looked_for_at_home_where_nothing_is_named() {
        for list in [None, Some("".into()), Some(" , ,".into())] {
            let roots = transcript_roots(&Environment { claude_config_dir: list, ..at_home() }).unwrap();
            let expected = ["/home/me/.config/claude", "/home/me/.claude"];
            assert_eq!(roots, expected.map(|path| TranscriptRoot { path: path.into(), is_named: false }));
        }
    }

    #[test]
    fn a_name_that_is_not_unicode_is_one_directory() {
        use std::os::unix::ffi::OsStrExt;
        let name = OsStr::from_bytes(b"/caf\xe9,/b");
        let roots = transcript_roots(&Environment { claude_config_dir: Some(name.into()), ..at_home() }).unwrap();
        assert_eq!(roots, [TranscriptRoot { path: name.into(), is_named: true }]);
    }

    #[test]
    fn the_configuration_directory() {
        assert_eq!(config_dir(&at_home()).unwrap(), Sourced::default_value("/home/me/.config/ccu".into()));
        let environment = Environment { ccu_config_dir: Some("~/c".into()), ..at_home() };
        let expected = Sourced { value: "/home/me/c".into(), origin: SettingOrigin::Variable("CCU_CONFIG_DIR") };
        assert_eq!(config_dir(&environment).unwrap(), expected);
    }

    #[test]
    fn the_data_directory_by_precedence() {
        let line = SettingOrigin::File { path: "/c/config.toml".into(), line: 7 };
        let configured = Sourced { value: "~/data".to_owned(), origin: line.clone() };
        let named = Environment { ccu_data_dir: Some("/env".into()), ..at_home() };
        let check = |environment: &Environment, configured, path: &str, origin| {
            assert_eq!(data_dir(environment, configured).unwrap(), Sourced { value: path.into(), origin });
        };
        check(&named, Some(&configured), "/env", SettingOrigin::Variable("CCU_DATA_DIR"));
        check(&at_home(), Some(&configured), "/home/me/data", line);
        check(&at_home(), None, "/home/me/.local/share/ccu", SettingOrigin::Default);
    }

    #[test]
    fn fixed_paths() {
        for (text, expected) in
            [("/a", true), ("~", true), ("~/a", true), ("~a", false), ("a", false), ("./a", false), ("", false)]
        {
            assert_eq!(is_fixed_path(text), expected, "{text}");
        }
    }

    #[test]
    fn errors_say_what_to_set() {
        let homeless = Environment::default();
        let check = |error: PathError, message| assert_eq!(error.to_string(), message);
        let tilde = Sourced::default_value("~/data".to_owned());
        check(
            config_dir(&homeless).unwrap_err(),
            "no home directory was found for the configuration directory; set `CCU_CONFIG_DIR`",
        );
        check(
            data_dir(&homeless, None).unwrap_err(),
            "no home directory was found for the data directory; set `CCU_DATA_DIR`",
        );
        check(
            data_dir(&homeless, Some(&tilde)).unwrap_err(),
            "no home directory was found for `~` in `data.path`; set `HOME`",
        );
        check(
            transcript_roots(&homeless).unwrap_err(),
            "no home directory was found for the transcripts; set `CLAUDE_CONFIG_DIR`",
        );
        let source = io::Error::from(io::ErrorKind::NotFound);
        let error = PathError::NoCurrentDirectory { path: "x".into(), variable: "CCU_DATA_DIR", source };
        check(error, "`x` in `CCU_DATA_DIR` is relative, and the current directory cannot be read");
    }
}
