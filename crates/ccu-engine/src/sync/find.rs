//! Which Gist is ours: found by its description, remembered by its id.

use std::collections::BTreeMap;

use ccu_core::wire::manifest::Manifest;

use super::error::SyncError;
use super::session::Session;
use super::state::{self, Index, Remembered};
use super::view::{MANIFEST, View};
use crate::gist::{Gist, RemoteError};

/// The description that every machine of an account looks for; the earlier tool's, so that its Gists are found.
pub const DESCRIPTION: &str = "Claude Code Usage Analytics - Data Backup";

/// A Gist that was found.
pub(super) struct Found<'a> {
    pub view: View<'a>,
    /// Other Gists with the same description; they are left alone.
    pub others: Vec<String>,
    /// Whether it was made just now.
    pub is_new: bool,
}

impl<'a> Session<'a> {
    /// Finds our Gist; `makes` says whether to make one where the account has none, `recreates` whether also where the one
    /// that we remember is gone.
    ///
    /// **Errors**: [`SyncError::NoGist`], [`SyncError::GistGone`], and what the remote says.
    pub(super) fn find(&mut self, makes: bool, recreates: bool) -> Result<Found<'a>, SyncError> {
        let Some(remembered) = Index::load(self.store)?.map(|index| index.id).filter(|id| !id.is_empty()) else {
            return self.search(makes);
        };
        match self.look(&remembered) {
            Ok(view) => Ok(Found { view, others: Vec::new(), is_new: false }),
            Err(SyncError::Remote { source: RemoteError::NotFound, .. }) => {
                // Gone, or this token is another account's: another Gist of ours may be there, but is never just taken.
                match (self.search(recreates), recreates) {
                    (Ok(found), true) => Ok(found),
                    (Ok(_) | Err(SyncError::NoGist), _) => Err(SyncError::GistGone { id: remembered }),
                    (Err(error), _) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Looks through the account's Gists. Several: the oldest, so that all machines choose the same.
    fn search(&mut self, makes: bool) -> Result<Found<'a>, SyncError> {
        let (mut ours, mut is_new) = (self.ours()?, false);
        if ours.is_empty() && makes {
            self.make()?;
            is_new = true;
            // Another machine may have made one at the same moment: only the list tells which is the oldest.
            ours = self.ours()?;
        }
        let mut ids = ours.into_iter().map(|gist| gist.id);
        let id = ids.next().ok_or(SyncError::NoGist)?;
        Ok(Found { view: self.look_anew(&id)?, others: ids.collect(), is_new })
    }

    /// What a dry run finds where it would make a Gist.
    pub(super) fn nothing_yet(&self) -> Found<'a> {
        let gist = Gist {
            id: String::new(),
            description: DESCRIPTION.to_owned(),
            html_url: String::new(),
            owner: String::new(),
            is_public: false,
            created_at: None,
            updated_at: None,
            files: BTreeMap::new(),
            is_truncated: false,
            revisions: Vec::new(),
            etag: None,
        };
        let view = View::of(self.talk(), gist, &self.settings.token_fingerprint);
        Found { view, others: Vec::new(), is_new: false }
    }

    fn ours(&self) -> Result<Vec<Gist>, SyncError> {
        let gists = self.talk().ask("cannot list the Gists of the account", |remote| remote.list())?;
        let mut ours: Vec<Gist> = gists.into_iter().filter(|gist| gist.description == DESCRIPTION).collect();
        ours.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(ours)
    }

    fn make(&mut self) -> Result<(), SyncError> {
        let manifest = Manifest::new(self.clock.now()).to_text();
        let files = BTreeMap::from([(MANIFEST.to_owned(), Some(manifest))]);
        match self.remote.create(DESCRIPTION, &files) {
            // Whether it was made, the list tells.
            Ok(_) | Err(RemoteError::Unanswered { .. }) => Ok(()),
            Err(RemoteError::NotFound) => Err(self.why_not_writable("new")),
            Err(error) => Err(SyncError::remote("cannot make a Gist")(error)),
        }
    }

    /// A 404 on a write says nothing: the token may lack the scope, the Gist may be another's, or gone.
    pub(super) fn why_not_writable(&self, id: &str) -> SyncError {
        let account = match self.talk().ask("cannot read the account", |remote| remote.account()) {
            Ok(account) => account,
            Err(error) => return error,
        };
        let lacks_scope = account.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|scope| scope == "gist"));
        let reason = if lacks_scope {
            "it lacks the scope `gist`".to_owned()
        } else {
            match self.look_anew(id) {
                Ok(view) if view.owner != account.login => {
                    format!("the Gist belongs to `{}`, the token to `{}`", view.owner, account.login)
                }
                Err(SyncError::Remote { source: RemoteError::NotFound, .. }) => {
                    return SyncError::GistGone { id: id.to_owned() };
                }
                Err(error) => return error,
                Ok(_) => "it may read the Gist; a fine-grained token needs the permission `Gists: write`".to_owned(),
            }
        };
        SyncError::NotWritable { id: id.to_owned(), reason }
    }

    /// Remembers how the Gist looks now.
    pub(super) fn remember(&mut self, view: &View<'_>) -> Result<(), SyncError> {
        let before = Index::load(self.store)?;
        state::save(self.store, &view.to_remember(before.as_ref()))
    }
}
