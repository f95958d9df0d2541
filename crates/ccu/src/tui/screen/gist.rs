//! The Gist: how sync stands, its machines, what the last sync said, and the keys that begin one.

use ccu_core::time::UtcMillis;
use ccu_engine::sync::MachineState;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::commands::gist::known::GistKnown;
use crate::commands::gist::machine_table;
use crate::render::number::{count, grouped, short};
use crate::sanitize::sanitize;
use crate::tui::action::Action;
use crate::tui::event::{SyncDone, SyncTrouble};
use crate::tui::page::Page;
use crate::tui::screen::prose;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::state::State;
use crate::tui::theme::Theme;
use crate::tui::view::{ago, ahead};
use crate::tui::widget::card::{Card, cards_height, draw_cards};
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::widget::text::{cells, put, row};

/// Rows of the machines, with their header, that everything else leaves in any case.
const FEWEST_ROWS: u16 = 4;
/// Lines of the cards where there is no room for them as cards.
const COMPACT_HEIGHT: u16 = 3;

/// The keys that begin a sync.
const KEYS: [(&str, &str, Action); 3] =
    [("S", " sync", Action::Sync), ("P", " push", Action::Push), ("L", " pull", Action::Pull)];

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, known: &GistKnown) {
    let gist = GistPage { state: sheet.state, page: sheet.page, known };
    let theme = gist.theme();
    let cards = gist.cards();
    let said = gist.said(area.width);
    let room = area.height.saturating_sub(FEWEST_ROWS + 1);
    let tall = cards_height(&cards, area.width);
    let said_height = cells(said.len());
    // A blank line below the cards and below what is said, where there is room for all of it.
    let gap = u16::from(tall + said_height + 2 <= room);
    let cards_height = if tall + said_height + gap <= room { tall } else { COMPACT_HEIGHT.min(room) };
    let said_height = said_height.min(room.saturating_sub(cards_height));
    let [cards_area, said_area, list_area, keys_area] = Layout::vertical([
        Constraint::Length(cards_height + gap),
        Constraint::Length(said_height + gap),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    draw_cards(Rect { height: cards_height.min(cards_area.height), ..cards_area }, canvas.buffer, &cards, theme);
    for (line_idx, line) in said.iter().take(usize::from(said_height)).enumerate() {
        put(canvas.buffer, row(said_area, line_idx), line, theme);
    }
    gist.draw_machines(canvas, list_area);
    draw_keys(canvas, keys_area, theme);
}

fn draw_keys(canvas: &mut Canvas<'_>, area: Rect, theme: Theme) {
    let mut x = area.x;
    for (key, words, action) in KEYS {
        let line = Line::from(vec![Span::styled(key, theme.key()), Span::raw(words)]);
        let place = Rect { x, width: cells(line.width()).min(area.right().saturating_sub(x)), ..area };
        put(canvas.buffer, place, &line, theme);
        canvas.hits.button(place, action);
        x = x.saturating_add(cells(line.width()) + 3).min(area.right());
    }
}

/// What the page is drawn from.
struct GistPage<'a> {
    state: &'a State,
    page: &'a Page,
    known: &'a GistKnown,
}

impl GistPage<'_> {
    fn theme(&self) -> Theme {
        self.state.settings.theme
    }

    fn are_hidden(&self) -> bool {
        self.page.answered.as_ref().is_some_and(|answered| answered.names.are_hidden())
    }

    fn since(&self, time: UtcMillis) -> String {
        ago(self.state.now.0.saturating_sub(time.0))
    }

    fn cards(&self) -> Vec<Card> {
        let status = &self.known.status;
        let when = |time: Option<UtcMillis>| time.map_or_else(|| "never".to_owned(), |time| self.since(time));
        let size = match &status.gist {
            Some(gist) => format!("{}B in {}", short(gist.bytes), count(gist.n_files as u64, "file", "files")),
            None => "no Gist yet".to_owned(),
        };
        vec![
            self.state_card(),
            Card::new("not sent yet", count(status.unsent, "record", "records")),
            Card::new("last push", when(status.last_push)),
            Card::new("last pull", when(status.last_pull)),
            Card::new("size", size),
            Card::new("this machine", self.machine_name()),
            Card::new("encryption", if self.known.is_encrypted { "on" } else { "off" }.to_owned()),
        ]
    }

    fn machine_name(&self) -> String {
        if self.are_hidden() { "hidden".to_owned() } else { sanitize(&self.known.machine_name).into_owned() }
    }

    fn state_card(&self) -> Card {
        let theme = self.theme();
        let (value, style) = match (&self.known.token, &self.state.syncing.last) {
            _ if self.state.syncing.running.is_some() => ("at work", theme.accent()),
            (Err(_), _) => ("no token", theme.warning()),
            (Ok(_), Some((_, Err(_)))) => ("failed", theme.error()),
            (Ok(_), Some((_, Ok(done)))) if !done.failures.is_empty() => ("incomplete", theme.warning()),
            (Ok(_), _) => ("ready", theme.good()),
        };
        Card { style, ..Card::new("sync", value.to_owned()) }
    }

    /// What there is to say, the most important first: the page may be too low for all of it.
    fn said(&self, width: u16) -> Vec<Line<'static>> {
        let theme = self.theme();
        let mut lines = Vec::new();
        if let Err(missing) = &self.known.token {
            lines.extend(prose::lines(&missing.message, theme.warning(), width));
            lines.extend(missing.hints.iter().flat_map(|hint| prose::lines(hint, theme.text(), width)));
        }
        match &self.state.syncing.last {
            // That there is no token is said already.
            Some((_, Err(failed))) if self.known.token.is_ok() => lines.extend(self.failed(failed, width)),
            Some((at, Ok(done))) => lines.extend(self.done(*at, done, width)),
            Some((_, Err(_))) | None => {}
        }
        lines.extend(prose::lines(&self.next(), theme.muted(), width));
        if let (Some(gist), Ok(place)) = (&self.known.status.gist, &self.known.token)
            && !self.are_hidden()
        {
            lines.extend(prose::lines(&format!("{}, token: {place}", gist.html_url), theme.muted(), width));
        }
        lines
    }

    fn failed(&self, failed: &SyncTrouble, width: u16) -> Vec<Line<'static>> {
        let theme = self.theme();
        let mut lines = prose::lines(&failed.trouble.message, theme.error(), width);
        lines.extend(failed.trouble.hints.iter().flat_map(|hint| prose::lines(hint, theme.text(), width)));
        lines
    }

    fn done(&self, at: UtcMillis, done: &SyncDone, width: u16) -> Vec<Line<'static>> {
        let theme = self.theme();
        // What a sync says names machines.
        if self.are_hidden() {
            return prose::lines(&format!("synced {}", self.since(at)), theme.text(), width);
        }
        let mut lines = prose::lines(&format!("{} ({})", done.sentence, self.since(at)), theme.text(), width);
        lines.extend(done.failures.iter().flat_map(|failure| prose::lines(failure, theme.error(), width)));
        lines
    }

    /// What comes next of itself.
    fn next(&self) -> String {
        if let Some(until) = self.known.status.not_before.filter(|until| *until > self.state.now) {
            let until = self.state.calendar().local(until).strftime("%H:%M").to_string();
            return format!("GitHub takes requests again at {until}");
        }
        match self.state.syncing.next {
            Some(next) => format!("next background sync {}", ahead(next.0.saturating_sub(self.state.now.0))),
            None if self.known.has_auto_sync => {
                format!("background sync every {}", count(self.known.interval_minutes.into(), "minute", "minutes"))
            }
            None => "background sync is off; `sync.auto` among the settings turns it on".to_owned(),
        }
    }

    fn draw_machines(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let columns = [
            Column::text("Machine", Width::Rest, 0),
            Column::text("Last push", Width::Fit { min: 9, max: 16 }, 0),
            Column::number("Records", Width::Fit { min: 7, max: 12 }, 1),
            Column::text("Newest", Width::Fit { min: 10, max: 10 }, 3),
            Column::text("", Width::Fit { min: 1, max: 40 }, 2),
        ];
        let machines = &self.known.status.machines;
        let list = List {
            columns: &columns,
            n_rows: self.page.visible.len(),
            row: &|place| {
                let machine = self.page.visible.get(place).and_then(|row| machines.get(*row));
                machine.map(|machine| self.machine(machine)).unwrap_or_default()
            },
            selected: Some(self.page.selected),
            top: self.page.top,
            numbers: true,
            total: None,
        };
        let drawn = draw_list(area, canvas.buffer, &list, self.theme());
        canvas.hits.list(drawn.rows_area, drawn.top);
    }

    fn machine(&self, machine: &MachineState) -> Vec<Line<'static>> {
        let theme = self.theme();
        let hidden = self.page.answered.as_ref().map(|answered| &answered.names).filter(|names| names.are_hidden());
        let name = match hidden {
            Some(names) => names.machine(machine.id),
            None => sanitize(&machine.name).into_owned(),
        };
        // The name of another machine may stand in it.
        let remark = match hidden {
            Some(_) => if machine.is_this_machine { "this machine" } else { "" }.to_owned(),
            None => machine_table::remark(machine),
        };
        let pushed = machine.last_sync.map_or_else(|| "never".to_owned(), |time| self.since(time));
        let newest = sanitize(machine.last_record_date.as_deref().unwrap_or_default()).into_owned();
        vec![
            Line::from(name),
            Line::from(pushed),
            Line::from(grouped(machine.records)),
            Line::styled(newest, theme.muted()),
            Line::styled(remark, theme.muted()),
        ]
    }
}
