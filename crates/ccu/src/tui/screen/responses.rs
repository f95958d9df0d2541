//! Single responses: what each took, and what it cost.

use ccu_core::report::{Response, Responses};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use crate::render::UNDATED;
use crate::render::model_names::ModelNames;
use crate::render::number::{count, grouped, short, short_dollars};
use crate::tui::amount;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::widget::text::put_text;

/// Draws them.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, responses: &Responses) {
    let theme = sheet.theme();
    let [summary, body] = Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(area);
    put_text(canvas.buffer, summary, (&sentence(responses), theme.muted()), theme);
    let models = ModelNames::of(responses.responses.iter().map(|response| &*response.model));
    let columns = columns();
    let list = List {
        columns: &columns,
        n_rows: sheet.page.visible.len(),
        row: &|place| {
            let response = sheet.page.visible.get(place).and_then(|row| responses.responses.get(*row));
            response.map(|response| cells(response, &models, sheet)).unwrap_or_default()
        },
        selected: Some(sheet.page.selected),
        top: sheet.page.top,
        numbers: true,
        total: None,
    };
    let drawn = draw_list(body, canvas.buffer, &list, theme);
    canvas.hits.list(drawn.rows_area, drawn.top);
}

fn sentence(responses: &Responses) -> String {
    let all = count(responses.n_all, "response", "responses");
    let (tokens, cost) = (short(responses.totals.tokens.total()), amount::cost(&responses.totals));
    let listed = responses.responses.len() as u64;
    let part =
        if listed < responses.n_all { format!(", the newest {} listed", grouped(listed)) } else { String::new() };
    format!("{all}, {tokens} tokens, {cost}{part}")
}

fn columns() -> [Column<'static>; 11] {
    let number = |title, rank| Column::number(title, Width::Fit { min: 6, max: 8 }, rank);
    [
        Column::text("Time", Width::Fixed(15), 0),
        Column::text("Model", Width::Fit { min: 10, max: 20 }, 1),
        number("Input", 3),
        number("Output", 2),
        number("Writes", 3),
        number("Reads", 3),
        Column::number("Cost", Width::Whole { min: 6 }, 0),
        Column::path("Project", Width::Fit { min: 14, max: 32 }, 4),
        Column::text("Machine", Width::Fit { min: 8, max: 16 }, 6),
        Column::text("Branch", Width::Fit { min: 8, max: 20 }, 7),
        Column::text("Agent", Width::Fit { min: 8, max: 14 }, 5),
    ]
}

fn cells(response: &Response, models: &ModelNames, sheet: &Sheet<'_>) -> Vec<Line<'static>> {
    let names = &sheet.answered.names;
    let time = response.time.map(|time| sheet.state.calendar().local(time));
    let time = time.map_or_else(|| UNDATED.to_owned(), |time| time.strftime("%d %b %H:%M:%S").to_string());
    let tokens = &response.tokens;
    let partial = if response.is_partial { "~" } else { "" };
    let agent = match (&*response.agent, response.is_sidechain) {
        ("", true) => "subagent".to_owned(),
        (agent, _) => agent.to_owned(),
    };
    // Branches are as telling as projects.
    let branch = if names.are_hidden() { String::new() } else { response.branch.to_string() };
    [
        time,
        models.name(&response.model).to_owned(),
        short(tokens.input),
        format!("{partial}{}", short(tokens.output)),
        short(tokens.cache_write_5m.saturating_add(tokens.cache_write_1h)),
        short(tokens.cache_read),
        response.cost.map_or_else(|| "no price".to_owned(), short_dollars),
        names.project(&response.project),
        names.machine(response.machine),
        branch,
        agent,
    ]
    .into_iter()
    .map(Line::from)
    .collect()
}
