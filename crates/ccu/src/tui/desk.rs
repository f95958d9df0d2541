//! Where questions are answered: the open ledger with what it takes to ask it. It lives on the thread of the worker.

use std::sync::Arc;

use ccu_core::pricing::PriceTable;
use ccu_core::report::{Grouping, Report};
use ccu_engine::ledger::{Ledger, LedgerError};
use ccu_engine::message::{self, MessageError};
use ccu_engine::paths::TranscriptRoot;

use crate::commands::gist::known;
use crate::commands::opened::Opened;
use crate::commands::{config, report};
use crate::error::CommandError;
use crate::render::names::Names;
use crate::surroundings::Surroundings;
use crate::tui::page::Scope;
use crate::tui::query::{self, Answer, Answered, Asked, DevicesAnswer, PeriodAnswer, Query, UsageAnswer};
use crate::tui::span::{Calendar, Span};

/// The open ledger with what it takes to ask it.
pub struct Desk {
    ledger: Ledger,
    prices: PriceTable,
    roots: Vec<TranscriptRoot>,
    /// Its `now` is set for each question.
    calendar: Calendar,
    surroundings: Surroundings,
}

impl Desk {
    /// A desk with this ledger on it.
    pub fn new(opened: Opened, calendar: Calendar, surroundings: Surroundings) -> Desk {
        let Opened { ledger, prices, roots, .. } = opened;
        Desk { ledger, prices, roots, calendar, surroundings }
    }

    /// Answers a question.
    ///
    /// **Errors**: those of the database, of the configuration, and of the transcript of a message.
    pub fn answer(&mut self, asked: &Asked) -> Result<Answered, CommandError> {
        self.calendar.now = (self.surroundings.clock)();
        let machines = self.ledger.machines()?;
        let names = if asked.is_anonymous { self.hidden_names()? } else { Names::plain(&machines) };
        let answer = self.data(&asked.query)?;
        Ok(Answered { answer: Arc::new(answer), names: Arc::new(names), machines: machines.into() })
    }

    fn data(&self, query: &Query) -> Result<Answer, CommandError> {
        let prices = &self.prices;
        Ok(match query {
            Query::Usage { today, week, limit_period } => {
                let week = Span { since: Some(*week), until: Some(*today), instants: None };
                Answer::Usage(Box::new(self.usage(*today, &week, limit_period.as_ref())?))
            }
            Query::Period { span, buckets, scope } => Answer::Period(Box::new(self.period(span, *buckets, scope)?)),
            Query::Heatmap { span } => Answer::Heatmap(Box::new(self.devices(span)?)),
            Query::Devices { span } => Answer::Devices(Box::new(self.devices(span)?)),
            Query::Rows { grouping, span, scope } => Answer::Rows(Box::new(self.report(*grouping, span, scope)?)),
            Query::Responses { scope } => {
                Answer::Responses(self.ledger.responses(&query::responses_request(scope), prices)?)
            }
            Query::Message { session, uuid } => {
                Answer::Message(message::read_message(&self.roots, session, uuid).map_err(unreadable)?)
            }
            Query::Gist => Answer::Gist(Box::new(known::remembered(&self.ledger, &self.surroundings)?)),
            Query::Settings => Answer::Settings(config::resolved(&self.surroundings)?.settable_rows()),
        })
    }

    fn report(&self, grouping: Grouping, span: &Span, scope: &Scope) -> Result<Report, LedgerError> {
        self.ledger.report(&query::request(grouping, span, scope, &self.calendar), &self.prices)
    }

    fn usage(
        &self,
        today: jiff::civil::Date,
        week: &Span,
        limit_period: Option<&Span>,
    ) -> Result<UsageAnswer, LedgerError> {
        let everything = Scope::default();
        let day = |since| Span { since: Some(since), until: Some(today), instants: None };
        let requests = [
            query::request(Grouping::Hourly, &day(today), &everything, &self.calendar),
            query::request(Grouping::Daily, &query::usual_days(today), &everything, &self.calendar),
            query::request(Grouping::Device, week, &everything, &self.calendar),
            query::request(Grouping::Project, &day(today.first_of_month()), &everything, &self.calendar),
        ];
        let [today, days, week, month] = self.ledger.reports(requests.each_ref(), &self.prices)?;
        let limit_period = limit_period.map(|span| self.report(Grouping::Model, span, &everything)).transpose()?;
        let blocks = self.ledger.blocks(&query::blocks_request(&self.calendar), &self.prices)?;
        let (block, largest_block) = query::active_block(blocks.blocks);
        Ok(UsageAnswer { today, days, week, month, limit_period, block, largest_block })
    }

    fn devices(&self, span: &Span) -> Result<DevicesAnswer, LedgerError> {
        Ok(DevicesAnswer {
            devices: self.report(Grouping::Device, span, &Scope::default())?,
            activity: self.ledger.activity(&query::activity_request(span, &self.calendar), &self.prices)?,
        })
    }

    fn period(&self, span: &Span, buckets: Grouping, scope: &Scope) -> Result<PeriodAnswer, LedgerError> {
        let requests = [buckets, Grouping::Model, Grouping::Project]
            .map(|grouping| query::request(grouping, span, scope, &self.calendar));
        let [buckets, models, projects] = self.ledger.reports(requests.each_ref(), &self.prices)?;
        Ok(PeriodAnswer { buckets, models, projects })
    }

    /// Numbers in place of names, the same as those of `--anon`.
    fn hidden_names(&self) -> Result<Names, LedgerError> {
        let everything = query::request(Grouping::Daily, &Span::default(), &Scope::default(), &self.calendar);
        report::hidden_names(&everything, &self.ledger, &self.prices)
    }
}

/// A transcript that could not be read.
fn unreadable(error: MessageError) -> CommandError {
    CommandError::new(crate::error::ErrorKind::File, error)
}
