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

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use crate::sanitize::sanitize;
use crate::tui::event::Trouble;
use crate::tui::hits::Hits;
use crate::tui::query::Answer;
use crate::tui::state::State;
use crate::tui::theme::Theme;

/// Draws the page that is shown.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, hits: &mut Hits) {
    let theme = state.settings.theme;
    let page = state.page();
    if let Some(trouble) = &state.trouble {
        return draw_trouble(frame, area, trouble, theme);
    }
    let Some(answered) = &page.answered else {
        let wait = Paragraph::new(Line::styled("reading the database", theme.muted()));
        return frame.render_widget(wait, area);
    };
    let sheet = Sheet { state, page, answered };
    match &*answered.answer {
        Answer::Usage(usage) => usage::draw(frame, area, &sheet, usage, hits),
        Answer::Period(period) => period::draw(frame, area, &sheet, period, hits),
        Answer::Heatmap(activity) => heatmap::draw(frame, area, &sheet, activity, hits),
        Answer::Devices(devices) => devices::draw(frame, area, &sheet, devices, hits),
        Answer::Rows(report) => report_list::draw(frame, area, &sheet, report, hits),
        Answer::Responses(responses) => responses::draw(frame, area, &sheet, responses, hits),
        Answer::Message(message) => message::draw(frame, area, &sheet, message.as_ref()),
        Answer::Gist(known) => gist::draw(frame, area, state, page, known, hits),
        Answer::Settings(rows) => settings::draw(frame, area, state, page, rows, hits),
    }
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

fn draw_trouble(frame: &mut Frame<'_>, area: Rect, trouble: &Trouble, theme: Theme) {
    let mut lines = vec![Line::styled(sanitize(&trouble.message).into_owned(), theme.error())];
    lines.extend(trouble.hints.iter().map(|hint| Line::styled(sanitize(hint).into_owned(), theme.text())));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}
