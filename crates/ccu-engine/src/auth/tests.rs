//! Finding, keeping, moving and dropping the token, with keyrings in memory that work, fail and hang.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::*;
use crate::config::ApiUrl;
use crate::env::Environment;
use crate::hidden::Hidden;
use crate::setting_origin::Sourced;

/// How a keyring behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Works,
    IsAbsent,
    Fails,
    Hangs,
    Panics,
    /// Takes a secret and gives back another.
    Forgets,
    /// Gives secrets, and takes and drops none.
    IsReadOnly,
}

#[derive(Debug)]
struct Memory {
    mood: Mood,
    secrets: Mutex<BTreeMap<SecretEntry, Hidden<String>>>,
}

impl Memory {
    fn ask(&self) -> Result<(), KeyringError> {
        match self.mood {
            Mood::Works | Mood::Forgets | Mood::IsReadOnly => Ok(()),
            Mood::IsAbsent => Err(KeyringError::Unavailable { source: None }),
            Mood::Fails => Err(KeyringError::Failed { source: "it is broken".into() }),
            Mood::Panics => panic!("a library may panic"),
            Mood::Hangs => loop {
                thread::park();
            },
        }
    }

    fn change(&self) -> Result<(), KeyringError> {
        self.ask()?;
        match self.mood {
            Mood::IsReadOnly => Err(KeyringError::Failed { source: "it is read-only".into() }),
            _ => Ok(()),
        }
    }
}

impl SecretStore for Memory {
    fn get(&self, entry: SecretEntry) -> Result<Option<Hidden<String>>, KeyringError> {
        self.ask()?;
        Ok(self.secrets.lock().unwrap().get(&entry).cloned())
    }

    fn set(&self, entry: SecretEntry, secret: &Hidden<String>) -> Result<(), KeyringError> {
        self.change()?;
        let secret = if self.mood == Mood::Forgets { Hidden::new("forgotten") } else { secret.clone() };
        self.secrets.lock().unwrap().insert(entry, secret);
        Ok(())
    }

    fn delete(&self, entry: SecretEntry) -> Result<bool, KeyringError> {
        self.change()?;
        Ok(self.secrets.lock().unwrap().remove(&entry).is_some())
    }
}

/// The places of a new home, and what a test needs to look behind them.
struct Home {
    places: Places,
    memory: Arc<Memory>,
    _directory: tempfile::TempDir,
}

impl Home {
    fn with(mood: Mood) -> Home {
        let directory = tempfile::tempdir().unwrap();
        let memory = Arc::new(Memory { mood, secrets: Mutex::default() });
        // Long where an answer is certain, short where none is.
        let limit = if mood == Mood::Hangs { Duration::from_millis(20) } else { Duration::from_secs(60) };
        let store: Arc<dyn SecretStore> = Arc::clone(&memory) as Arc<dyn SecretStore>;
        let keyring = Keyring { store, read_limit: limit, write_limit: limit };
        let file = Some(directory.path().join(".claude/gist_token.txt"));
        Home { places: Places { variable: None, keyring, file, gh: None }, memory, _directory: directory }
    }

    fn file(&self) -> &Path {
        self.places.file.as_deref().unwrap()
    }

    /// Puts tokens named after their places into these.
    fn fill(mut self, sources: &[TokenSource]) -> Home {
        for source in sources {
            match source {
                TokenSource::Variable => self.places.variable = Some(Hidden::new("of-variable")),
                TokenSource::Keyring => {
                    self.memory.secrets.lock().unwrap().insert(GITHUB_TOKEN, Hidden::new("of-keyring"));
                }
                TokenSource::File => file::write(self.file(), "of-file").unwrap(),
                TokenSource::GitHubCli => self.places.gh = Some(gh("/bin/echo")),
            }
        }
        self
    }

    fn in_keyring(&self) -> Option<String> {
        self.memory.secrets.lock().unwrap().get(&GITHUB_TOKEN).map(|secret| secret.expose().clone())
    }

