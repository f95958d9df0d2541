//! The hours of a week: a row for each weekday, a column for each hour.

use jiff::civil::Weekday;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::theme::Theme;
use crate::tui::widget::heat::levels::Levels;
use crate::tui::widget::heat::{NAMES_WIDTH, Place, draw_place, draw_weekday};
use crate::tui::widget::text::{cells, put_text, row, row_from};

/// Hours in a day.
const N_HOURS: usize = 24;
/// Days in a week.
const N_WEEKDAYS: usize = 7;

/// A week by hours and its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourMap<'a> {
    /// The values by weekday, Monday first, and hour.
    pub values: &'a [[u64; N_HOURS]; N_WEEKDAYS],
    /// The day that weeks begin with.
    pub week_start: Weekday,
    /// The weekday, Monday being 0, and the hour of now, where it is to be marked.
    pub now: Option<(usize, usize)>,
}

impl HourMap<'_> {
    /// The lines it takes: the hours, and a row for each weekday.
    pub const HEIGHT: u16 = 8;

    /// The steps as a line, with the values from which they begin.
    pub fn legend(&self, format: fn(u64) -> String, theme: Theme) -> Line<'static> {
        self.levels().legend(format, theme)
    }

    /// Whether all hours and all days of the week fit into an area.
    pub fn fits(&self, area: Rect) -> bool {
        area.height >= Self::HEIGHT && usize::from(area.width.saturating_sub(NAMES_WIDTH)) >= N_HOURS
    }

    /// Draws the map: two cells for an hour where there is room, else one. What does not fit is left out.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let area = area.intersection(buffer.area);
        let room = usize::from(area.width.saturating_sub(NAMES_WIDTH));
        let width = if room >= 2 * N_HOURS { 2 } else { 1 };
        draw_hours(row(row_from(area, NAMES_WIDTH), 0), buffer, width, theme);
        let levels = self.levels();
        let week_start = usize::try_from(self.week_start.to_monday_zero_offset()).unwrap_or(0);
        for row_idx in 0..N_WEEKDAYS {
            let weekday_idx = (week_start + row_idx) % N_WEEKDAYS;
            let line = row(area, row_idx + 1);
            let is_today = self.now.is_some_and(|(today, _)| today == weekday_idx);
            draw_weekday(line, buffer, (weekday_idx, is_today), theme);
            for (hour, &value) in self.values[weekday_idx].iter().enumerate() {
                let is_now = self.now == Some((weekday_idx, hour));
                let place = Place { level: levels.level(value), is_now, width: cells(width) };
                draw_place(row_from(line, NAMES_WIDTH + cells(hour * width)), buffer, place, theme);
            }
        }
    }

    fn levels(&self) -> Levels {
        Levels::new(self.values.iter().flatten().copied())
    }
}

/// Names every third hour, or every sixth where an hour has one cell.
fn draw_hours(area: Rect, buffer: &mut Buffer, width: usize, theme: Theme) {
    let step = if width == 2 { 3 } else { 6 };
    for hour in (0..N_HOURS).step_by(step) {
        let place = row_from(area, cells(hour * width));
        if place.width >= 2 {
            put_text(buffer, place, (&format!("{hour:02}"), theme.muted()), theme);
        }
    }
}
