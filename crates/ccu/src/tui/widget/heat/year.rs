//! The days of a year, as they stand on a wall calendar turned on its side: a column for each week, a row for each weekday.

use jiff::civil::{Date, Weekday};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::theme::Theme;
use crate::tui::widget::heat::levels::Levels;
use crate::tui::widget::heat::{NAMES_WIDTH, Place, draw_place, draw_weekday};
use crate::tui::widget::text::{cells, put_text, row, row_from};

/// Days in a week, and rows of the map below the names of the months.
const N_WEEKDAYS: usize = 7;
/// The names of the months.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A year and its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearGrid<'a> {
    /// The first of January.
    pub first_day: Date,
    /// The values by day of the year, counted from 0. Days beyond have none.
    pub values: &'a [u64],
    /// The day that weeks begin with.
    pub week_start: Weekday,
    /// Today, where it lies in this year, counted from 0: the days after it stay blank.
    pub today: Option<usize>,
}

/// Where the weeks of a year stand.
struct Weeks {
    /// Cells of each.
    width: u16,
    /// The first that is shown.
    first: usize,
    /// The one after the last that is shown.
    end: usize,
}

impl YearGrid<'_> {
    /// The lines it takes: the names of the months, and a row for each weekday.
    pub const HEIGHT: u16 = 8;

    /// The steps of its values.
    pub fn levels(&self) -> Levels {
        Levels::new(self.values.iter().copied().take(self.n_days()))
    }

    /// The steps as a line, with the values from which they begin.
    pub fn legend(&self, format: fn(u64) -> String, theme: Theme) -> Line<'static> {
        self.levels().legend(format, theme)
    }

    /// Draws the map: two cells for a day where there is room, else one; where even that is too wide, the newest weeks.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let area = area.intersection(buffer.area);
        let weeks = self.weeks(area.width);
        self.draw_months(row_from(area, NAMES_WIDTH), buffer, (&weeks, theme));
        let levels = self.levels();
        let week_start = usize::try_from(self.week_start.to_monday_zero_offset()).unwrap_or(0);
        for row_idx in 0..N_WEEKDAYS {
            let line = row(area, row_idx + 1);
            let is_today = self.today.is_some_and(|today| self.place(today).1 == row_idx);
            draw_weekday(line, buffer, (week_start + row_idx, is_today), theme);
            for week_idx in weeks.first..weeks.end {
                let Some(day_idx) = self.day(week_idx, row_idx) else { continue };
                let value = self.values.get(day_idx).copied().unwrap_or(0);
                let is_now = self.today == Some(day_idx);
                let place = Place { level: levels.level(value), is_now, width: weeks.width };
                draw_place(row_from(line, weeks.start(week_idx)), buffer, place, theme);
            }
        }
    }

    /// Names each month above the week of its first day, unless the name before reaches so far.
    fn draw_months(&self, area: Rect, buffer: &mut Buffer, (weeks, theme): (&Weeks, Theme)) {
        let mut free_from = 0;
        for (month_idx, name) in MONTHS.iter().enumerate() {
            let week_idx = self.place(self.month_start(month_idx)).0;
            if !(weeks.first..weeks.end).contains(&week_idx) {
                continue;
            }
            let start = weeks.start(week_idx) - NAMES_WIDTH;
            let place = row(row_from(area, start), 0);
            if start >= free_from && usize::from(place.width) >= name.len() {
                put_text(buffer, place, (name, theme.muted()), theme);
                free_from = start.saturating_add(cells(name.len() + 1));
            }
        }
    }

    /// The weeks that are shown in so many cells.
    fn weeks(&self, width: u16) -> Weeks {
        let room = usize::from(width.saturating_sub(NAMES_WIDTH));
        let n_weeks = self.n_weeks();
        let width = if room >= 2 * n_weeks { 2 } else { 1 };
        let n_shown = (room / usize::from(width)).min(n_weeks);
        let newest = self.today.map_or(n_weeks, |today| self.place(today).0 + 1);
        let end = newest.max(n_shown).min(n_weeks);
        Weeks { width, first: end.saturating_sub(n_shown), end }
    }

    /// The week and the row of a day, both counted from 0.
    fn place(&self, day_idx: usize) -> (usize, usize) {
        let slot = self.n_before() + day_idx;
        (slot / N_WEEKDAYS, slot % N_WEEKDAYS)
    }

    /// The day at a place; none before and after the year, and none that is still to come.
    fn day(&self, week_idx: usize, row_idx: usize) -> Option<usize> {
        let day_idx = (week_idx * N_WEEKDAYS + row_idx).checked_sub(self.n_before())?;
        let last = self.today.unwrap_or(usize::MAX).min(self.n_days() - 1);
        (day_idx <= last).then_some(day_idx)
    }

    /// The places of the first week that belong to the year before.
    fn n_before(&self) -> usize {
        usize::try_from(self.week_start.until(self.first_day.weekday())).unwrap_or(0)
    }

    fn n_days(&self) -> usize {
        usize::try_from(self.first_day.days_in_year()).unwrap_or(365)
    }

    /// 53, seldom 54.
    fn n_weeks(&self) -> usize {
        (self.n_before() + self.n_days()).div_ceil(N_WEEKDAYS)
    }

    fn month_start(&self, month_idx: usize) -> usize {
        let month = i8::try_from(month_idx + 1).unwrap_or(1);
        let first = Date::new(self.first_day.year(), month, 1).unwrap_or(self.first_day);
        usize::try_from(first.day_of_year()).unwrap_or(1) - 1
    }
}

impl Weeks {
    /// The cells before a week that is shown, those of the names of the weekdays included.
    fn start(&self, week_idx: usize) -> u16 {
        NAMES_WIDTH.saturating_add(cells((week_idx - self.first) * usize::from(self.width)))
    }
}
