//! Reports as tables. The widest form that fits is taken: first the cache columns merge, then the numbers are shortened,
//! at last only the sums are left. A row is always one line.

pub mod blocks;
mod numbers;
mod sheet;
pub mod summary;

use std::io::{self, Write};

use ccu_core::report::Grouping;

use crate::render::footnotes;
use crate::render::grid::Grid;
use crate::render::number::grouped;
use crate::render::table::sheet::Sheet;
use crate::render::{ReportView, Scope, theme};

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// Characters in a line.
    pub width: usize,
    /// Whether the narrow form is asked for (`--compact`).
    pub is_compact: bool,
}

/// Which columns a table has, and how it writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    /// The number of responses, and times to the minute.
    has_details: bool,
    /// Input, output and cache beside their total.
    has_parts: bool,
    /// Cache writes and reads in one column.
    merges_cache: bool,
    /// Numbers with three digits.
    has_short_numbers: bool,
    /// The fewest characters for names.
    name_width: usize,
}

/// The forms, richest first.
const FORMS: [Form; 6] = [
    Form { has_details: true, has_parts: true, merges_cache: false, has_short_numbers: false, name_width: 30 },
    Form { has_details: false, has_parts: true, merges_cache: false, has_short_numbers: false, name_width: 16 },
    Form { has_details: false, has_parts: true, merges_cache: true, has_short_numbers: false, name_width: 14 },
    Form { has_details: false, has_parts: true, merges_cache: false, has_short_numbers: true, name_width: 12 },
    COMPACT,
    Form { has_details: false, has_parts: false, merges_cache: true, has_short_numbers: true, name_width: 8 },
];

/// The form of `--compact`.
const COMPACT: Form =
    Form { has_details: false, has_parts: true, merges_cache: true, has_short_numbers: true, name_width: 10 };

/// Writes a report as a table with its notes.
pub fn write(view: &ReportView<'_>, options: TableOptions, out: &mut dyn Write) -> io::Result<()> {
    if view.report.rows.is_empty() {
        writeln!(out, "{}", empty_line(view.scope))?;
        return footnotes::write(&view.caveats(), false, options.width, out);
    }
    let sheet = Sheet::new(view);
    let title = match view.n_last {
        Some(n_last) => format!("{}, the {} used last", title(view.report.grouping), grouped(n_last as u64)),
        None => title(view.report.grouping).to_owned(),
    };
    write_title(&title, view.scope, out)?;
    fitting(options, |form| sheet.grid(form)).write(options.width, out)?;
    footnotes::write(&view.caveats(), true, options.width, out)
}

fn empty_line(scope: &Scope) -> String {
    match (scope.dates(), scope.is_filtered) {
        (Some(dates), true) => format!("No usage {dates} matches these filters."),
        (Some(dates), false) => format!("No usage {dates}."),
        (None, true) => "No usage matches these filters.".to_owned(),
        (None, false) => "No usage recorded.".to_owned(),
    }
}

fn title(grouping: Grouping) -> &'static str {
    match grouping {
        Grouping::Hourly => "Usage by hour",
        Grouping::Daily => "Usage by day",
        Grouping::Weekly => "Usage by week",
        Grouping::Monthly => "Usage by month",
        Grouping::Yearly => "Usage by year",
        Grouping::Session => "Usage by session",
        Grouping::Project => "Usage by project",
        Grouping::Model => "Usage by model",
        Grouping::Device => "Usage by machine",
    }
}

/// Writes what a table shows, of which dates, in which zone, and a blank line.
fn write_title(title: &str, scope: &Scope, out: &mut dyn Write) -> io::Result<()> {
    let dates = scope.dates().map(|dates| format!(" {dates}")).unwrap_or_default();
    let (bold, muted) = (theme::TITLE, theme::MUTED);
    writeln!(out, "{bold}{title}{bold:#}{muted}{dates}, {}{muted:#}", scope.zone_name())?;
    writeln!(out)
}

