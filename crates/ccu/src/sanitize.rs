//! Makes text from transcripts, paths and configuration safe to show: whatever could move the cursor, change colours,
//! reorder or hide letters on a terminal is written as an escape. Nothing else is changed.

use std::borrow::Cow;
use std::fmt::Write;

/// Characters of a name within a sentence.
const MAX_NAME: usize = 80;

/// Replaces every dangerous character of a text that is shown in a table, a message or a CSV field.
///
/// Line breaks and tabs become `\n`, `\r` and `\t`, everything else `\u{...}`.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.contains(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => safe.extend(character.escape_default()),
            _ if is_dangerous(character) => safe.extend(character.escape_unicode()),
            _ => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// As [`sanitize`], and cut to 80 characters: for names within sentences. Nobody gives a model a longer name than that in
/// earnest, and one of 100 kB would fill the screen.
pub fn sanitize_name(name: &str) -> String {
    let safe = sanitize(name);
    match safe.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &safe[..end]),
        None => safe.into_owned(),
    }
}

/// As [`sanitize`], but keeps line breaks: for messages of several lines that we laid out ourselves.
pub fn sanitize_lines(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(sanitize).collect();
    lines.join("\n")
}

/// Writes the dangerous characters of a finished JSON text as `\uXXXX`, which leaves its value as it is.
///
/// In JSON they stand inside strings only, save for the line breaks and tabs of the layout, which stay.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |character| is_dangerous(character) && !matches!(character, '\n' | '\r' | '\t');
    if !json.contains(is_escaped) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if is_escaped(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Whether a character may not reach a terminal: controls (C0, DEL, C1), line and paragraph separators, marks and
/// overrides of the writing direction, invisible fillers, and tag characters.
///
/// **Source**: Unicode Standard Annex #9, section 2 (directional formatting characters), and Unicode Technical Report
/// #36, section 3.
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dangerous_characters_are_spelled_out() {
        let check = |text, expected| assert_eq!(sanitize(text), expected);
        check("src/api", "src/api");
        check("日本語 é 👩‍💻", "日本語 é 👩‍💻");
        check("\u{1b}[31mred\u{1b}[0m", r"\u{1b}[31mred\u{1b}[0m");
        check("a\nb\tc\r", r"a\nb\tc\r");
        check("\u{9b}2J", r"\u{9b}2J");
        check("evil\u{202e}gpj.exe", r"evil\u{202e}gpj.exe");
        check("zero\u{200b}width", r"zero\u{200b}width");
    }

    #[test]
    fn names_are_cut() {
        let check = |text: &str, expected: &str| assert_eq!(sanitize_name(text), expected);
        check("claude-opus-5\nok  all is well", "claude-opus-5\\nok  all is well");
        check(&"é".repeat(80), &"é".repeat(80));
        check(&"é".repeat(100_000), &format!("{}…", "é".repeat(80)));
    }

    #[test]
    fn lines_of_ours_stay_lines() {
        assert_eq!(sanitize_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left(text in any::<String>()) {
            prop_assert!(!sanitize(&text).contains(is_dangerous));
        }

        #[test]
        fn json_keeps_its_value(text in any::<String>()) {
            let json = serde_json::to_string_pretty(&[text]).unwrap();
            let safe = escape_json(&json);
            prop_assert!(!safe.contains(|character| is_dangerous(character) && character != '\n'));
            prop_assert_eq!(
                serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
                serde_json::from_str::<serde_json::Value>(&json).unwrap()
            );
        }
    }
}
