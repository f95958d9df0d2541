//! Texts that look like tokens and private keys. They get into paths and branch names by accident, and must not get any
//! further: whoever has the address of a Gist can read it.

/// How a kind of secret looks: how it begins, and how many characters of which kind follow.
struct Look {
    start: &'static str,
    fewest: usize,
    continues: fn(u8) -> bool,
}

/// **Source**: GitHub, "Behind GitHub's new authentication token formats" (2021-04-05), for those that begin with `gh` and
/// `github_pat_`; GitLab, "Token prefixes"; Slack, "Tokens"; AWS, "IAM identifiers"; age's README. All seen 2026-11-22.
/// Where no length is promised, few characters are enough: a text withheld in error costs a name, no usage.
const LOOKS: [Look; 14] = [
    Look { start: "github_pat_", fewest: 20, continues: is_word },
    Look { start: "ghp_", fewest: 36, continues: is_word },
    Look { start: "gho_", fewest: 36, continues: is_word },
    Look { start: "ghu_", fewest: 36, continues: is_word },
    Look { start: "ghs_", fewest: 36, continues: is_word },
    Look { start: "ghr_", fewest: 36, continues: is_word },
    Look { start: "sk-ant-", fewest: 8, continues: is_word_or_hyphen },
    Look { start: "AKIA", fewest: 16, continues: is_capital },
    Look { start: "ASIA", fewest: 16, continues: is_capital },
    Look { start: "glpat-", fewest: 16, continues: is_word_or_hyphen },
    Look { start: "xoxb-", fewest: 8, continues: is_word_or_hyphen },
    Look { start: "xoxp-", fewest: 8, continues: is_word_or_hyphen },
    Look { start: "AGE-SECRET-KEY-1", fewest: 0, continues: is_capital },
    Look { start: "-----BEGIN", fewest: 0, continues: is_word },
];

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_word_or_hyphen(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// Whether a text holds, anywhere in it, what looks like a token or a private key.
pub fn holds_a_secret(text: &str) -> bool {
    LOOKS.iter().any(|look| {
        text.match_indices(look.start).any(|(start, _)| {
            let rest = &text.as_bytes()[start + look.start.len()..];
            rest.iter().take_while(|byte| (look.continues)(**byte)).count() >= look.fewest
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_seen_anywhere_and_words_are_not_tokens() {
        let letters = "Abcdefghij0123456789Abcdefghij0123456789";
        for start in ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "sk-ant-", "glpat-", "xoxb-", "xoxp-"] {
            let token = format!("{start}{letters}");
            for text in [token.clone(), format!("/home/a/{token}/b"), format!("é{token}é"), format!("{start}{token}")]
            {
                assert!(holds_a_secret(&text), "{text}");
            }
        }
        let others = ["AKIAABCDEFGHIJKLMNOP", "-----BEGIN OPENSSH PRIVATE KEY-----", "AGE-SECRET-KEY-1QQ"];
        assert!(others.into_iter().all(holds_a_secret));
        for text in
            ["", "ghp_", "ghp_short", "fix/ghp_docs", "AKIA", "AKIAabcdefghijklmnop", "sk-ant-", "glpat-docs", "main"]
        {
            assert!(!holds_a_secret(text), "{text}");
        }
    }
}
