//! Columns of text on a terminal: measures, fits and draws them. Little ink: two blanks between columns, a thin rule
//! above the rows and above the totals, nothing else.
//!
//! A library of tables would draw boxes around cells and wrap them over lines; it could not shorten a list to
//! `opus-5 +2`, cut a path at its start, or set the totals apart. What is left to do is this file.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::render::theme;

/// Blanks between two columns.
const GAP: usize = 2;
/// Fewer characters of a name say less than how many names there are.
const LEAST_OF_NAME: usize = 8;

/// Which side of a column its text keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Which end of a text goes where it doesn't fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The start: of `company/product/api` the end tells most.
    Start,
    /// The end.
    End,
}

/// How wide a column must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// As wide as its widest cell.
    Whole,
    /// May shrink to so many characters.
    AtLeast(usize, Cut),
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name, over several lines where `\n` parts them.
    pub header: &'static str,
    /// Where its text keeps to.
    pub align: Align,
    /// How it may shrink.
    pub width: Width,
}

impl Column {
    /// A column of words.
    pub fn text(header: &'static str, width: Width) -> Self {
        Column { header, align: Align::Left, width }
    }

    /// A column of numbers, which are never cut.
    pub fn number(header: &'static str) -> Self {
        Column { header, align: Align::Right, width: Width::Whole }
    }
}

/// What stands at one place. Texts are sanitized already.
#[derive(Debug, Clone)]
pub enum Cell {
    /// A text or number.
    Text(String),
    /// The name of a part of the row above, indented.
    Part(String),
    /// A list of names of which as many are shown as fit: `opus-5, sonnet-5 +2`.
    List(Vec<String>),
}

impl Cell {
    /// Nothing.
    pub const EMPTY: Cell = Cell::Text(String::new());

    fn fitted(&self, width: usize, cut: Cut) -> String {
        match self {
            Cell::Text(text) => fit_text(text, width, cut),
            Cell::Part(text) => fit_text(&format!("  {text}"), width, Cut::End),
            Cell::List(names) => fit_list(names, width),
        }
    }

    fn natural_width(&self) -> usize {
        match self {
            Cell::Text(text) => text.width(),
            Cell::Part(text) => text.width() + 2,
            Cell::List(names) => names.join(", ").width(),
        }
    }
}

/// One line of the grid.
#[derive(Debug, Clone)]
pub enum Line {
    /// Cells, one for each column.
    Row(Style, Vec<Cell>),
    /// A thin rule.
    Rule,
    /// A title; above all but the first a blank line.
    Section(String),
}

/// Columns and lines.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The columns.
    pub columns: Vec<Column>,
    /// The lines below the header.
    pub lines: Vec<Line>,
}

impl Grid {
    /// The width below which the grid cannot be drawn.
    pub fn min_width(&self) -> usize {
        let widths: usize = self.measures().iter().map(|measure| measure.min).sum();
        widths + GAP * self.columns.len().saturating_sub(1)
    }

    /// Draws the grid, no wider than `width` unless even its narrowest form is.
    pub fn write(&self, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let widths = self.widths(width);
        let table_width = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        self.write_header(&widths, out)?;
        write_rule(table_width, out)?;
        for (line_idx, line) in self.lines.iter().enumerate() {
            match line {
                Line::Row(style, cells) => write_styled(*style, &self.row_text(cells, &widths), out)?,
                Line::Rule => write_rule(table_width, out)?,
                Line::Section(title) => {
                    if line_idx > 0 {
                        writeln!(out)?;
                    }
                    write_styled(theme::TITLE, &fit_text(title, width, Cut::Start), out)?;
                }
            }
        }
        Ok(())
    }