    fn in_file(&self) -> Option<String> {
        fs::read_to_string(self.file()).ok()
    }

    fn found(&self) -> (String, TokenSource) {
        let found = find_token(&self.places).unwrap();
        (found.token.expose().to_owned(), found.source)
    }
}

/// A stand-in for `gh`: `/bin/echo` says what it was asked, which holds blanks, and `/bin/false` nothing.
fn gh(program: &str) -> GitHubCli {
    GitHubCli { program: program.into(), ..GitHubCli::for_host("github.com") }
}

fn token(text: &str) -> Token {
    Token::new(text).unwrap()
}

use TokenSource::{File, GitHubCli as Gh, Keyring as InKeyring, Variable};

#[test]
fn the_first_place_wins() {
    let check = |filled: &[TokenSource], text: &str, source| {
        assert_eq!(Home::with(Mood::Works).fill(filled).found(), (text.to_owned(), source));
    };
    check(&[Variable, InKeyring, File, Gh], "of-variable", Variable);
    check(&[InKeyring, File, Gh], "of-keyring", InKeyring);
    check(&[File, Gh], "of-file", File);
    check(&[File], "of-file", File);
}

#[test]
#[cfg(unix)]
fn the_github_cli_comes_last_and_says_why_it_has_none() {
    let mut home = Home::with(Mood::Works);
    home.places.gh = Some(gh("/bin/echo"));
    let error = find_token(&home.places).unwrap_err();
    assert!(matches!(error, AuthError::NotAToken { place: Gh, .. }), "{error:?}");
    home.places.gh = Some(gh("/bin/false"));
    let Err(AuthError::NotConfigured { ignored }) = find_token(&home.places) else { panic!("there is no token") };
    let said: Vec<_> = ignored.iter().map(|ignored| (ignored.to_string(), ignored.source_of_token())).collect();
    let expected = "the GitHub CLI has no token for `github.com`; sign in with `gh auth login --hostname github.com`";
    assert_eq!(said, [(expected.to_owned(), Gh)]);
}

#[test]
fn a_keyring_that_does_not_work_is_passed_over() {
    let check = |mood, is_trouble: bool| {
        let home = Home::with(mood).fill(&[InKeyring, File]);
        let found = find_token(&home.places).unwrap();
        assert_eq!((found.token.expose(), found.source, found.ignored.len()), ("of-file", File, 1), "{mood:?}");
        assert_eq!(found.ignored[0].is_trouble(), is_trouble, "{mood:?}");
        let home = Home::with(mood).fill(&[InKeyring]);
        let Err(AuthError::NotConfigured { ignored }) = find_token(&home.places) else { panic!("{mood:?}") };
        ignored[0].to_string().replace(keyring::KEYRING_NAME, "NAME")
    };
    assert_eq!(check(Mood::IsAbsent, false), "there is no system keyring (NAME) here");
    assert_eq!(check(Mood::Fails, true), "the system keyring (NAME) cannot be used");
    assert_eq!(check(Mood::Panics, true), "the system keyring (NAME) cannot be used");
    let silent = "the system keyring (NAME) gave no answer within 0 s; it may be locked";
    assert_eq!(check(Mood::Hangs, true), silent);
}

#[test]
fn a_place_with_something_else_is_not_passed_over() {
    let check = |home: &Home, message: &str| {
        let error = find_token(&home.places).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap();
        let said = format!("{error}: {cause}").replace(keyring::KEYRING_NAME, "NAME");
        assert_eq!(said, message);
        assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
    };
    let odd = "the token holds a blank, a control character or one that is not ASCII: paste it again, on one line";
    let mut home = Home::with(Mood::Works).fill(&[InKeyring]);
    home.places.variable = Some(Hidden::new("open sesame"));
    let place = "the environment variable `GITHUB_GIST_TOKEN` holds no token that can be used";
    check(&home, &format!("{place}: {odd}"));
    let home = Home::with(Mood::Works).fill(&[File]);
    home.memory.secrets.lock().unwrap().insert(GITHUB_TOKEN, Hidden::new("open\nsesame"));
    check(&home, &format!("the system keyring (NAME) holds no token that can be used: {odd}"));
    let home = Home::with(Mood::Works);
    file::write(home.file(), " \n").unwrap();
    check(&home, "the file `~/.claude/gist_token.txt` holds no token that can be used: the token is empty");
}

