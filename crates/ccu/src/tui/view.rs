//! Draws the state: tabs, title, page, footer. It only reads.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::render::number::{count, short};
use crate::sanitize::sanitize;
use crate::tui::action::Action;
use crate::tui::event::SyncStep;
use crate::tui::hits::Hits;
use crate::tui::page::{Page, Place, View};
use crate::tui::screen::{self, Canvas, report_list};
use crate::tui::state::{Purpose, State};
use crate::tui::theme::Theme;

/// The smallest terminal that is drawn on.
const SMALLEST: (u16, u16) = (60, 18);

/// Draws a frame and notes what is where.
pub fn draw(frame: &mut Frame<'_>, state: &State, hits: &mut Hits) {
    let area = frame.area();
    let theme = state.settings.theme;
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let text = format!("{} x {} is too small; the dashboard needs 60 x 18", area.width, area.height);
        frame.render_widget(Paragraph::new(text).style(theme.warning()), area);
        return;
    }
    let [tabs, title, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
            .areas(area);
    draw_tabs(frame, tabs, state, hits);
    frame.render_widget(title_line(state, title.width), title);
    let body = Rect { y: body.y + 1, height: body.height - 1, ..body };
    match state.help {
        Some(top) => screen::help::draw(frame, body, top, theme),
        None => screen::draw(&mut Canvas { buffer: frame.buffer_mut(), hits }, body, state),
    }
    match &state.prompt {
        Some(_) => draw_prompt(frame, footer, state),
        None => draw_footer(frame, footer, state, hits),
    }
}

/// The views by name, each with its key marked, so that no list of keys is needed.
fn draw_tabs(frame: &mut Frame<'_>, area: Rect, state: &State, hits: &mut Hits) {
    let theme = state.settings.theme;
    let width: usize = View::ALL.iter().map(|view| view.name().len() + 1).sum();
    let gap = if width + View::ALL.len() <= usize::from(area.width) { 2 } else { 1 };
    let is_narrow = width > usize::from(area.width);
    let mut x = area.x;
    for view in View::ALL {
        let is_active = view == state.view();
        let name = if is_narrow && !is_active { &view.name()[..3] } else { view.name() };
        let tab = Rect { x, width: (name.len() as u16).min(area.right().saturating_sub(x)), ..area };
        frame.render_widget(tab_line(view, name, is_active, theme), tab);
        hits.button(tab, Action::Show(view));
        x = (x + name.len() as u16 + gap).min(area.right());
    }
}

fn tab_line(view: View, name: &'static str, is_active: bool, theme: Theme) -> Line<'static> {
    let style = if is_active { theme.active_tab() } else { theme.text() };
    match name.split_once(view.key()) {
        Some((before, after)) => Line::from(vec![
            Span::styled(before, style),
            Span::styled(view.key().to_string(), style.patch(theme.key())),
            Span::styled(after, style),
        ]),
        None => Line::styled(name, style),
    }
}

/// What is shown: where one went into, the period, the mode; at the right what is counted and in which order.
fn title_line(state: &State, width: u16) -> Line<'static> {
    let theme = state.settings.theme;
    let page = state.page();
    let mut left = vec![Span::styled(trail(state), theme.title())];
    let period = state.calendar().title(page);
    if !period.is_empty() {
        left.push(Span::styled(format!("  {period}"), theme.text()));
    }
    if state.calendar().can_step(page) {
        let glyphs = theme.glyphs();
        left.push(Span::styled(format!("  {} {}", glyphs.previous, glyphs.next), theme.muted()));
    }
    if !page.mode_name().is_empty() {
        left.push(Span::styled(format!("  [Tab] {}", page.mode_name()), theme.muted()));
    }
    if !page.filter.is_empty() {
        left.push(Span::styled(format!("  /{}", sanitize(&page.filter)), theme.accent()));
    }
    let mut right = state.metric().name().to_owned();
    if page.place.can_sort() {
        right = format!("{}, {right}", page.sort.name());
    }
    let used: usize = left.iter().map(Span::width).sum();
    let room = usize::from(width).saturating_sub(used + right.width());
    if room >= 2 {
        left.push(Span::styled(format!("{}{right}", " ".repeat(room)), theme.muted()));
    }
    Line::from(left)
}

/// The pages one went through, by name.
fn trail(state: &State) -> String {
    let separator = format!(" {} ", state.settings.theme.glyphs().next);
    let pages = std::iter::once(&state.base).chain(&state.inner);
    let names: Vec<String> = pages.map(|page| page_name(state, page)).collect();
    names.join(&separator)
}

fn page_name(state: &State, page: &Page) -> String {
    // The names of machines and projects are in the answer to the page that they were chosen on.
    let names = state.base.answered.as_ref().map(|answered| &answered.names);
    let machine = page.scope.machine.zip(names).map(|(machine, names)| names.machine(machine));
    let project = page.scope.project.as_deref().zip(names).map(|(project, names)| names.project(project));
    let name = match page.place {
        Place::Usage => "Usage",
        Place::Week => "Week",
        Place::Month => "Month",
        Place::Year => "Year",
        Place::Day => "Day",
        Place::Heatmap => "Heatmap",
        Place::Devices => "Devices",
        Place::Projects => "Projects",
        Place::Sessions => "Sessions",
        Place::Responses => "Responses",
        Place::Message { .. } => "Message",
        Place::Gist => "Gist",
        Place::Settings => "Settings",
    };
    let session =
        page.scope.session.as_ref().zip(names).map(|(session, names)| report_list::session_name(session, names));
    match session.or(machine).or(project) {
        Some(of) => format!("{name} of {}", sanitize(&of)),
        None => name.to_owned(),
    }
}

