//! Finding the token: the first place that has one.

use super::error::AuthError;
use super::file;
use super::keyring::GITHUB_TOKEN;
use super::places::Places;
use super::token::Token;
use super::token_source::{Ignored, TokenSource};
use crate::hidden::Hidden;

/// A token and where it is.
#[derive(Debug)]
pub struct Found {
    /// The token.
    pub token: Token,
    /// Where it is.
    pub source: TokenSource,
    /// Places before it that could not be asked.
    pub ignored: Vec<Ignored>,
}

/// Finds the token: variable > keyring > file > GitHub CLI. A keyring that fails or hangs is passed over where a later place
/// has a token; what holds something that is no token, or a token that others can read, is an error.
///
/// Takes as long as the time limits of `places` allow: 3 s for a keyring that hangs, 10 s for a `gh` that does.
///
/// **Errors**: [`AuthError::NotConfigured`] when no place has one, [`AuthError::NotAToken`], [`AuthError::File`].
pub fn find_token(places: &Places) -> Result<Found, AuthError> {
    let mut ignored = Vec::new();
    let Some((text, source)) = first(places, &mut ignored)? else { return Err(AuthError::NotConfigured { ignored }) };
    let token = Token::new(text.expose()).map_err(|error| AuthError::NotAToken { place: source, source: error })?;
    Ok(Found { token, source, ignored })
}

/// What the first place holds that holds anything.
fn first(places: &Places, ignored: &mut Vec<Ignored>) -> Result<Option<(Hidden<String>, TokenSource)>, AuthError> {
    if let Some(variable) = &places.variable {
        // What is not Unicode is no token either; its place holder says so.
        return Ok(Some((Hidden::new(variable.expose().to_string_lossy()), TokenSource::Variable)));
    }
    match places.keyring.get(GITHUB_TOKEN) {
        Ok(Some(text)) => return Ok(Some((text, TokenSource::Keyring))),
        Ok(None) => {}
        Err(error) => ignored.push(error.into()),
    }
    if let Some(text) = places.file.as_deref().map(file::read).transpose()?.flatten() {
        return Ok(Some((text, TokenSource::File)));
    }
    match places.gh.as_ref().map(|gh| gh.token()).transpose() {
        Ok(text) => Ok(text.map(|text| (text, TokenSource::GitHubCli))),
        Err(error) => {
            ignored.push(error.into());
            Ok(None)
        }
    }
}