#[test]
#[cfg(unix)]
fn a_file_that_others_can_read_is_refused_even_where_gh_has_a_token() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with(Mood::Works).fill(&[File, Gh]);
    fs::set_permissions(home.file(), fs::Permissions::from_mode(0o644)).unwrap();
    let error = find_token(&home.places).unwrap_err();
    assert!(matches!(error, AuthError::File(FileError::Wide { mode: 0o644, .. })), "{error:?}");
    // A place before it makes it irrelevant.
    assert_eq!(home.fill(&[InKeyring]).found(), ("of-keyring".to_owned(), InKeyring));
}

#[test]
fn no_home_is_no_file() {
    let mut home = Home::with(Mood::Works);
    home.places.file = None;
    assert!(matches!(find_token(&home.places), Err(AuthError::NotConfigured { .. })));
    assert!(matches!(store_token(&home.places, &token("new"), StoreIn::File), Err(AuthError::NoHome)));
    assert_eq!(store_token(&home.places, &token("new"), StoreIn::Auto).unwrap().source, InKeyring);
}

#[test]
fn a_token_is_in_one_place_only() {
    let check = |wanted, source, keyring: Option<&str>, file: Option<&str>| {
        let home = Home::with(Mood::Works).fill(&[InKeyring, File]);
        let stored = store_token(&home.places, &token("new"), wanted).unwrap();
        assert_eq!((stored.source, stored.is_overruled), (source, false));
        assert!(stored.why_not_keyring.is_none() && stored.may_be_overruled.is_none(), "{stored:?}");
        assert_eq!((home.in_keyring().as_deref(), home.in_file().as_deref()), (keyring, file));
        assert_eq!(home.found(), ("new".to_owned(), source));
    };
    check(StoreIn::Auto, InKeyring, Some("new"), None);
    check(StoreIn::Keyring, InKeyring, Some("new"), None);
    check(StoreIn::File, File, None, Some("new\n"));
}

#[test]
fn the_file_takes_it_where_the_keyring_does_not() {
    for mood in [Mood::IsAbsent, Mood::Fails, Mood::Hangs, Mood::Panics, Mood::Forgets, Mood::IsReadOnly] {
        let home = Home::with(mood);
        let stored = store_token(&home.places, &token("new"), StoreIn::Auto).unwrap();
        assert_eq!((stored.source, stored.why_not_keyring.is_some()), (File, true), "{mood:?}");
        assert_eq!(home.in_file().as_deref(), Some("new\n"), "{mood:?}");
        assert_eq!(home.found(), ("new".to_owned(), File), "{mood:?}");

        let home = Home::with(mood).fill(&[File]);
        let error = store_token(&home.places, &token("new"), StoreIn::Keyring).unwrap_err();
        assert!(matches!(error, AuthError::Keyring(_)), "{mood:?}: {error:?}");
        assert_eq!(home.in_file().as_deref(), Some("of-file\n"), "{mood:?}: nothing was moved");
    }
}

#[test]
fn an_older_token_that_stays_in_the_keyring_is_said() {
    let home = Home::with(Mood::IsReadOnly).fill(&[InKeyring]);
    let stored = store_token(&home.places, &token("new"), StoreIn::File).unwrap();
    assert!(stored.may_be_overruled.is_some());
    assert_eq!(home.found(), ("of-keyring".to_owned(), InKeyring));
    let home = Home::with(Mood::IsAbsent);
    assert!(store_token(&home.places, &token("new"), StoreIn::File).unwrap().may_be_overruled.is_none());
}

