//! What a person can do, whatever key or click it came from.

use crate::tui::page::View;

/// What a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Show a view.
    Show(View),
    /// The next mode of the page.
    NextMode,
    /// The mode before.
    PreviousMode,
    /// The period before.
    Earlier,
    /// The period after.
    Later,
    /// Back to the period that runs now.
    Now,
    /// Move the selection by rows, upwards where negative.
    Move(i32),
    /// Move the selection by screens of rows.
    MovePage(i32),
    /// Select the first row.
    First,
    /// Select the last row.
    Last,
    /// Go into the selected row.
    Enter,
    /// Go into the row at this place on the screen, from 0 on.
    EnterShown(usize),
    /// Select the row at this place on the screen; go into it if it is the selected one.
    ClickShown(usize),
    /// Step out of what one went into.
    Back,
    /// Type what rows must have in their name.
    Filter,
    /// The next order of rows.
    Sort,
    /// Hide names, or show them again.
    Anonymous,
    /// Count the next thing: cost, tokens, responses.
    Metric,
    /// Read new transcripts now.
    Read,
    /// Name a setting and its value.
    Name,
    /// Take the selected setting out of the file.
    Unset,
    /// Pull, then push.
    Sync,
    /// Push.
    Push,
    /// Pull.
    Pull,
    /// Show every key, or hide them again.
    Help,
    /// End.
    Quit,
}
