//! Whether a token may write Gists, as far as GitHub tells, and where to make one that may.

use std::fmt;

use crate::config::ApiUrl;
use crate::gist::Account;

/// The scope of classic tokens, and of signing in with a browser, that allows writing Gists.
const SCOPE: &str = "gist";

/// Whether a token may write Gists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GistPermission {
    /// It has the scope `gist`.
    Granted,
    /// It has scopes, and `gist` is not among them.
    Missing {
        /// Those that it has.
        scopes: Vec<String>,
    },
    /// It has permissions in place of scopes (a fine-grained token), and GitHub says only on use whether one is missing.
    Unknown,
}

impl GistPermission {
    /// What GitHub says of an account tells.
    ///
    /// **Source**: `X-OAuth-Scopes` in answers to classic tokens
    /// (<https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps>), seen 2026-11-22.
    pub fn of(account: &Account) -> GistPermission {
        match &account.scopes {
            None => GistPermission::Unknown,
            Some(scopes) if scopes.iter().any(|scope| scope == SCOPE) => GistPermission::Granted,
            Some(scopes) => GistPermission::Missing { scopes: scopes.clone() },
        }
    }

    /// What is wrong or open and where to mend it; `None` where all is well.
    pub fn advice(&self, api: &ApiUrl) -> Option<String> {
        match self {
            GistPermission::Granted => None,
            GistPermission::Missing { scopes } => Some(format!(
                "the token {} and needs the scope `{SCOPE}`; make one that has it at {}",
                Scopes(scopes),
                classic_token_page(api)
            )),
            GistPermission::Unknown => Some(format!(
                "GitHub does not say what a fine-grained token may do; this one needs the account permission Gists: write ({})",
                fine_grained_token_page(api)
            )),
        }
    }
}

/// The page that makes a classic token, with the scope `gist` chosen already.
pub fn classic_token_page(api: &ApiUrl) -> String {
    format!("{}/settings/tokens/new?scopes={SCOPE}&description=ccu", api.pages_url())
}

/// The page that makes a fine-grained token, with the permission to write Gists chosen already.
pub fn fine_grained_token_page(api: &ApiUrl) -> String {
    format!("{}/settings/personal-access-tokens/new?name=ccu&gists=write", api.pages_url())
}

struct Scopes<'a>(&'a [String]);

impl fmt::Display for Scopes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(|scope| format!("`{}`", scope.escape_debug())).collect();
        match names.len() {
            0 => f.write_str("has no scopes"),
            1 => write!(f, "has the scope {}", names.join(", ")),
            _ => write!(f, "has the scopes {}", names.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_tell() {
        let of = |scopes: Option<&[&str]>| {
            let scopes = scopes.map(|scopes| scopes.iter().map(|&scope| scope.to_owned()).collect());
            GistPermission::of(&Account { login: "me".to_owned(), scopes })
        };
        assert_eq!(of(Some(&["repo", "gist"])), GistPermission::Granted);
        assert_eq!(of(Some(&["gist"])).advice(&ApiUrl::github()), None);
        assert_eq!(of(None), GistPermission::Unknown);
        let advice = |scopes| of(scopes).advice(&ApiUrl::github()).unwrap();
        insta::assert_snapshot!(advice(Some(&["repo", "read:gist"])), @"the token has the scopes `repo`, `read:gist` and needs the scope `gist`; make one that has it at https://github.com/settings/tokens/new?scopes=gist&description=ccu");
        insta::assert_snapshot!(advice(Some(&["gists\u{1b}"])), @r"the token has the scope `gists\u{1b}` and needs the scope `gist`; make one that has it at https://github.com/settings/tokens/new?scopes=gist&description=ccu");
        insta::assert_snapshot!(advice(Some(&[])), @"the token has no scopes and needs the scope `gist`; make one that has it at https://github.com/settings/tokens/new?scopes=gist&description=ccu");
        insta::assert_snapshot!(advice(None), @"GitHub does not say what a fine-grained token may do; this one needs the account permission Gists: write (https://github.com/settings/personal-access-tokens/new?name=ccu&gists=write)");
        let enterprise = ApiUrl::parse("https://ghe.example/api/v3").unwrap();
        assert_eq!(
            classic_token_page(&enterprise),
            "https://ghe.example/settings/tokens/new?scopes=gist&description=ccu"
        );
    }
}