    fn write_header(&self, widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
        let height = self.columns.iter().map(|column| column.header.lines().count()).max().unwrap_or(0);
        for line_idx in 0..height {
            let cells = self.columns.iter().map(|column| {
                let lines: Vec<&str> = column.header.lines().collect();
                let above = height - lines.len();
                line_idx
                    .checked_sub(above)
                    .and_then(|idx| lines.get(idx))
                    .map_or(Cell::EMPTY, |&line| Cell::Text(line.to_owned()))
            });
            write_styled(theme::HEADER, &self.row_text(&cells.collect::<Vec<Cell>>(), widths), out)?;
        }
        Ok(())
    }

    fn row_text(&self, cells: &[Cell], widths: &[usize]) -> String {
        let mut line = String::new();
        for (column_idx, ((column, cell), &width)) in self.columns.iter().zip(cells).zip(widths).enumerate() {
            if column_idx > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let cut = match column.width {
                Width::Whole => Cut::End,
                Width::AtLeast(_, cut) => cut,
            };
            let text = cell.fitted(width, cut);
            let padding = " ".repeat(width.saturating_sub(text.width()));
            match column.align {
                Align::Left => line.extend([text.as_str(), &padding]),
                Align::Right => line.extend([padding.as_str(), &text]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }

    fn measures(&self) -> Vec<Measure> {
        let measure = |(column_idx, column): (usize, &Column)| {
            let header = column.header.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
            let cells = self.lines.iter().map(|line| match line {
                Line::Row(_, cells) => cells.get(column_idx).map_or(0, Cell::natural_width),
                Line::Rule | Line::Section(_) => 0,
            });
            let natural = cells.fold(header, usize::max);
            match column.width {
                Width::Whole => Measure { min: natural, natural },
                Width::AtLeast(min, _) => Measure { min: min.max(header).min(natural), natural },
            }
        };
        self.columns.iter().enumerate().map(measure).collect()
    }

    /// Gives every column its least width, then hands out the rest one by one to those that want more.
    fn widths(&self, width: usize) -> Vec<usize> {
        let measures = self.measures();
        let mut widths: Vec<usize> = measures.iter().map(|measure| measure.min).collect();
        let mut left = width.saturating_sub(self.min_width());
        while left > 0 {
            let before = left;
            for (width, measure) in widths.iter_mut().zip(&measures) {
                if left > 0 && *width < measure.natural {
                    *width += 1;
                    left -= 1;
                }
            }
            if left == before {
                break;
            }
        }
        widths
    }
}

struct Measure {
    min: usize,
    natural: usize,
}

fn write_rule(width: usize, out: &mut dyn Write) -> io::Result<()> {
    write_styled(theme::MUTED, &"─".repeat(width), out)
}

/// Writes one line in a style.
pub fn write_styled(style: Style, line: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{style}{line}{style:#}")
}

/// Cuts a text to a width and marks the cut with `…`.
fn fit_text(text: &str, width: usize, cut: Cut) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let boundaries = || text.char_indices().map(|(position, _)| position);
    match cut {
        Cut::End => {
            let end = boundaries().rev().find(|&end| text[..end].width() <= room).unwrap_or(0);
            format!("{}…", &text[..end])
        }
        Cut::Start => {
            let start = boundaries().find(|&start| text[start..].width() <= room).unwrap_or(text.len());
            format!("…{}", &text[start..])
        }
    }
}

/// Shows as many names as fit and counts the others.
fn fit_list(names: &[String], width: usize) -> String {
    for n_shown in (1..=names.len()).rev() {
        let rest = rest_of_list(names.len() - n_shown);
        let text = format!("{}{rest}", names[..n_shown].join(", "));
        if text.width() <= width {
            return text;
        }
    }
    let Some(first) = names.first() else { return String::new() };
    let rest = rest_of_list(names.len() - 1);
    let n_names = format!("{} in all", names.len());
    if names.len() > 1 && width.saturating_sub(rest.len()) < LEAST_OF_NAME && n_names.width() <= width {
        return n_names;
    }
    format!("{}{rest}", fit_text(first, width.saturating_sub(rest.len()), Cut::End))
}

fn rest_of_list(n_hidden: usize) -> String {
    if n_hidden == 0 { String::new() } else { format!(" +{n_hidden}") }
}

/// Breaks a text at blanks into lines of a width; `indent` goes before all but the first.
pub fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        if column > 0 && column + 1 + word.width() > width {
            lines.push('\n');
            lines.push_str(indent);
            column = indent.width();
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += word.width();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn list(names: &[&str]) -> Cell {
        Cell::List(names.iter().map(|&name| name.to_owned()).collect())
    }

    fn grid(lines: Vec<Line>) -> Grid {
        Grid {
            columns: vec![
                Column::text("Project", Width::AtLeast(8, Cut::Start)),
                Column::text("Models", Width::AtLeast(8, Cut::End)),
                Column::number("Cache\nread"),
            ],
            lines,
        }
    }

    fn drawn(grid: &Grid, width: usize) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        grid.write(width, &mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    fn small() -> Grid {
        let plain = Style::new();
        grid(vec![
            Line::Row(plain, vec![text("company/product"), list(&["opus-5", "sonnet-5", "haiku-4"]), text("1,234")]),
            Line::Row(plain, vec![text("日本語/プロジェクト"), list(&["opus-5"]), text("7")]),
            Line::Rule,
            Line::Row(theme::TOTAL, vec![text("Total"), Cell::EMPTY, text("1,241")]),
        ])
    }

    #[test]
    fn columns_take_the_room_there_is() {
        insta::assert_snapshot!(drawn(&small(), 200), @r"
                                                        Cache
        Project              Models                      read
        ─────────────────────────────────────────────────────
        company/product      opus-5, sonnet-5, haiku-4  1,234
        日本語/プロジェクト  opus-5                         7
        ─────────────────────────────────────────────────────
        Total                                           1,241
        ");
    }

    #[test]
    fn columns_shrink_and_say_so() {
        insta::assert_snapshot!(drawn(&small(), 34), @r"
                                     Cache
        Project        Models         read
        ──────────────────────────────────
        …pany/product  opus-5 +2     1,234
        …プロジェクト  opus-5            7
        ──────────────────────────────────
        Total                        1,241
        ");
    }

    #[test]
    fn the_narrowest_form_is_known() {
        let small = small();
        let width = small.min_width();
        assert_eq!(width, 8 + 2 + 8 + 2 + 5);
        assert!(drawn(&small, width).lines().all(|line| line.width() <= width));
    }

    #[test]
    fn lists_show_names_while_they_can_be_told_apart() {
        let names = ["claude-opus-5", "sonnet-5", "haiku-4"].map(str::to_owned);
        let check = |width, expected| assert_eq!(fit_list(&names, width), expected);
        check(33, "claude-opus-5, sonnet-5, haiku-4");
        check(26, "claude-opus-5, sonnet-5 +1");
        check(16, "claude-opus-5 +2");
        check(11, "claude-… +2");
        check(10, "3 in all");
        check(7, "cla… +2");
    }

    #[test]
    fn words_wrap_at_blanks() {
        assert_eq!(wrapped("one two three four", 9, "  "), "one two\n  three\n  four");
        assert_eq!(wrapped("unbreakable", 3, ""), "unbreakable");
    }

    proptest! {
        #[test]
        fn a_cut_text_is_never_too_wide(text in "[a-zé日本/👩]{0,20}", width in 1_usize..24) {
            prop_assert!(fit_text(&text, width, Cut::Start).width() <= width);
            prop_assert!(fit_text(&text, width, Cut::End).width() <= width);
        }

        #[test]
        fn lines_are_as_wide_as_asked(names in proptest::collection::vec("[a-z日/]{0,30}", 1..6), width in 25_usize..120) {
            let row = |name: &String| Line::Row(Style::new(), vec![text(name), Cell::List(names.clone()), text("12345")]);
            let grid = grid(names.iter().map(row).collect());
            prop_assert!(drawn(&grid, width).lines().all(|line| line.width() <= width.max(grid.min_width())));
        }
    }
}
