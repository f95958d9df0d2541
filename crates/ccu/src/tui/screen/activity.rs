//! Activity as maps: the days of a year and the hours of a week, in steps of what is counted.

use ccu_core::report::ActivityMap;
use jiff::civil::Date;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::rows::amount;
use crate::tui::screen::chart::format;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::theme::Theme;
use crate::tui::widget::heat::{HourMap, YearGrid};
use crate::tui::widget::text::put;

/// Lines of the hours of a week with their legend.
pub const HOURS_HEIGHT: u16 = HourMap::HEIGHT + 1;
/// Lines of the days of a year with their legend.
pub const YEAR_HEIGHT: u16 = YearGrid::HEIGHT + 1;

/// Draws the hours of a week where there is room.
pub fn draw_hours(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, map: &ActivityMap) {
    let metric = sheet.state.metric();
    let values = map.hours.map(|day| day.map(|usage| amount(&usage, metric)));
    let calendar = sheet.state.calendar();
    let now = calendar.local(calendar.now);
    let weekday = usize::try_from(now.weekday().to_monday_zero_offset()).unwrap_or(0);
    let hours = HourMap {
        values: &values,
        week_start: calendar.week_start,
        now: Some((weekday, usize::try_from(now.hour()).unwrap_or(0))),
    };
    if !hours.fits(area) {
        return;
    }
    let theme = sheet.theme();
    hours.draw(Rect { height: HourMap::HEIGHT, ..area }, canvas.buffer, theme);
    draw_legend(canvas, below(area, HourMap::HEIGHT), &hours.legend(format(metric), theme), theme);
}

/// Draws the days of a year.
pub fn draw_year(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, (map, first_day): (&ActivityMap, Date)) {
    let metric = sheet.state.metric();
    let mut values = vec![0; 366];
    for (day, usage) in &map.days {
        values[place(*day)] = amount(usage, metric);
    }
    let calendar = sheet.state.calendar();
    let today = calendar.today();
    let is_this_year = today.year() == first_day.year();
    let grid = YearGrid {
        first_day,
        values: &values,
        week_start: calendar.week_start,
        today: is_this_year.then(|| place(today)),
    };
    let theme = sheet.theme();
    grid.draw(Rect { height: YearGrid::HEIGHT.min(area.height), ..area }, canvas.buffer, theme);
    draw_legend(canvas, below(area, YearGrid::HEIGHT), &grid.legend(format(metric), theme), theme);
}

/// What is below so many lines of an area.
fn below(area: Rect, n_lines: u16) -> Rect {
    Rect { y: area.y + n_lines.min(area.height), height: area.height.saturating_sub(n_lines), ..area }
}

fn draw_legend(canvas: &mut Canvas<'_>, area: Rect, legend: &Line<'_>, theme: Theme) {
    put(canvas.buffer, Rect { height: area.height.min(1), ..area }, legend, theme);
}

/// The place of a day in its year, from 0 on.
fn place(day: Date) -> usize {
    usize::try_from(day.day_of_year() - 1).unwrap_or(0)
}
