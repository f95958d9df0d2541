//! What the screen can show: the views with a key of their own, and the pages one drills down to.

use std::sync::Arc;

use ccu_core::ids::{CompactId, MachineId};
use ccu_core::report::{Filter, Grouping};
use ccu_core::time::UtcMillis;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::tui::query::Answered;

/// A view with a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// Now: today, the active block, this week, this month.
    Usage,
    /// A week.
    Weekly,
    /// A month.
    Monthly,
    /// A year.
    Yearly,
    /// A year as a map of its days.
    Heatmap,
    /// The machines.
    Devices,
    /// The projects.
    Projects,
    /// The sessions.
    Sessions,
    /// The Gist.
    Gist,
    /// The settings.
    Settings,
}

impl View {
    /// All of them, in the order of the tabs.
    pub const ALL: [View; 10] = [
        View::Usage,
        View::Weekly,
        View::Monthly,
        View::Yearly,
        View::Heatmap,
        View::Devices,
        View::Projects,
        View::Sessions,
        View::Gist,
        View::Settings,
    ];

    /// Its name, which has its key in it.
    pub fn name(self) -> &'static str {
        match self {
            View::Usage => "usage",
            View::Weekly => "weekly",
            View::Monthly => "monthly",
            View::Yearly => "yearly",
            View::Heatmap => "heatmap",
            View::Devices => "devices",
            View::Projects => "projects",
            View::Sessions => "sessions",
            View::Gist => "gist",
            View::Settings => "settings",
        }
    }

    /// Its key.
    pub fn key(self) -> char {
        match self {
            View::Usage => 'u',
            View::Weekly => 'w',
            View::Monthly => 'm',
            View::Yearly => 'y',
            View::Heatmap => 'h',
            View::Devices => 'd',
            View::Projects => 'p',
            View::Sessions => 'e',
            View::Gist => 'g',
            View::Settings => 's',
        }
    }

    /// The view of a name.
    pub fn parse(name: &str) -> Option<View> {
        View::ALL.into_iter().find(|view| view.name() == name)
    }

    /// The page that it begins with.
    pub fn place(self) -> Place {
        match self {
            View::Usage => Place::Usage,
            View::Weekly => Place::Week,
            View::Monthly => Place::Month,
            View::Yearly => Place::Year,
            View::Heatmap => Place::Heatmap,
            View::Devices => Place::Devices,
            View::Projects => Place::Projects,
            View::Sessions => Place::Sessions,
            View::Gist => Place::Gist,
            View::Settings => Place::Settings,
        }
    }
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Today, the active block, this week, this month.
    Usage,
    /// A week; its modes say what a week is.
    Week,
    /// A month by days or weeks.
    Month,
    /// A year by months or weeks.
    Year,
    /// A day by hours.
    Day,
    /// A year as a map of its days.
    Heatmap,
    /// Machines.
    Devices,
    /// Projects.
    Projects,
    /// Sessions.
    Sessions,
    /// Single responses.
    Responses,
    /// What one response said.
    Message {
        /// The row of the transcript.
        uuid: CompactId,
    },
    /// The Gist.
    Gist,
    /// The settings.
    Settings,
}

impl Place {
    /// The names of its modes, between which Tab changes; the first is that one begins with. Empty where there is one only.
    pub fn modes(&self) -> &'static [&'static str] {
        match self {
            Place::Week => &["calendar week", "last 7 days", "limit period"],
            Place::Month => &["by day", "by week"],
            Place::Year => &["by month", "by week"],
            Place::Devices | Place::Projects | Place::Sessions => &["all time", "year", "month", "week"],
            Place::Usage
            | Place::Day
            | Place::Heatmap
            | Place::Responses
            | Place::Message { .. }
            | Place::Gist
            | Place::Settings => &[],
        }
    }

    /// In which order its rows begin.
    pub fn sort(&self) -> Sort {
        match self {
            Place::Devices | Place::Projects => Sort::Largest,
            Place::Week | Place::Month | Place::Year | Place::Day | Place::Sessions | Place::Responses => Sort::Newest,
            Place::Usage | Place::Heatmap | Place::Message { .. } | Place::Gist | Place::Settings => Sort::Given,
        }
    }

    /// Whether `o` changes the order of its rows.
    pub fn can_sort(&self) -> bool {
        self.sort() != Sort::Given
    }
}

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// As they come.
    Given,
    /// The latest first.
    Newest,
    /// The earliest first.
    Oldest,
    /// The largest first, by what is counted.
    Largest,
    /// By name.
    Name,
}