/// The richest form that fits, from that of `--compact` on where it is asked for.
fn fitting(options: TableOptions, grid_in: impl Fn(Form) -> Grid) -> Grid {
    let richest = if options.is_compact { COMPACT } else { FORMS[0] };
    let mut grid = grid_in(richest);
    for form in FORMS.iter().skip_while(|form| **form != richest).skip(1) {
        if grid.min_width() <= options.width {
            break;
        }
        grid = grid_in(*form);
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::names::Names;
    use crate::render::sample::{self, Sample};
    use ccu_core::report::RowKey;
    use unicode_width::UnicodeWidthStr;

    fn drawn(sample: &Sample, options: TableOptions) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&sample.view(), options, &mut out).unwrap();
        let text = String::from_utf8(out.into_inner()).unwrap();
        let too_wide: Vec<&str> = text.lines().filter(|line| line.width() > options.width).collect();
        assert_eq!(too_wide, Vec::<&str>::new());
        assert_eq!(text.lines().find(|line| line.ends_with(' ')), None);
        text
    }

    fn at(width: usize) -> TableOptions {
        TableOptions { width, is_compact: false }
    }

    #[test]
    fn an_empty_report_says_what_was_asked_for() {
        let check = |since: Option<&str>, last, is_filtered, expected| {
            let since = since.map(|day| day.parse().unwrap());
            let scope = Scope { since, last, is_filtered, ..Scope::everything(jiff::tz::TimeZone::UTC) };
            assert_eq!(empty_line(&scope), expected);
        };
        check(None, None, false, "No usage recorded.");
        check(None, None, true, "No usage matches these filters.");
        check(Some("2026-11-01"), None, false, "No usage since 2026-11-01.");
        check(None, Some((1, "days")), false, "No usage in the last day.");
        check(None, Some((2, "weeks")), true, "No usage in the last 2 weeks matches these filters.");
    }

    #[test]
    fn days_at_80_columns() {
        insta::assert_snapshot!(drawn(&sample::daily(), at(80)));
    }

    #[test]
    fn days_at_200_columns() {
        insta::assert_snapshot!(drawn(&sample::daily(), at(200)));
    }

    #[test]
    fn days_of_a_light_user_keep_whole_numbers_at_80_columns() {
        let mut sample = sample::daily();
        sample.report = sample::report(
            Grouping::Daily,
            vec![
                sample::row(sample::period("2026-11-21"))
                    .model("claude-sonnet-5", [1_234, 23_456, 345_678, 0, 4_567_890], 9_990_000)
                    .done(),
                sample::row(sample::period("2026-11-22")).model("claude-sonnet-5", [12, 34, 56, 0, 78], 100).done(),
            ],
        );
        insta::assert_snapshot!(drawn(&sample, at(80)));
    }

    #[test]
    fn models_have_rows_of_their_own() {
        let mut sample = sample::daily();
        sample.shown.has_models = true;
        insta::assert_snapshot!(drawn(&sample, at(100)));
    }

    #[test]
    fn the_compact_form() {
        let mut sample = sample::daily();
        sample.shown.has_models = true;
        insta::assert_snapshot!(drawn(&sample, TableOptions { width: 200, is_compact: true }));
    }

    #[test]
    fn the_compact_form_is_narrowed_as_others_are() {
        for width in [40, 50, 60] {
            for sample in [sample::daily(), sample::sessions()] {
                let compact = drawn(&sample, TableOptions { width, is_compact: true });
                assert_eq!(compact, drawn(&sample, at(width)), "{width}");
            }
        }
    }

    #[test]
    fn the_narrowest_form() {
        let mut sample = sample::daily();
        sample.shown.has_models = true;
        insta::assert_snapshot!(drawn(&sample, at(40)));
    }

    #[test]
    fn projects_have_sections() {
        insta::assert_snapshot!(drawn(&sample::instances(), at(80)));
    }

    #[test]
    fn sessions_at_80_columns() {
        insta::assert_snapshot!(drawn(&sample::sessions(), at(80)));
    }

    #[test]
    fn sessions_at_200_columns() {
        insta::assert_snapshot!(drawn(&sample::sessions(), at(200)));
    }

    #[test]
    fn the_title_says_that_these_are_not_all() {
        let mut sample = sample::sessions();
        sample.n_last = Some(2);
        let text = drawn(&sample, at(80));
        assert_eq!(text.lines().next(), Some("Usage by session, the 2 used last, UTC"));
    }

    #[test]
    fn hidden_names() {
        let mut sample = sample::sessions();
        sample.names = Names::hidden(&sample.report.rows);
        insta::assert_snapshot!(drawn(&sample, at(80)));
    }

    #[test]
    fn machines() {
        let row =
            |byte| sample::row(RowKey::Machine(sample::machine_id(byte))).machine(byte).active("2026-11-21T22:30:00Z");
        let rows = vec![
            row(1).model("claude-opus-5", [1_000, 20_000, 300_000, 0, 4_000_000], 5_000_000).done(),
            row(2).model("claude-opus-5", [1, 2, 3, 4, 5], 60).done(),
        ];
        let mut sample = Sample::new(sample::report(Grouping::Device, rows));
        sample.scope.zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
        insta::assert_snapshot!(drawn(&sample, at(100)));
    }

    #[test]
    fn models_without_cost() {
        let row = |model: &str| {
            sample::row(RowKey::Model(model.into())).model(model, [1_000, 20_000, 300_000, 0, 4_000_000], 5_000_000)
        };
        let rows =
            vec![row("claude-opus-4-5-20251101").done(), row("us.anthropic.claude-sonnet-4-5-20250929-v1:0").done()];
        let mut sample = Sample::new(sample::report(Grouping::Model, rows));
        sample.shown.has_cost = false;
        insta::assert_snapshot!(drawn(&sample, at(80)));
    }

    #[test]
    fn notes_stand_below() {
        insta::assert_snapshot!(drawn(&sample::noted(), at(80)));
    }

    #[test]
    fn nothing_is_said_in_one_line() {
        let mut sample = Sample::new(sample::report(Grouping::Daily, Vec::new()));
        assert_eq!(drawn(&sample, at(80)), "No usage recorded.\n");
        sample.scope.since = Some(sample::day("2026-11-01"));
        assert_eq!(drawn(&sample, at(80)), "No usage since 2026-11-01.\n");
        sample.scope.until = Some(sample::day("2026-11-22"));
        assert_eq!(drawn(&sample, at(80)), "No usage from 2026-11-01 to 2026-11-22.\n");
        (sample.scope.since, sample.scope.until, sample.scope.last) = (None, None, Some((3, "weeks")));
        assert_eq!(drawn(&sample, at(80)), "No usage in the last 3 weeks.\n");
    }

    #[test]
    fn colours_are_roles_and_few() {
        let mut out = Vec::new();
        write(&sample::noted().view(), at(80), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut styles: Vec<&str> = text.split('\u{1b}').skip(1).filter_map(|part| part.split('m').next()).collect();
        styles.sort_unstable();
        styles.dedup();
        assert_eq!(styles, ["[0", "[1", "[2", "[33"]);
    }
}
