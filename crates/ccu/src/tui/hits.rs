//! What is where on the screen, for the mouse: drawing fills it in.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::tui::action::Action;

/// Rows that the wheel moves by.
const WHEEL_ROWS: i32 = 3;

/// What is where on the screen.
#[derive(Debug, Default, Clone)]
pub struct Hits {
    buttons: Vec<(Rect, Action)>,
    /// The rows of the list, and the first of them.
    list: Option<(Rect, usize)>,
}

impl Hits {
    /// A click in an area does this.
    pub fn button(&mut self, area: Rect, action: Action) {
        self.buttons.push((area, action));
    }

    /// The rows of the list are here, from this one on.
    pub fn list(&mut self, area: Rect, top: usize) {
        self.list = Some((area, top));
    }

    /// The first row of the list that is shown, and how many there is room for.
    pub fn listed(&self) -> Option<(usize, usize)> {
        self.list.map(|(area, top)| (top, usize::from(area.height)))
    }

    /// What the mouse means.
    pub fn action(&self, mouse: MouseEvent) -> Option<Action> {
        match mouse.kind {
            MouseEventKind::ScrollUp => Some(Action::Move(-WHEEL_ROWS)),
            MouseEventKind::ScrollDown => Some(Action::Move(WHEEL_ROWS)),
            MouseEventKind::Down(MouseButton::Left) => self.clicked(Position { x: mouse.column, y: mouse.row }),
            MouseEventKind::Down(MouseButton::Right) => Some(Action::Back),
            _ => None,
        }
    }

    fn clicked(&self, at: Position) -> Option<Action> {
        let button = self.buttons.iter().find(|(area, _)| area.contains(at)).map(|(_, action)| *action);
        let row = || {
            let (area, _) = self.list.filter(|(area, _)| area.contains(at))?;
            Some(Action::ClickShown(usize::from(at.y - area.y)))
        };
        button.or_else(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::KeyModifiers;

    #[test]
    fn clicks_find_what_is_under_them() {
        let mut hits = Hits::default();
        hits.button(Rect::new(0, 0, 5, 1), Action::Help);
        hits.list(Rect::new(0, 4, 20, 6), 3);
        let at = |column, row| {
            let kind = MouseEventKind::Down(MouseButton::Left);
            hits.action(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
        };
        assert_eq!(at(4, 0), Some(Action::Help));
        assert_eq!(at(5, 0), None);
        assert_eq!(at(7, 6), Some(Action::ClickShown(2)));
        assert_eq!(at(7, 10), None);
        assert_eq!(hits.listed(), Some((3, 6)));
    }
}
