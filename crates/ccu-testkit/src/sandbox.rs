//! A fresh home for each test: nothing of the user's is read or written, and the environment is the same everywhere.

#![expect(clippy::expect_used, clippy::panic, reason = "a test bench that cannot set up its test fails it")]

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::fingerprint::Fingerprint;

/// A temporary home, removed at the end of the test.
///
/// **Shape**: `home/.claude/projects` for transcripts, `data` and `config` for ccu's own files, `xdg-*` for what else
/// might look for a place. Every method panics where the test machine refuses a file operation.
#[derive(Debug)]
pub struct Sandbox {
    root: PathBuf,
    binary: Option<PathBuf>,
    environment: Vec<(String, String)>,
    /// Regular expressions for the root: as the system writes it, and as JSON writes that.
    path_patterns: [String; 2],
    // Held for its end, which removes the directory.
    _directory: TempDir,
}

/// What a command said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command that nobody looks at proves nothing"]
pub struct Output {
    /// What it answered.
    pub stdout: String,
    /// Everything else it said.
    pub stderr: String,
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
}

impl Output {
    /// The answer of a command that must succeed without a word on stderr.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn success(self) -> String {
        assert!(self.code == Some(0) && self.stderr.is_empty(), "expected quiet success:\n{self}");
        self.stdout
    }
}

/// Writes exit code, stdout and stderr as one text for snapshots; empty streams are left out.
impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "exit code: {code}")?,
            None => write!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n--- {name}\n{}", text.strip_suffix('\n').unwrap_or(text))?;
            }
        }
        Ok(())
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Sandbox::new()
    }
}

impl Sandbox {
    /// An empty home.
    pub fn new() -> Sandbox {
        let directory = TempDir::with_prefix("ccu-test-").expect("a temporary directory can be made");
        // macOS names its temporary directory through a symbolic link; messages show the real path.
        let root = directory.path().canonicalize().expect("the temporary directory has a real path");
        let path = root.display().to_string();
        let path_patterns = [escape(&path.replace('\\', r"\\")), escape(&path)];
        let sandbox = Sandbox { root, binary: None, environment: Vec::new(), path_patterns, _directory: directory };
        for name in ["data", "config", "tmp"] {
            fs::create_dir_all(sandbox.root.join(name)).expect("a directory can be made");
        }
        fs::create_dir_all(sandbox.projects()).expect("a directory can be made");
        sandbox
    }

    /// An empty home to run this binary in: `Sandbox::for_binary(env!("CARGO_BIN_EXE_ccu"))`.
    pub fn for_binary(binary: impl AsRef<Path>) -> Sandbox {
        Sandbox { binary: Some(binary.as_ref().to_owned()), ..Sandbox::new() }
    }

    /// Adds or replaces an environment variable for all commands.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: impl AsRef<str>) -> Sandbox {
        self.environment.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The directory that holds everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `$HOME`.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// Where Claude Code keeps its transcripts.
    pub fn projects(&self) -> PathBuf {
        self.home().join(".claude").join("projects")
    }

    /// `$CCU_DATA_DIR`.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// `$CCU_CONFIG_DIR`.
    pub fn config(&self) -> PathBuf {
        self.root.join("config")
    }

    /// Writes a transcript below [`Sandbox::projects`], each line with its end. Returns its path.
    pub fn write_transcript<L: fmt::Display>(&self, relative: &str, lines: impl IntoIterator<Item = L>) -> PathBuf {
        let text: String = lines.into_iter().map(|line| format!("{line}\n")).collect();
        self.write_bytes(relative, text.as_bytes())
    }

    /// Adds lines to a transcript, as Claude Code does. Returns its path.
    pub fn append_transcript<L: fmt::Display>(&self, relative: &str, lines: impl IntoIterator<Item = L>) -> PathBuf {
        let path = self.projects().join(relative);
        let mut file = fs::OpenOptions::new().append(true).open(&path).expect("the transcript is there");
        for line in lines {
            writeln!(file, "{line}").expect("the transcript can grow");
        }
        path
    }

    /// Writes any bytes below [`Sandbox::projects`]. Returns the path.
    pub fn write_bytes(&self, relative: &str, bytes: &[u8]) -> PathBuf {
        let path = self.projects().join(relative);
        fs::create_dir_all(path.parent().unwrap_or(&path)).expect("a directory can be made");
        let mut file = fs::File::create(&path).expect("a transcript can be made");
        file.write_all(bytes).expect("a transcript can be written");
        path
    }

