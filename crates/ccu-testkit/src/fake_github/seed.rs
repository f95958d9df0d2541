//! A Gist to begin a test with.

use super::clock;

/// What a Gist is made of: `Seed::new("description").file("a.json", "{}")`.
#[derive(Debug, Clone)]
#[must_use = "a seed is planted with `gists().seed(...)`"]
pub struct Seed {
    pub(super) description: String,
    pub(super) owner: String,
    pub(super) is_public: bool,
    pub(super) created_at: Option<i64>,
    pub(super) files: Vec<(String, String)>,
}

impl Seed {
    /// A secret Gist of the default user, without files yet, made now.
    pub fn new(description: &str) -> Seed {
        Seed {
            description: description.to_owned(),
            owner: super::DEFAULT_LOGIN.to_owned(),
            is_public: false,
            created_at: None,
            files: Vec::new(),
        }
    }

    /// Adds a file.
    pub fn file(mut self, name: &str, text: impl Into<String>) -> Seed {
        self.files.push((name.to_owned(), text.into()));
        self
    }

    /// Gives it to another user.
    pub fn owner(mut self, login: &str) -> Seed {
        login.clone_into(&mut self.owner);
        self
    }

    /// Makes it public.
    pub fn public(mut self) -> Seed {
        self.is_public = true;
        self
    }

    /// Says when it was made (`2026-11-01T00:00:00Z`); what is no time means now.
    pub fn created_at(mut self, time: &str) -> Seed {
        self.created_at = clock::seconds_of(time);
        self
    }
}
