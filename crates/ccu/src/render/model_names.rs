//! Short names of models for tables: `opus-5` for `claude-opus-5-20260401`. JSON and CSV keep the ids.

use std::collections::BTreeMap;

/// The names that one table shows for the models in it.
#[derive(Debug, Clone, Default)]
pub struct ModelNames {
    by_id: BTreeMap<String, String>,
}

impl ModelNames {
    /// Shortens the ids of a table. Ids that would read alike (one model through two gateways) keep their whole id.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_id: BTreeMap<String, String> = BTreeMap::new();
        let mut n_users: BTreeMap<&str, usize> = BTreeMap::new();
        for id in ids {
            if by_id.insert(id.to_owned(), shortened(id).to_owned()).is_none() {
                *n_users.entry(shortened(id)).or_default() += 1;
            }
        }
        for (id, name) in &mut by_id {
            if n_users.get(name.as_str()).is_some_and(|&users| users > 1) {
                name.clone_from(id);
            }
        }
        ModelNames { by_id }
    }

    /// The name to show for an id.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.by_id.get(id).map_or(id, String::as_str)
    }
}

/// Cuts what every id shares (vendor, gateway, release date), and leaves foreign ids as they are.
///
/// **Source**: the id forms of Anthropic (`claude-opus-4-5-20251101`), Bedrock (`us.anthropic.claude-...-v1:0`) and
/// Vertex (`claude-...@20251101`), <https://docs.claude.com/en/docs/about-claude/models/overview>, seen 2026-11-22.
fn shortened(id: &str) -> &str {
    let Some((_, name)) = id.rsplit_once("claude-") else { return id };
    let name = name.split_once('@').map_or(name, |(before, _)| before);
    let name = without_bedrock_version(name);
    let name = without_date(name);
    if name.is_empty() { id } else { name }
}

fn without_bedrock_version(name: &str) -> &str {
    match name.rsplit_once("-v") {
        Some((before, version)) if is_version(version) => before,
        Some(_) | None => name,
    }
}

fn is_version(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_digit() || character == ':')
}

fn without_date(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((before, date)) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => before,
        Some(_) | None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_ids_share_is_cut() {
        let check = |id, expected| assert_eq!(shortened(id), expected);
        check("claude-opus-5", "opus-5");
        check("claude-opus-4-5-20251101", "opus-4-5");
        check("claude-3-5-sonnet-20241022", "3-5-sonnet");
        check("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "sonnet-4-5");
        check("anthropic.claude-v2:1", "v2:1");
        check("claude-haiku-4-5@20251001", "haiku-4-5");
        check("gpt-9", "gpt-9");
        check("claude-", "claude-");
    }

    #[test]
    fn ids_that_would_read_alike_stay_whole() {
        let names =
            ModelNames::of(["claude-opus-5", "us.anthropic.claude-opus-5-v1:0", "claude-sonnet-5", "claude-sonnet-5"]);
        assert_eq!(names.name("claude-opus-5"), "claude-opus-5");
        assert_eq!(names.name("us.anthropic.claude-opus-5-v1:0"), "us.anthropic.claude-opus-5-v1:0");
        assert_eq!(names.name("claude-sonnet-5"), "sonnet-5");
        assert_eq!(names.name("unheard-of"), "unheard-of");
    }
}