    /// The command, ready to be changed and run: cleared environment, everything inside the sandbox, UTC, no colour, 80 columns.
    ///
    /// # Panics
    /// When the sandbox was made without a binary.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let Some(binary) = &self.binary else { panic!("the sandbox has no binary: make it by `Sandbox::for_binary`") };
        let mut command = Command::new(binary);
        command.args(arguments).current_dir(self.home()).env_clear();
        for (name, relative) in [
            ("HOME", "home"),
            ("USERPROFILE", "home"),
            ("APPDATA", "xdg-config"),
            ("LOCALAPPDATA", "xdg-data"),
            ("XDG_CONFIG_HOME", "xdg-config"),
            ("XDG_DATA_HOME", "xdg-data"),
            ("XDG_STATE_HOME", "xdg-state"),
            ("XDG_CACHE_HOME", "xdg-cache"),
            ("XDG_RUNTIME_DIR", "xdg-runtime"),
            ("TMPDIR", "tmp"),
            ("CCU_DATA_DIR", "data"),
            ("CCU_CONFIG_DIR", "config"),
        ] {
            command.env(name, self.root.join(relative));
        }
        command.envs([("TZ", "UTC"), ("NO_COLOR", "1"), ("COLUMNS", "80")]);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary with nothing on stdin.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Output {
        self.run_with_input(arguments, b"")
    }

    /// Runs the binary with these bytes on stdin.
    pub fn run_with_input<A: AsRef<OsStr>>(&self, arguments: &[A], input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be run");
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            scope.spawn(move || {
                // A command may end without having read everything.
                stdin.map(|mut stdin| stdin.write_all(input).ok());
            });
            child.wait_with_output().expect("the binary can be waited for")
        });
        Output {
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
            code: output.status.code(),
        }
    }

    /// Everything about `~/.claude` and `~/.config/claude` that a command must not change.
    #[must_use]
    pub fn tree_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&[self.home().join(".claude"), self.home().join(".config").join("claude")])
    }

    /// Replacements (regular expression, text) that make snapshots the same on every machine, for insta's `filters`.
    ///
    /// The sandbox's path becomes `[SANDBOX]`, ccu's version `[VERSION]`, durations `[DURATION]`.
    pub fn filters(&self) -> Vec<(&str, &str)> {
        let paths = self.path_patterns.iter().map(|pattern| (pattern.as_str(), "[SANDBOX]"));
        paths.chain(PATTERNS.iter().copied()).collect()
    }
}

/// What differs from run to run whatever the sandbox.
const PATTERNS: &[(&str, &str)] = &[
    (r"\bccu \d+\.\d+\.\d+[-+.\w]*", "ccu [VERSION]"),
    (r"\b\d+(\.\d+)? ?(ns|µs|us|ms)\b|\b\d+\.\d+ ?s\b", "[DURATION]"),
];

/// Escapes a text for a regular expression.
fn escape(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Line;

    #[cfg(unix)]
    fn shell() -> Sandbox {
        Sandbox::for_binary("/bin/sh")
    }

    #[test]
    #[cfg(unix)]
    fn environment_is_empty_but_for_the_sandbox() {
        let sandbox = shell().with_env("CCU_MACHINE", "laptop");
        let output = sandbox.run(&["-c", "/usr/bin/env | /usr/bin/sort"]).success();
        // The shell adds these by itself.
        let names: Vec<&str> = output
            .lines()
            .filter_map(|line| line.split('=').next())
            .filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name))
            .collect();
        assert_eq!(
            names.join(" "),
            "APPDATA CCU_CONFIG_DIR CCU_DATA_DIR CCU_MACHINE COLUMNS HOME LOCALAPPDATA NO_COLOR TMPDIR TZ USERPROFILE \
             XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR XDG_STATE_HOME"
        );
        let root = sandbox.root().display().to_string();
        assert!(
            output
                .lines()
                .filter(|line| line.contains('/') && !line.starts_with("_="))
                .all(|line| line.contains(&root)),
            "{output}"
        );
    }

    #[test]
    #[cfg(unix)]
    fn output_holds_both_streams_and_the_code() {
        let sandbox = shell();
        let output = sandbox.run_with_input(&["-c", "/bin/cat; echo \"$HOME\" >&2; exit 3"], b"asked\n");
        insta::with_settings!({ filters => sandbox.filters() }, {
            insta::assert_snapshot!(output, @r"
            exit code: 3
            --- stdout
            asked
            --- stderr
            [SANDBOX]/home
            ");
        });
    }

    #[test]
    fn filters_hide_what_differs_and_nothing_else() {
        let sandbox = Sandbox::new();
        let text = format!(
            "ccu 0.1.0-dev+abc read {}/data in 1.25s (12 ms), Claude Code 2.1.98, last 5 s, 30 days",
            sandbox.root().display()
        );
        insta::with_settings!({ filters => sandbox.filters() }, {
            insta::assert_snapshot!(
                text,
                @"ccu [VERSION] read [SANDBOX]/data in [DURATION] ([DURATION]), Claude Code 2.1.98, last 5 s, 30 days"
            );
        });
    }

    #[test]
    fn transcripts_grow_by_whole_lines() {
        let sandbox = Sandbox::new();
        sandbox.write_transcript("app/one.jsonl", [Line::user(), Line::assistant()]);
        let path = sandbox.append_transcript("app/one.jsonl", ["{}"]);
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.ends_with("\n{}\n"));
    }
}