fn draw_prompt(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let Some(prompt) = &state.prompt else { return };
    let theme = state.settings.theme;
    let label = match &prompt.purpose {
        Purpose::Filter(_) => "/".to_owned(),
        Purpose::Setting(key) => format!("{key} = "),
        Purpose::Named => "setting and value: ".to_owned(),
    };
    let label = sanitize(&label).into_owned();
    let room = usize::from(area.width).saturating_sub(label.width() + 1);
    let scroll = prompt.input.visual_scroll(room);
    let text: String = sanitize(prompt.input.value()).chars().skip(scroll).collect();
    let cursor = label.width() + prompt.input.visual_cursor().saturating_sub(scroll);
    let line = Line::from(vec![Span::styled(label, theme.key()), Span::styled(text, theme.text())]);
    frame.render_widget(line, area);
    frame.set_cursor_position((area.x + (cursor as u16).min(area.width.saturating_sub(1)), area.y));
}

/// What happens, at the left; the keys that help further, at the right.
fn draw_footer(frame: &mut Frame<'_>, area: Rect, state: &State, hits: &mut Hits) {
    let theme = state.settings.theme;
    let keys = [("?", "keys", Action::Help), ("q", "quit", Action::Quit)];
    let mut x = area.right();
    for (key, name, action) in keys.into_iter().rev() {
        let width = (key.len() + name.len() + 1) as u16;
        x = x.saturating_sub(width);
        let button = Rect { x, width, ..area };
        let line = Line::from(vec![Span::styled(key, theme.key()), Span::styled(format!(" {name}"), theme.muted())]);
        frame.render_widget(line, button);
        hits.button(button, action);
        x = x.saturating_sub(2);
    }
    let left = Rect { width: x.saturating_sub(area.x), ..area };
    frame.render_widget(status_line(state), left);
}

fn status_line(state: &State) -> Line<'static> {
    let theme = state.settings.theme;
    if let Some(notice) = &state.notice {
        let style = if notice.is_trouble { theme.warning() } else { theme.good() };
        return Line::styled(sanitize(&notice.text).into_owned(), style);
    }
    let mut spans = vec![reading_span(state)];
    if let Some(sync) = sync_text(state) {
        spans.push(Span::styled(format!("  {}  ", theme.glyphs().dot), theme.muted()));
        let has_failed = matches!(&state.syncing.last, Some((_, Err(_)))) && state.syncing.running.is_none();
        spans.push(Span::styled(sync, if has_failed { theme.warning() } else { theme.muted() }));
    }
    Line::from(spans)
}

fn reading_span(state: &State) -> Span<'static> {
    let theme = state.settings.theme;
    let reading = &state.reading;
    if let Some(trouble) = &reading.trouble {
        return Span::styled(sanitize(&trouble.message).into_owned(), theme.warning());
    }
    let text = match (&reading.progress, reading.last) {
        (Some(progress), _) if reading.is_running && progress.bytes_total > 0 => {
            let (read, total) = (short(progress.bytes_read), short(progress.bytes_total));
            format!(
                "reading {read}B of {total}B in {}",
                count(progress.n_transcripts as u64, "transcript", "transcripts")
            )
        }
        (_, None) => "reading transcripts".to_owned(),
        (_, Some(last)) => format!("read {}", ago(state.now.0 - last.0)),
    };
    Span::styled(text, theme.muted())
}

/// How sync stands, in a few words; nothing where it was never used.
fn sync_text(state: &State) -> Option<String> {
    let syncing = &state.syncing;
    if let Some((_, step)) = &syncing.running {
        return Some(match step {
            None => "syncing".to_owned(),
            Some(SyncStep::Sending(sent, total)) => format!("sending {}B of {}B", short(*sent), short(*total)),
            Some(SyncStep::Receiving(n_files, total)) => format!("receiving {n_files} of {total} files"),
            Some(SyncStep::Waiting(until)) => {
                format!("waiting until {}", state.calendar().local(*until).strftime("%H:%M:%S"))
            }
        });
    }
    let last = match &syncing.last {
        Some((at, Ok(_))) => format!("synced {}", ago(state.now.0 - at.0)),
        Some((at, Err(_))) => format!("sync failed {}", ago(state.now.0 - at.0)),
        None if syncing.next.is_some() => "not synced yet".to_owned(),
        None => return None,
    };
    Some(match syncing.next {
        Some(next) => format!("{last}, next {}", ahead(next.0 - state.now.0)),
        None => last,
    })
}

/// `just now`, `5 min ago`.
pub fn ago(ms: i64) -> String {
    match whole(ms) {
        None => "just now".to_owned(),
        Some(text) => format!("{text} ago"),
    }
}

/// `now`, `in 5 min`.
pub fn ahead(ms: i64) -> String {
    match whole(ms) {
        None => "now".to_owned(),
        Some(text) => format!("in {text}"),
    }
}

fn whole(ms: i64) -> Option<String> {
    let minutes = u64::try_from(ms / 60_000).unwrap_or(0);
    match minutes {
        0 => None,
        1..=119 => Some(format!("{minutes} min")),
        120..=2_879 => Some(format!("{} h", minutes / 60)),
        _ => Some(count(minutes / 1_440, "day", "days")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_whole_words() {
        let check = |ms, expected| assert_eq!(ago(ms), expected);
        check(-5, "just now");
        check(59_999, "just now");
        check(60_000, "1 min ago");
        check(119 * 60_000, "119 min ago");
        check(120 * 60_000, "2 h ago");
        check(48 * 3_600_000, "2 days ago");
        assert_eq!(ahead(0), "now");
        assert_eq!(ahead(600_000), "in 10 min");
    }
}
