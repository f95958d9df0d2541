//! The settings: each with its value and where that comes from; below them what the selected one means and may be.

use ccu_engine::config::{KEYS, KeyInfo, SettingKey, SettingRow};
use ccu_engine::setting_origin::SettingOrigin;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::sanitize::sanitize;
use crate::tui::screen::prose;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::theme::Theme;
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::widget::text::{put, row};

/// Rows of the list, with its header, that the explanation leaves in any case.
const FEWEST_ROWS: u16 = 6;

/// Draws them.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, rows: &[SettingRow]) {
    let (theme, page) = (sheet.theme(), sheet.page);
    let selected = page.selected_row().and_then(|place| rows.get(place));
    let text = selected.map(|row| explanation(row, area.width, theme)).unwrap_or_default();
    let most = area.height.saturating_sub(FEWEST_ROWS);
    // One blank line above the text.
    let height = u16::try_from(text.len() + 1).unwrap_or(u16::MAX).min(most);
    let [list_area, text_area] = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(area);
    draw_rows(canvas, list_area, sheet, rows);
    let inside = Rect { y: text_area.y.saturating_add(1), height: height.saturating_sub(1), ..text_area };
    for (line_idx, line) in text.iter().enumerate() {
        put(canvas.buffer, row(inside, line_idx), line, theme);
    }
}

fn draw_rows(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, rows: &[SettingRow]) {
    let (theme, page) = (sheet.theme(), sheet.page);
    let columns = [
        Column::text("Setting", Width::Fit { min: 16, max: 40 }, 0),
        Column::path("Value", Width::Rest, 0),
        Column::text("Set by", Width::Fit { min: 8, max: 40 }, 1),
    ];
    let are_hidden = page.answered.as_ref().is_some_and(|answered| answered.names.are_hidden());
    let list = List {
        columns: &columns,
        n_rows: page.visible.len(),
        row: &|place| {
            let row = page.visible.get(place).and_then(|row| rows.get(*row));
            row.map(|row| cells(row, are_hidden, theme)).unwrap_or_default()
        },
        selected: Some(page.selected),
        top: page.top,
        numbers: true,
        total: None,
    };
    let drawn = draw_list(area, canvas.buffer, &list, theme);
    canvas.hits.list(drawn.rows_area, drawn.top);
}

fn cells(row: &SettingRow, are_hidden: bool, theme: Theme) -> Vec<Line<'static>> {
    let value = match row.value.as_str() {
        "" => Line::styled("not set", theme.muted()),
        _ if are_hidden && names_somebody(&row.key) => Line::styled("hidden", theme.muted()),
        value => Line::from(sanitize(value).into_owned()),
    };
    let key = sanitize(&row.key.to_string()).into_owned();
    vec![Line::from(key), value, Line::styled(origin(&row.origin), theme.muted())]
}

/// Whether its value tells who or where the user is.
fn names_somebody(key: &SettingKey) -> bool {
    match key {
        SettingKey::MachineName | SettingKey::DataPath | SettingKey::GithubCaBundle | SettingKey::GithubApiUrl => true,
        SettingKey::Timezone
        | SettingKey::WeekStart
        | SettingKey::GithubUseGh
        | SettingKey::SyncProjects
        | SettingKey::SyncEncrypt
        | SettingKey::SyncAuto
        | SettingKey::SyncInterval
        | SettingKey::LimitReset
        | SettingKey::Background
        | SettingKey::Charset
        | SettingKey::TokenPrice { .. }
        | SettingKey::SearchPrice { .. }
        | SettingKey::FastFactor { .. }
        | SettingKey::PriceFrom { .. }
        | SettingKey::Alias { .. } => false,
    }
}

/// Where a value comes from. The file is always the same one, so its line will do.
fn origin(origin: &SettingOrigin) -> String {
    match origin {
        SettingOrigin::File { line, .. } => format!("config.toml, line {line}"),
        other => sanitize(&other.to_string()).into_owned(),
    }
}

/// What a setting means and may be, and how it is changed; the most important first, because what follows may be cut.
fn explanation(row: &SettingRow, width: u16, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![keys(row, theme)];
    let name = row.key.listed_name();
    let Some(KeyInfo { meaning, expected, default, .. }) = KEYS.iter().find(|info| info.name == name) else {
        return lines;
    };
    lines.extend(prose::lines(meaning, theme.text(), width));
    lines.extend(prose::lines(&format!("Value: {expected}"), theme.text(), width));
    lines.extend(prose::lines(&format!("Default: {default}"), theme.muted(), width));
    lines
}

fn keys(row: &SettingRow, theme: Theme) -> Line<'static> {
    let mut spans = vec![Span::styled("Enter", theme.key()), Span::raw(" changes it")];
    if matches!(row.origin, SettingOrigin::File { .. }) {
        spans.extend([Span::raw("   "), Span::styled("x", theme.key()), Span::raw(" takes it out of the file")]);
    }
    spans.extend([Span::raw("   "), Span::styled("n", theme.key()), Span::raw(" sets any other, such as a price")]);
    Line::from(spans)
}
