//! Which Gist is ours: found by its description, remembered by its id.

use std::collections::BTreeMap;

use ccu_core::wire::manifest::Manifest;

use super::error::SyncError;
use super::session::Session;
use super::state::{self, Index, Remembered};
use super::view::{MANIFEST, View};
use crate::gist::{Account, Gist, RemoteError};

/// The description that every machine of an account looks for; the earlier tool's, so that its Gists are found.
pub const DESCRIPTION: &str = "Claude Code Usage Analytics - Data Backup";
/// Why a classic token does not do.
const LACKS_SCOPE: &str = "it lacks the scope `gist`";
/// Why a fine-grained token does not do.
const NEEDS_PERMISSION: &str = "a fine-grained token needs the permission `Gists: write`";

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
        let Some(id) = ids.next() else { return Err(self.why_no_gist()) };
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
        let gists = self.talk().ask("cannot list the Gists of the account", |remote| remote.list());
        let gists = gists.map_err(|error| match error {
            SyncError::Remote { source: RemoteError::NotPermitted { message }, .. } if is_permission(&message) => {
                not_writable(None, NEEDS_PERMISSION)
            }
            error => error,
        })?;
        let mut ours: Vec<Gist> = gists.into_iter().filter(|gist| gist.description == DESCRIPTION).collect();
        ours.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(ours)
    }

    fn make(&mut self) -> Result<(), SyncError> {
        let manifest = Manifest::new(self.clock.now()).to_text();
        let files = BTreeMap::from([(MANIFEST.to_owned(), Some(manifest))]);
        match self.talk().write(|remote| remote.create(DESCRIPTION, &files))? {
            // Whether it was made, the list tells.
            Ok(_) | Err(RemoteError::Unanswered { .. }) => Ok(()),
            Err(error) => Err(self.why_not_written(None, error)),
        }
    }

    /// An empty list says nothing where the token may not see secret Gists.
    fn why_no_gist(&self) -> SyncError {
        match self.talk().ask("cannot read the account", |remote| remote.account()) {
            Ok(account) if lacks_scope(&account) => not_writable(None, LACKS_SCOPE),
            Ok(_) => SyncError::NoGist,
            Err(error) => error,
        }
    }

    /// What it means that a Gist was not written, or no new one made.
    pub(super) fn why_not_written(&self, id: Option<&str>, error: RemoteError) -> SyncError {
        match error {
            RemoteError::NotFound => self.why_not_found(id),
            RemoteError::NotPermitted { message } if is_permission(&message) => not_writable(id, NEEDS_PERMISSION),
            error if id.is_none() => SyncError::remote("cannot make a Gist")(error),
            error => SyncError::remote("cannot write to the Gist")(error),
        }
    }

    /// A 404 on a write says nothing: the token may lack the scope, the Gist may be another's, or gone.
    fn why_not_found(&self, id: Option<&str>) -> SyncError {
        let account = match self.talk().ask("cannot read the account", |remote| remote.account()) {
            Ok(account) => account,
            Err(error) => return error,
        };
        let not_writable = |reason: &str| not_writable(id, reason);
        let Some(id) = id.filter(|_| !lacks_scope(&account)) else {
            return not_writable(if lacks_scope(&account) { LACKS_SCOPE } else { NEEDS_PERMISSION });
        };
        match self.look_anew(id) {
            Ok(view) if view.owner != account.login => {
                not_writable(&format!("the Gist belongs to `{}`, the token to `{}`", view.owner, account.login))
            }
            Ok(_) => not_writable(NEEDS_PERMISSION),
            Err(SyncError::Remote { source: RemoteError::NotFound, .. }) => SyncError::GistGone { id: id.to_owned() },
            Err(error) => error,
        }
    }

    /// Remembers how the Gist looks now.
    pub(super) fn remember(&mut self, view: &View<'_>) -> Result<(), SyncError> {
        let before = Index::load(self.store)?;
        state::save(self.store, &view.to_remember(before.as_ref()))
    }
}

/// Whether GitHub's message is about a permission that a fine-grained token does not have.
fn is_permission(message: &str) -> bool {
    message.starts_with("Resource not accessible")
}

/// Whether it is a classic token's account, and the token may do nothing with Gists. Fine-grained tokens have no scopes.
fn lacks_scope(account: &Account) -> bool {
    account.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|scope| scope == "gist"))
}

fn not_writable(id: Option<&str>, reason: &str) -> SyncError {
    SyncError::NotWritable { id: id.unwrap_or_default().to_owned(), reason: reason.to_owned() }
}
