//! What a page asks, and what is answered: plain data, made of the same reports that the commands print.

use std::sync::Arc;

use ccu_core::ids::CompactId;
use ccu_core::report::{
    Activity, ActivityRequest, Block, BlockState, BlocksRequest, Grouping, Machine, Report, ReportRequest, Responses,
    ResponsesRequest,
};
use ccu_engine::config::SettingRow;
use ccu_engine::message::Message;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::commands::gist::known::GistKnown;
use crate::render::names::Names;
use crate::tui::page::{Page, Place, Scope};
use crate::tui::span::{Calendar, Span};

/// Days before today that today is compared with.
pub const USUAL_DAYS: i32 = 28;
/// Responses that one page lists. Who wants more narrows it down.
pub const MOST_RESPONSES: usize = 5_000;

/// What a page asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Now, this week, this month.
    Usage {
        /// The local day.
        today: Date,
        /// The first day of the week.
        week: Date,
        /// This week's limit period, where it is known.
        limit_period: Option<Span>,
    },
    /// A period by smaller ones.
    Period {
        /// The days.
        span: Span,
        /// What there is a row for.
        buckets: Grouping,
        /// What one has drilled down to.
        scope: Scope,
    },
    /// The days of a year.
    Heatmap {
        /// The days.
        span: Span,
    },
    /// The machines.
    Devices {
        /// The days.
        span: Span,
    },
    /// Projects or sessions.
    Rows {
        /// What there is a row for.
        grouping: Grouping,
        /// The days.
        span: Span,
        /// What one has drilled down to.
        scope: Scope,
    },
    /// Single responses.
    Responses {
        /// What one has drilled down to.
        scope: Scope,
    },
    /// What a response said.
    Message {
        /// Its session.
        session: CompactId,
        /// The row of the transcript.
        uuid: CompactId,
    },
    /// The Gist, as far as this machine knows.
    Gist,
    /// The settings.
    Settings,
}

/// A question on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Tells questions apart, so that a late answer to an earlier one is known.
    pub ticket: u64,
    /// What is asked.
    pub query: Query,
    /// Whether names are to be hidden.
    pub is_anonymous: bool,
}

/// What is answered, with the names to show.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The data.
    pub answer: Arc<Answer>,
    /// The names.
    pub names: Arc<Names>,
    /// The machines that the database knows.
    pub machines: Arc<[Machine]>,
}

/// The data of a page.
#[derive(Debug)]
pub enum Answer {
    /// Of [`Query::Usage`].
    Usage(Box<UsageAnswer>),
    /// Of [`Query::Period`].
    Period(Box<PeriodAnswer>),
    /// Of [`Query::Heatmap`].
    Heatmap(Box<DevicesAnswer>),
    /// Of [`Query::Devices`].
    Devices(Box<DevicesAnswer>),
    /// Of [`Query::Rows`].
    Rows(Box<Report>),
    /// Of [`Query::Responses`].
    Responses(Responses),
    /// Of [`Query::Message`]; `None` where no transcript on this machine has it any more.
    Message(Option<Message>),
    /// Of [`Query::Gist`].
    Gist(Box<GistKnown>),
    /// Of [`Query::Settings`].
    Settings(Vec<SettingRow>),
}

/// Now.
#[derive(Debug)]
pub struct UsageAnswer {
    /// Today by hour.
    pub today: Report,
    /// The days up to today, today included, that today is compared with.
    pub days: Report,
    /// This week by machine.
    pub week: Report,
    /// This month by project.
    pub month: Report,
    /// This limit period by model, where it is known.
    pub limit_period: Option<Report>,
    /// The block that runs now.
    pub block: Option<Block>,
    /// The largest cost and tokens of the blocks before it.
    pub largest_block: (ccu_core::money::NanoUsd, u64),
}

/// A period.
#[derive(Debug)]
pub struct PeriodAnswer {
    /// By smaller periods.
    pub buckets: Report,
    /// By model.
    pub models: Report,
    /// By project.
    pub projects: Report,
}

/// The machines.
#[derive(Debug)]
pub struct DevicesAnswer {
    /// By machine.
    pub devices: Report,
    /// When each was used.
    pub activity: Activity,
}

impl Query {
    /// What a page asks.
    pub fn of(page: &Page, calendar: &Calendar) -> Query {
        let span = calendar.span(page);
        let scope = page.scope.clone();
        match &page.place {
            Place::Usage => Query::usage(calendar),
            Place::Week | Place::Month | Place::Year | Place::Day => {
                Query::Period { span, buckets: page.buckets().unwrap_or(Grouping::Daily), scope }
            }
            Place::Heatmap => Query::Heatmap { span },
            Place::Devices => Query::Devices { span },
            Place::Projects => Query::Rows { grouping: Grouping::Project, span, scope },
            Place::Sessions => Query::Rows { grouping: Grouping::Session, span, scope },
            Place::Responses => Query::Responses { scope },
            Place::Message { uuid } => {
                let session = scope.session.unwrap_or_else(|| CompactId::new(""));
                Query::Message { session, uuid: uuid.clone() }
            }
            Place::Gist => Query::Gist,
            Place::Settings => Query::Settings,
        }
    }

    fn usage(calendar: &Calendar) -> Query {
        let today = calendar.today();
        let limit_period = calendar.running_limit_period();
        Query::Usage { today, week: calendar.first_day_of_week(today), limit_period }
    }
}

/// A report over a span.
pub fn request(grouping: Grouping, span: &Span, scope: &Scope, calendar: &Calendar) -> ReportRequest {
    // The days of a span of instants only say what it is called.
    let (since, until) = if span.instants.is_some() { (None, None) } else { (span.since, span.until) };
    ReportRequest {
        grouping,
        zone: calendar.zone.clone(),
        now: calendar.now,
        since,
        until,
        last: None,
        week_start: calendar.week_start,
        order: None,
        by_project: false,
        filter: scope.filter(),
        instants: span.instants,
    }
}

/// The activity over a span, of all machines.
pub fn activity_request(span: &Span, calendar: &Calendar) -> ActivityRequest {
    let filter = Scope::default().filter();
    ActivityRequest { zone: calendar.zone.clone(), since: span.since, until: span.until, filter }
}

/// All blocks up to now.
pub fn blocks_request(calendar: &Calendar) -> BlocksRequest {
    BlocksRequest {
        zone: calendar.zone.clone(),
        now: calendar.now,
        since: None,
        until: None,
        last: None,
        order: None,
        filter: Scope::default().filter(),
    }
}

/// The responses of a scope, newest first.
pub fn responses_request(scope: &Scope) -> ResponsesRequest {
    ResponsesRequest {
        session: scope.session.clone(),
        from: scope.instants.map(|(from, _)| from),
        until: scope.instants.map(|(_, until)| until),
        filter: scope.filter(),
        limit: MOST_RESPONSES,
    }
}

/// The days that today is compared with, and today.
pub fn usual_days(today: Date) -> Span {
    Span { since: Some(today.saturating_sub(USUAL_DAYS.days())), until: Some(today), instants: None }
}

/// The block that runs now, and the largest amounts of those before it.
pub fn active_block(blocks: Vec<Block>) -> (Option<Block>, (ccu_core::money::NanoUsd, u64)) {
    let mut largest = (ccu_core::money::NanoUsd(0), 0);
    let mut active = None;
    for block in blocks {
        if block.state == BlockState::Active {
            active = Some(block);
        } else {
            largest = (largest.0.max(block.usage.cost), largest.1.max(block.usage.tokens.total()));
        }
    }
    (active, largest)
}
