//! A screen as an SVG picture: a window with rounded corners, text that stays text, blocks and lines that join.
//!
//! The picture needs no certain font: each run of text is told how long it is.

mod blocks;
mod palette;
mod style;

use std::fmt::Write as _;
use std::ops::Range;

use crate::pty::{Background, Screen};

use blocks::Shape;
use palette::Palette;
use style::Style;

/// A cell's width and height, in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
/// From a cell's upper edge to the line on which its letters stand.
const BASELINE: f64 = 13.5;
const FONT: &str =
    "font-family=\"ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\"";
/// Between the window's edge and its content.
const MARGIN: f64 = 14.0;
const TITLE_HEIGHT: f64 = 30.0;

/// Draws a screen in a window with this title.
pub fn draw(screen: &Screen, title: &str, background: Background) -> String {
    let palette = Palette::of(background);
    let (columns, rows) = screen.size();
    let (width, height) = (f64::from(columns) * CELL.0, f64::from(rows) * CELL.1);
    let mut svg = String::new();
    open_window(&mut svg, title, (width + 2.0 * MARGIN, height + TITLE_HEIGHT + MARGIN), &palette);
    for row in 0..rows {
        draw_row(&mut svg, screen, row, &palette);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Everything but the cells, and the group that they stand in.
fn open_window(svg: &mut String, title: &str, (width, height): (f64, f64), palette: &Palette) {
    let (inner_width, inner_height, centre) = (number(width - 1.0), number(height - 1.0), number(width / 2.0));
    let (width, height) = (number(width), number(height));
    let (ground, edge, faint) = (palette.ground, palette.edge, palette.faint);
    let title = escape(title);
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" {FONT}>\n\
         <title>{title}</title>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{inner_width}\" height=\"{inner_height}\" rx=\"9\" fill=\"{ground}\" stroke=\"{edge}\"/>\n"
    );
    for (idx, colour) in ["#ff5f57", "#febc2e", "#28c840"].into_iter().enumerate() {
        let _ = writeln!(svg, "<circle cx=\"{}\" cy=\"15\" r=\"5\" fill=\"{colour}\"/>", 18 + idx * 17);
    }
    let _ = writeln!(
        svg,
        "<text x=\"{centre}\" y=\"19.5\" fill=\"{faint}\" text-anchor=\"middle\" font-size=\"12\">{title}</text>"
    );
    let _ = writeln!(
        svg,
        "<g transform=\"translate({} {})\" xml:space=\"preserve\">",
        number(MARGIN),
        number(TITLE_HEIGHT)
    );
}

/// The grounds of a row's cells first, then what stands on them.
fn draw_row(svg: &mut String, screen: &Screen, row: u16, palette: &Palette) {
    let runs = style::runs(screen, row);
    for run in runs.iter() {
        if let Some(colour) = palette.background(run.style) {
            svg.push_str(&rectangle(&cells_area(row, &run.columns), &colour, 1.0));
        }
    }
    for run in runs {
        let colour = palette.foreground(run.style);
        for (columns, text) in pieces(screen, row, run.columns) {
            match blocks::shapes(&text) {
                Some(shapes) => draw_shapes(svg, &shapes, (row, &columns), (run.style, &colour)),
                None => draw_text(svg, &text, (row, &columns), (run.style, &colour)),
            }
        }
    }
}

/// A run in pieces: text, and repetitions of one character that is drawn as shapes. Blank pieces are left out.
fn pieces(screen: &Screen, row: u16, columns: Range<u16>) -> Vec<(Range<u16>, String)> {
    let mut pieces: Vec<(Range<u16>, String)> = Vec::new();
    for column in columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let end = column + if cell.is_wide() { 2 } else { 1 };
        let is_shape = blocks::shapes(text).is_some();
        // A wide character's cells are two even where the font draws it narrower, so it stands alone.
        let fits = |(place, before): &&mut (Range<u16>, String)| {
            let is_narrow = !cell.is_wide() && before.chars().count() >= place.len();
            is_narrow && if is_shape { before.starts_with(text) } else { blocks::shapes(before).is_none() }
        };
        match pieces.last_mut().filter(|(before, _)| before.end == column).filter(fits) {
            Some((before, joined)) => {
                before.end = end;
                joined.push_str(text);
            }
            None => pieces.push((column..end, text.to_owned())),
        }
    }
    pieces.retain(|(_, text)| !text.trim().is_empty());
    pieces
}

fn draw_shapes(svg: &mut String, shapes: &[Shape], (row, columns): (u16, &Range<u16>), (style, colour): (Style, &str)) {
    for shape in shapes {
        // What reaches from side to side is drawn once for all its cells.
        let spans =
            if shape.is_full_width() { vec![columns.clone()] } else { columns.clone().map(|at| at..at + 1).collect() };
        for span in spans {
            let [left, top, width, height] = cells_area(row, &span);
            let area = [
                left + shape.left * width,
                top + shape.top * height,
                (shape.right - shape.left) * width,
                (shape.bottom - shape.top) * height,
            ];
            svg.push_str(&rectangle(&area, colour, shape.opacity * style.opacity()));
        }
    }
}

fn draw_text(svg: &mut String, text: &str, (row, columns): (u16, &Range<u16>), (style, colour): (Style, &str)) {
    let n_blanks = text.chars().take_while(|character| *character == ' ').count();
    let n_blanks_after = text.chars().rev().take_while(|character| *character == ' ').count();
    // An underline goes below blanks too.
    let (n_blanks, n_blanks_after) =
        if style.is_underlined { (0, 0) } else { (n_blanks as u16, n_blanks_after as u16) };
    let [left, top, width, _] = cells_area(row, &(columns.start + n_blanks..columns.end - n_blanks_after));
    let text = if style.is_underlined { text } else { text.trim_matches(' ') };
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{colour}\"{}>{}</text>",
        number(left),
        number(top + BASELINE),
        number(width),
        style.attributes(),
        escape(text)
    );
}

/// Left, top, width and height of cells that stand side by side.
fn cells_area(row: u16, columns: &Range<u16>) -> [f64; 4] {
    [f64::from(columns.start) * CELL.0, f64::from(row) * CELL.1, f64::from(columns.len() as u16) * CELL.0, CELL.1]
}

/// Sharp edges: no seam shows between neighbours.
fn rectangle(area: &[f64; 4], colour: &str, opacity: f64) -> String {
    let [left, top, width, height] = area.map(number);
    let opacity = if opacity < 1.0 { format!(" opacity=\"{}\"", number(opacity)) } else { String::new() };
    format!(
        "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"{opacity} shape-rendering=\"crispEdges\"/>\n"
    )
}

/// A number with two digits after the point at most.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
