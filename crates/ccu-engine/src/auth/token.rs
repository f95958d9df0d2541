//! A token of GitHub: checked once, shown to nobody but the one header that needs it.

use std::fmt;

use sha2::{Digest, Sha256};

/// Digits of a fingerprint: 64 bits, plenty to tell a person's tokens apart, useless to find one.
const FINGERPRINT_DIGITS: usize = 16;

/// A token of GitHub. Neither `Debug` nor `Display` shows it; only [`Token::expose`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What is no token. Holds nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing but blanks.
    #[error("the token is empty")]
    Empty,
    /// A blank, a line end, a control character or one outside of ASCII: no header can hold it, and no token has one.
    #[error("the token holds a blank, a control character or one that is not ASCII: paste it again, on one line")]
    UnexpectedCharacter,
}

/// How a token was made, as its prefix says.
///
/// **Source**: <https://github.blog/engineering/behind-githubs-new-authentication-token-formats/>, seen 2026-11-22.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `ghp_`: a classic personal access token, which has scopes.
    Classic,
    /// `github_pat_`: a fine-grained personal access token, which has permissions.
    FineGrained,
    /// `gho_`: what signing in with a browser gives, `gh auth login` too. It has scopes.
    OAuth,
    /// Anything else: tokens of GitHub Enterprise Server before 3.2, of tests, and of kinds to come.
    Unknown,
}

impl Token {
    /// Takes a token as it was typed, pasted or stored; blanks and line ends around it go.
    ///
    /// **Errors**: [`TokenError`] where that is no token.
    pub fn new(text: impl AsRef<str>) -> Result<Token, TokenError> {
        let text = text.as_ref().trim();
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::UnexpectedCharacter);
        }
        Ok(Token(text.to_owned()))
    }

    /// The token itself: for the `Authorization` header and for the places that store it, nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first 16 hexadecimal digits of its SHA-256: tells tokens apart without holding one.
    pub fn fingerprint(&self) -> String {
        let mut digits: String = Sha256::digest(&self.0).iter().map(|byte| format!("{byte:02x}")).collect();
        digits.truncate(FINGERPRINT_DIGITS);
        digits
    }

    /// How it was made, as its prefix says.
    pub fn kind(&self) -> TokenKind {
        let prefixes =
            [("ghp_", TokenKind::Classic), ("github_pat_", TokenKind::FineGrained), ("gho_", TokenKind::OAuth)];
        let known = prefixes.into_iter().find(|(prefix, _)| self.0.starts_with(prefix));
        known.map_or(TokenKind::Unknown, |(_, kind)| kind)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_token() {
        let check = |text: &str, expected: Result<&str, TokenError>| {
            let read = Token::new(text);
            assert_eq!(read.as_ref().map(Token::expose).map_err(|error| *error), expected, "{text:?}");
        };
        check("ghp_0", Ok("ghp_0"));
        check(" \t\r\n\u{feff} ", Err(TokenError::UnexpectedCharacter));
        check("\n ghp_0 \r\n", Ok("ghp_0"));
        check("", Err(TokenError::Empty));
        check(" \n", Err(TokenError::Empty));
        for text in ["ghp 0", "ghp_0\nX-Evil: 1", "ghp_\u{0}", "ghp_\u{7f}", "ghp_ö", "ghp_0\u{200b}"] {
            check(text, Err(TokenError::UnexpectedCharacter));
        }
    }

    #[test]
    fn nothing_shows_it() {
        let token = Token::new("ghp_sesame").unwrap();
        for shown in [format!("{token:?}"), format!("{token:#?}"), format!("{token}"), token.fingerprint()] {
            assert!(!shown.contains("sesame"), "{shown}");
        }
    }

    #[test]
    fn a_fingerprint_tells_tokens_apart() {
        let fingerprint = |text| Token::new(text).unwrap().fingerprint();
        // printf abc | sha256sum
        assert_eq!(fingerprint("abc"), "ba7816bf8f01cfea");
        assert_ne!(fingerprint("abc"), fingerprint("abd"));
    }

    #[test]
    fn the_prefix_tells_the_kind() {
        let check = |text, expected| assert_eq!(Token::new(text).unwrap().kind(), expected, "{text}");
        check("ghp_0", TokenKind::Classic);
        check("github_pat_0", TokenKind::FineGrained);
        check("gho_0", TokenKind::OAuth);
        check("ghs_0", TokenKind::Unknown);
        check("0123456789abcdef", TokenKind::Unknown);
    }
}
