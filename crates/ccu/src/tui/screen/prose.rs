//! Sentences on a page: broken between words to its width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::sanitize::sanitize;

/// A text as lines of so many cells at most. Only a word that is wider stands out.
pub fn lines(text: &str, style: Style, width: u16) -> Vec<Line<'static>> {
    let text = sanitize(text);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| line.width() + 1 + word.width() <= usize::from(width)) {
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    lines.into_iter().map(|line| Line::from(Span::styled(line, style))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str, width: u16) -> Vec<String> {
        lines(text, Style::new(), width).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(texts("the cat sat on the mat", 7), ["the cat", "sat on", "the mat"]);
        assert_eq!(texts("unbreakable it is", 5), ["unbreakable", "it is"]);
        assert_eq!(texts("  ", 5), [""; 0]);
        assert_eq!(texts("a\u{1b}[2J", 20), ["a\\u{1b}[2J"]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_too_wide(words in proptest::collection::vec("[a-z]{1,12}", 0..20), width in 12_u16..40) {
            let broken = texts(&words.join(" "), width);
            prop_assert_eq!(broken.join(" "), words.join(" "));
            prop_assert!(broken.iter().all(|line| line.width() <= usize::from(width)));
        }
    }
}