#[test]
fn a_variable_that_wins_over_what_was_stored_is_said() {
    let home = Home::with(Mood::Works).fill(&[Variable]);
    for wanted in [StoreIn::Auto, StoreIn::File] {
        assert!(store_token(&home.places, &token("new"), wanted).unwrap().is_overruled);
    }
}

#[test]
fn a_file_that_stays_is_an_error() {
    let home = Home::with(Mood::Works);
    fs::create_dir_all(home.file()).unwrap();
    let error = store_token(&home.places, &token("new"), StoreIn::Auto).unwrap_err();
    assert!(matches!(error, AuthError::File(FileError::Remove { .. })), "{error:?}");
    assert_eq!(home.in_keyring().as_deref(), Some("new"));
}

#[test]
fn logging_out_empties_what_is_ours() {
    let check =
        |mood, filled: &[TokenSource], removed: &[TokenSource], remaining: &[TokenSource], n_problems: usize| {
            let home = Home::with(mood).fill(filled);
            let out = logout(&home.places);
            assert_eq!((&out.removed[..], &out.remaining[..]), (removed, remaining), "{mood:?} {filled:?}");
            assert_eq!(out.problems.len(), n_problems, "{mood:?} {filled:?}");
            assert_eq!(home.in_file(), None);
        };
    check(Mood::Works, &[], &[], &[], 0);
    check(Mood::Works, &[Variable, InKeyring, File, Gh], &[InKeyring, File], &[Variable, Gh], 0);
    check(Mood::IsAbsent, &[File], &[File], &[], 0);
    check(Mood::Hangs, &[File], &[File], &[], 1);
    check(Mood::Fails, &[InKeyring], &[], &[], 1);
}

#[test]
fn entries_do_not_mix() {
    let home = Home::with(Mood::Works);
    let other = SecretEntry { service: SERVICE, user: "other" };
    let keyring = &home.places.keyring;
    keyring.set(other, &Hidden::new("o")).unwrap();
    keyring.set(GITHUB_TOKEN, &Hidden::new("g")).unwrap();
    assert!(keyring.delete(other).unwrap());
    assert!(!keyring.delete(other).unwrap());
    assert_eq!(keyring.get(other).unwrap(), None);
    assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), Some(Hidden::new("g")));
}

#[test]
fn the_places_follow_environment_and_settings() {
    let github = |url: &str, use_gh| crate::config::GithubSettings {
        api_url: Sourced::default_value(ApiUrl::parse(url).unwrap()),
        ca_bundle: None,
        use_gh: Sourced::default_value(use_gh),
    };
    let environment = Environment {
        github_gist_token: Some(Hidden::new("t")),
        home_dir: Some("/home/me".into()),
        claude_config_dir: Some("/elsewhere".into()),
        ..Environment::default()
    };
    let places = Places::new(&environment, &github("https://api.github.com", false));
    assert_eq!(places.variable, Some(Hidden::new("t")));
    assert_eq!(places.file.as_deref(), Some(Path::new("/home/me/.claude/gist_token.txt")));
    assert_eq!(places.gh, None);
    let host = |url| Places::new(&Environment::default(), &github(url, true)).gh.unwrap().host;
    assert_eq!(host("https://api.github.com"), "github.com");
    assert_eq!(host("https://ghe.example/api/v3"), "ghe.example");
    assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
}

#[test]
fn sources_read_as_places() {
    let said = [Variable, InKeyring, File, Gh].map(|source| source.to_string()).join("\n");
    insta::assert_snapshot!(said.replace(keyring::KEYRING_NAME, "Secret Service"), @"
    Environment variable GITHUB_GIST_TOKEN
    System keyring (Secret Service)
    File ~/.claude/gist_token.txt
    GitHub CLI (gh)
    ");
}
