//! The colours of the face as roles. Sixteen-colour ANSI only, no bright colours, so that light and dark terminals both
//! show them; no meaning rests on a colour alone.

use anstyle::{AnsiColor, Style};

/// Titles of reports and sections.
pub const TITLE: Style = Style::new().bold();
/// Column names.
pub const HEADER: Style = Style::new().bold();
/// Sums.
pub const TOTAL: Style = Style::new().bold();
/// Rules, explanations and parts of a row.
pub const MUTED: Style = Style::new().dimmed();
/// The block that runs now.
pub const ACTIVE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
/// The label of a warning or note.
pub const WARNING: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
/// The label of an error.
pub const ERROR: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
/// The label of a hint.
pub const HINT: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
