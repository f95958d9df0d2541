//! What of projects leaves the machine, as users write it.

use ccu_core::wire::privacy::ProjectPrivacy;

use super::suggestion::closest;

const LEVELS: [(&str, ProjectPrivacy); 4] = [
    ("full", ProjectPrivacy::Full),
    ("name", ProjectPrivacy::Name),
    ("hash", ProjectPrivacy::Hash),
    ("none", ProjectPrivacy::None),
];

/// Reads `full`, `name`, `hash` or `none`, in any case.
///
/// **Errors**: the level that was probably meant, if any.
pub fn parse_privacy(text: &str) -> Result<ProjectPrivacy, Option<String>> {
    let level = LEVELS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    level.map(|(_, level)| level).ok_or_else(|| closest(text, LEVELS.map(|(name, _)| name.to_owned())))
}

/// The name of a level, as [`parse_privacy`] reads it.
pub fn privacy_name(level: ProjectPrivacy) -> &'static str {
    match level {
        ProjectPrivacy::Full => "full",
        ProjectPrivacy::Name => "name",
        ProjectPrivacy::Hash => "hash",
        ProjectPrivacy::None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_by_name() {
        for (name, level) in LEVELS {
            assert_eq!(parse_privacy(name), Ok(level));
            assert_eq!(parse_privacy(&name.to_uppercase()), Ok(level));
            assert_eq!(privacy_name(level), name);
        }
        assert_eq!(parse_privacy("hsah"), Err(Some("hash".to_owned())));
        assert_eq!(parse_privacy("everything"), Err(None));
    }
}
