//! The keys: the one list of what each does. The help screen is made of it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::action::Action;
use crate::tui::page::View;

/// A key or several that do one thing.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The keys.
    pub keys: &'static [KeyCode],
    /// As the help screen writes them.
    pub shown: &'static str,
    /// What they do.
    pub action: Action,
    /// In words.
    pub meaning: &'static str,
}

const fn binding(keys: &'static [KeyCode], shown: &'static str, action: Action, meaning: &'static str) -> Binding {
    Binding { keys, shown, action, meaning }
}

/// Every key but those of the views (see [`View::key`]) and the digits.
pub const BINDINGS: &[Binding] = &[
    binding(&[KeyCode::Tab], "Tab", Action::NextMode, "next mode of the view"),
    binding(&[KeyCode::BackTab], "Shift-Tab", Action::PreviousMode, "mode before"),
    binding(&[KeyCode::Left, KeyCode::Char('<'), KeyCode::Char(',')], "< or ←", Action::Earlier, "period before"),
    binding(&[KeyCode::Right, KeyCode::Char('>'), KeyCode::Char('.')], "> or →", Action::Later, "period after"),
    binding(&[KeyCode::Char('t')], "t", Action::Now, "back to the period that runs now"),
    binding(&[KeyCode::Up, KeyCode::Char('k')], "↑ or k", Action::Move(-1), "row above"),
    binding(&[KeyCode::Down, KeyCode::Char('j')], "↓ or j", Action::Move(1), "row below"),
    binding(&[KeyCode::PageUp], "PgUp", Action::MovePage(-1), "a screen up"),
    binding(&[KeyCode::PageDown], "PgDn", Action::MovePage(1), "a screen down"),
    binding(&[KeyCode::Home], "Home", Action::First, "first row"),
    binding(&[KeyCode::End], "End", Action::Last, "last row"),
    binding(&[KeyCode::Enter], "Enter", Action::Enter, "into the row; change the setting"),
    binding(&[KeyCode::Esc, KeyCode::Backspace], "Esc", Action::Back, "out again; clears the filter"),
    binding(&[KeyCode::Char('/')], "/", Action::Filter, "only rows with this in their name"),
    binding(&[KeyCode::Char('o')], "o", Action::Sort, "order of rows"),
    binding(&[KeyCode::Char('c')], "c", Action::Metric, "count cost, tokens or responses"),
    binding(&[KeyCode::Char('a')], "a", Action::Anonymous, "numbers in place of names"),
    binding(&[KeyCode::Char('r')], "r", Action::Read, "read new transcripts now"),
    binding(&[KeyCode::Char('S')], "S", Action::Sync, "sync with the Gist now: pull, then push"),
    binding(&[KeyCode::Char('P')], "P", Action::Push, "push to the Gist"),
    binding(&[KeyCode::Char('L')], "L", Action::Pull, "pull from the Gist"),
    binding(&[KeyCode::Char('n')], "n", Action::Name, "name a setting and its value: prices.MODEL.input 5"),
    binding(&[KeyCode::Delete, KeyCode::Char('x')], "x or Del", Action::Unset, "take the setting out of the file"),
    binding(&[KeyCode::Char('?'), KeyCode::F(1)], "? or F1", Action::Help, "these keys"),
    binding(&[KeyCode::Char('q')], "q or Ctrl-C", Action::Quit, "end"),
];

/// What a key does; `None` where it does nothing.
pub fn action(key: KeyEvent) -> Option<Action> {
    let has_control = key.modifiers.contains(KeyModifiers::CONTROL);
    if has_control || key.modifiers.contains(KeyModifiers::ALT) {
        return (has_control && key.code == KeyCode::Char('c')).then_some(Action::Quit);
    }
    let code = match key.code {
        KeyCode::Char(character) => KeyCode::Char(latin(character)),
        code => code,
    };
    if let KeyCode::Char(digit @ '1'..='9') = code {
        return Some(Action::EnterShown(digit as usize - '1' as usize));
    }
    let of_view = View::ALL.into_iter().find(|view| code == KeyCode::Char(view.key())).map(Action::Show);
    of_view.or_else(|| BINDINGS.iter().find(|binding| binding.keys.contains(&code)).map(|binding| binding.action))
}

/// The letter on the same key of a Latin keyboard, for those whose keyboard writes Hangul: the earlier tool's users are used
/// to it.
///
/// **Source**: the Korean standard layout KS X 5002 ("dubeolsik").
fn latin(character: char) -> char {
    const HANGUL: [(char, char); 33] = [
        ('ㅂ', 'q'),
        ('ㅈ', 'w'),
        ('ㄷ', 'e'),
        ('ㄱ', 'r'),
        ('ㅅ', 't'),
        ('ㅛ', 'y'),
        ('ㅕ', 'u'),
        ('ㅑ', 'i'),
        ('ㅐ', 'o'),
        ('ㅔ', 'p'),
        ('ㅁ', 'a'),
        ('ㄴ', 's'),
        ('ㅇ', 'd'),
        ('ㄹ', 'f'),
        ('ㅎ', 'g'),
        ('ㅗ', 'h'),
        ('ㅓ', 'j'),
        ('ㅏ', 'k'),
        ('ㅣ', 'l'),
        ('ㅋ', 'z'),
        ('ㅌ', 'x'),
        ('ㅊ', 'c'),
        ('ㅍ', 'v'),
        ('ㅠ', 'b'),
        ('ㅜ', 'n'),
        ('ㅡ', 'm'),
        ('ㅃ', 'Q'),
        ('ㅉ', 'W'),
        ('ㄸ', 'E'),
        ('ㄲ', 'R'),
        ('ㅆ', 'T'),
        ('ㅒ', 'O'),
        ('ㅖ', 'P'),
    ];
    HANGUL.iter().find(|(hangul, _)| *hangul == character).map_or(character, |(_, latin)| *latin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn pressed(character: char) -> Option<Action> {
        action(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE))
    }

    #[test]
    fn no_key_does_two_things() {
        let of_views = View::ALL.map(|view| KeyCode::Char(view.key()));
        let digits = ('1'..='9').map(KeyCode::Char);
        let bound = BINDINGS.iter().flat_map(|binding| binding.keys.iter().copied());
        let mut seen = BTreeSet::new();
        for key in of_views.into_iter().chain(digits).chain(bound) {
            assert!(seen.insert(format!("{key:?}")), "{key:?}");
        }
    }

    #[test]
    fn keys_do_what_the_list_says() {
        assert_eq!(pressed('d'), Some(Action::Show(View::Devices)));
        assert_eq!(pressed('ㅇ'), Some(Action::Show(View::Devices)));
        assert_eq!(pressed('3'), Some(Action::EnterShown(2)));
        assert_eq!(pressed('q'), Some(Action::Quit));
        assert_eq!(pressed('0'), None);
        for binding in BINDINGS {
            for key in binding.keys {
                assert_eq!(action(KeyEvent::new(*key, KeyModifiers::NONE)), Some(binding.action), "{key:?}");
            }
        }
    }

    #[test]
    fn control_c_ends_and_other_chords_do_nothing() {
        let chord = |character| action(KeyEvent::new(KeyCode::Char(character), KeyModifiers::CONTROL));
        assert_eq!(chord('c'), Some(Action::Quit));
        assert_eq!(chord('d'), None);
    }
}