impl Sort {
    /// The order after this one.
    pub fn next(self) -> Sort {
        match self {
            Sort::Given => Sort::Given,
            Sort::Newest => Sort::Oldest,
            Sort::Oldest => Sort::Largest,
            Sort::Largest => Sort::Name,
            Sort::Name => Sort::Newest,
        }
    }

    /// What the screen calls it.
    pub fn name(self) -> &'static str {
        match self {
            Sort::Given => "as listed",
            Sort::Newest => "newest first",
            Sort::Oldest => "oldest first",
            Sort::Largest => "largest first",
            Sort::Name => "by name",
        }
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// API-equivalent cost.
    Cost,
    /// All tokens.
    Tokens,
    /// Billed API responses.
    Responses,
}

impl Metric {
    /// The one after this one.
    pub fn next(self) -> Metric {
        match self {
            Metric::Cost => Metric::Tokens,
            Metric::Tokens => Metric::Responses,
            Metric::Responses => Metric::Cost,
        }
    }

    /// What the screen calls it.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Cost => "cost",
            Metric::Tokens => "tokens",
            Metric::Responses => "responses",
        }
    }
}

/// What one has drilled down to: only usage of this is on the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// One machine.
    pub machine: Option<MachineId>,
    /// One project, by its shared name.
    pub project: Option<Arc<str>>,
    /// One session.
    pub session: Option<CompactId>,
    /// From an instant to another, excluded.
    pub instants: Option<(UtcMillis, UtcMillis)>,
}

impl Scope {
    /// As reports take it.
    pub fn filter(&self) -> Filter {
        Filter {
            machines: self.machine.iter().map(ToString::to_string).collect(),
            only_project: self.project.clone(),
            ..Filter::default()
        }
    }
}

/// One page: what it shows and where in it one is.
#[derive(Debug, Clone)]
pub struct Page {
    /// What it shows.
    pub place: Place,
    /// What one has drilled down to.
    pub scope: Scope,
    /// A day in the period that it begins with; `None` is today.
    pub anchor: Option<Date>,
    /// Periods from there, negative for earlier ones.
    pub offset: i32,
    /// The mode, among those of the place.
    pub mode: usize,
    /// The order of its rows.
    pub sort: Sort,
    /// Rows must have this in their name.
    pub filter: String,
    /// The row that is selected, among `visible`.
    pub selected: usize,
    /// The first row on the screen, among `visible`.
    pub top: usize,
    /// The rows that are listed, in their order, by their index in the answer.
    pub visible: Vec<usize>,
    /// The last question that was asked for it.
    pub ticket: u64,
    /// What was answered; `None` as long as nothing that fits the page was.
    pub answered: Option<Answered>,
}

impl Page {
    /// A page of which nothing is known yet.
    pub fn new(place: Place, scope: Scope, anchor: Option<Date>) -> Page {
        Page {
            sort: place.sort(),
            place,
            scope,
            anchor,
            offset: 0,
            mode: 0,
            filter: String::new(),
            selected: 0,
            top: 0,
            visible: Vec::new(),
            ticket: 0,
            answered: None,
        }
    }

    /// The name of its mode; empty where it has one only.
    pub fn mode_name(&self) -> &'static str {
        self.place.modes().get(self.mode).copied().unwrap_or_default()
    }

    /// What its rows are, where they are periods.
    pub fn buckets(&self) -> Option<Grouping> {
        match (&self.place, self.mode) {
            (Place::Week, _) | (Place::Month, 0) => Some(Grouping::Daily),
            (Place::Month | Place::Year, 1) => Some(Grouping::Weekly),
            (Place::Year, _) => Some(Grouping::Monthly),
            (Place::Day, _) => Some(Grouping::Hourly),
            _ => None,
        }
    }

    /// The index in the answer of the row that is selected.
    pub fn selected_row(&self) -> Option<usize> {
        self.visible.get(self.selected).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_view_has_its_own_key_in_its_name() {
        let mut keys: Vec<char> = View::ALL.iter().map(|view| view.key()).collect();
        for view in View::ALL {
            assert!(view.name().contains(view.key()), "{view:?}");
            assert_eq!(View::parse(view.name()), Some(view));
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), View::ALL.len());
    }

    #[test]
    fn orders_and_metrics_come_round() {
        let mut sort = Sort::Newest;
        for _ in 0..4 {
            sort = sort.next();
        }
        assert_eq!(sort, Sort::Newest);
        assert_eq!(Metric::Cost.next().next().next(), Metric::Cost);
    }
}
