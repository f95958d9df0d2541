//! Characters that must touch their neighbours: blocks, shades and light lines, as rectangles within a cell.
//!
//! **Source**: <https://www.unicode.org/charts/PDF/U2580.pdf>, <https://www.unicode.org/charts/PDF/U2500.pdf>.

/// A rectangle within a cell; edges as parts of the cell's width and height, from the left and from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    /// 1 hides what is below.
    pub opacity: f64,
}

impl Shape {
    const fn new([left, top, right, bottom]: [f64; 4]) -> Shape {
        Shape { left, top, right, bottom, opacity: 1.0 }
    }

    /// Whether it reaches the cells on both sides.
    pub fn is_full_width(&self) -> bool {
        self.left <= 0.0 && self.right >= 1.0
    }
}

/// Half a line's thickness, as a part of a cell's width and of its height: 1 pixel in all.
const HALF_LINE: (f64, f64) = (0.06, 0.028);

/// How the first character of a text is drawn; `None` when a font must do it.
pub fn shapes(text: &str) -> Option<Vec<Shape>> {
    let character = text.chars().next()?;
    let one = |edges| Some(vec![Shape::new(edges)]);
    let eighths = |from: u32| f64::from(u32::from(character) - from) / 8.0;
    match character {
        '▀' => one([0.0, 0.0, 1.0, 0.5]),
        '▁'..='█' => one([0.0, 1.0 - eighths(0x2580), 1.0, 1.0]),
        '▉'..='▏' => one([0.0, 0.0, 1.0 - eighths(0x2588), 1.0]),
        '▐' => one([0.5, 0.0, 1.0, 1.0]),
        '░'..='▓' => Some(vec![Shape { opacity: eighths(0x2590) * 2.0, ..Shape::new([0.0, 0.0, 1.0, 1.0]) }]),
        '▔' => one([0.0, 0.0, 1.0, 0.125]),
        '▕' => one([0.875, 0.0, 1.0, 1.0]),
        '▖'..='▟' => Some(quadrants(character)),
        _ => lines(character),
    }
}

/// The quarters of a cell that are filled.
fn quadrants(character: char) -> Vec<Shape> {
    let places = [[0.0, 0.0, 0.5, 0.5], [0.5, 0.0, 1.0, 0.5], [0.0, 0.5, 0.5, 1.0], [0.5, 0.5, 1.0, 1.0]];
    // Upper left, upper right, lower left, lower right.
    let is_filled = match character {
        '▖' => [false, false, true, false],
        '▗' => [false, false, false, true],
        '▘' => [true, false, false, false],
        '▙' => [true, false, true, true],
        '▚' => [true, false, false, true],
        '▛' => [true, true, true, false],
        '▜' => [true, true, false, true],
        '▝' => [false, true, false, false],
        '▞' => [false, true, true, false],
        _ => [false, true, true, true],
    };
    places.into_iter().zip(is_filled).filter(|(_, is_filled)| *is_filled).map(|(edges, _)| Shape::new(edges)).collect()
}

/// Light lines; round corners are drawn square.
fn lines(character: char) -> Option<Vec<Shape>> {
    // Left, right, up, down.
    let arms = match character {
        '─' => [true, true, false, false],
        '│' => [false, false, true, true],
        '┌' | '╭' => [false, true, false, true],
        '┐' | '╮' => [true, false, false, true],
        '└' | '╰' => [false, true, true, false],
        '┘' | '╯' => [true, false, true, false],
        '├' => [false, true, true, true],
        '┤' => [true, false, true, true],
        '┬' => [true, true, false, true],
        '┴' => [true, true, true, false],
        '┼' => [true, true, true, true],
        _ => return None,
    };
    let (across, along) = HALF_LINE;
    let [left, right, up, down] = arms;
    let horizontal = Shape::new([
        if left { 0.0 } else { 0.5 - across },
        0.5 - along,
        if right { 1.0 } else { 0.5 + across },
        0.5 + along,
    ]);
    let vertical = Shape::new([
        0.5 - across,
        if up { 0.0 } else { 0.5 - along },
        0.5 + across,
        if down { 1.0 } else { 0.5 + along },
    ]);
    let drawn = [(horizontal, left || right), (vertical, up || down)];
    Some(drawn.into_iter().filter_map(|(shape, is_drawn)| is_drawn.then_some(shape)).collect())
}
