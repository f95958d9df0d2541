//! The pages, one file each: each draws its answer and nothing else.

pub mod activity;
pub mod breakdown;
pub mod caveats;
pub mod chart;
pub mod devices;
pub mod gist;
pub mod heatmap;
pub mod help;
pub mod message;
pub mod nothing;
pub mod period;
pub mod prose;
pub mod report_list;
pub mod responses;
pub mod settings;
pub mod usage;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::sanitize::sanitize;
use crate::tui::event::Trouble;
use crate::tui::hits::Hits;
use crate::tui::query::Answer;
use crate::tui::state::State;
use crate::tui::theme::Theme;

/// Draws the page that is shown.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, state: &State) {
    let theme = state.settings.theme;
    let page = state.page();
    if let Some(trouble) = &state.trouble {
        return draw_trouble(canvas, area, trouble, theme);
    }
    let Some(answered) = &page.answered else {
        let wait = Paragraph::new(Line::styled("reading the database", theme.muted()));
        return wait.render(area, canvas.buffer);
    };
    let sheet = Sheet { state, page, answered };
    if nothing::draw(canvas, area, &sheet) {
        return;
    }
    match &*answered.answer {
        Answer::Usage(usage) => usage::draw(canvas, area, &sheet, usage),
        Answer::Period(period) => period::draw(canvas, area, &sheet, period),
        Answer::Heatmap(answer) => heatmap::draw(canvas, area, &sheet, answer),
        Answer::Devices(devices) => devices::draw(canvas, area, &sheet, devices),
        Answer::Rows(report) => report_list::draw(canvas, area, &sheet, report),
        Answer::Responses(responses) => responses::draw(canvas, area, &sheet, responses),
        Answer::Message(message) => message::draw(canvas, area, &sheet, message.as_ref()),
        Answer::Gist(known) => gist::draw(canvas, area, &sheet, known),
        Answer::Settings(rows) => settings::draw(canvas, area, &sheet, rows),
    }
}

/// What every page draws on.
pub struct Canvas<'a> {
    /// The cells of the screen.
    pub buffer: &'a mut Buffer,
    /// What is where, for the mouse.
    pub hits: &'a mut Hits,
}

/// What every page draws from.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    /// The state.
    pub state: &'a State,
    /// The page.
    pub page: &'a crate::tui::page::Page,
    /// The answer, with the names to show.
    pub answered: &'a crate::tui::query::Answered,
}

impl<'a> Sheet<'a> {
    /// Colours and characters.
    pub fn theme(&self) -> Theme {
        self.state.settings.theme
    }
}

fn draw_trouble(canvas: &mut Canvas<'_>, area: Rect, trouble: &Trouble, theme: Theme) {
    let mut lines = vec![Line::styled(sanitize(&trouble.message).into_owned(), theme.error())];
    lines.extend(trouble.hints.iter().map(|hint| Line::styled(sanitize(hint).into_owned(), theme.text())));
    Paragraph::new(lines).wrap(Wrap { trim: true }).render(area, canvas.buffer);
}
