//! The values of a line that count, and how each is read into a row.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::MOST_TOKENS;
use super::cursor::Cursor;
use super::row::{RawCounts, Row};

static ADVISOR_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("advisor_message"));

/// What a value is to us, by its key and depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text(TextField),
    Count(CountField),
    /// `type`, which must be `assistant`.
    Type,
    IsSidechain,
    StopReason,
    Iterations,
    /// Something else where an object would be looked into.
    NoObject,
    /// A value that is stepped over.
    Other,
}

/// A text of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextField {
    MessageId,
    RequestId,
    SessionId,
    Uuid,
    Timestamp,
    Model,
    Cwd,
    GitBranch,
    Version,
    AgentId,
    Speed,
    ServiceTier,
    InferenceGeo,
}

/// A count of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountField {
    Input,
    Output,
    CacheCreation,
    CacheCreation5m,
    CacheCreation1h,
    CacheRead,
    WebSearches,
}

/// A row while its line is read.
#[derive(Default)]
pub(super) struct Draft<'a> {
    /// On the heap from the start: a row is 400 bytes, and moving it thrice costs more.
    pub row: Box<Row<'a>>,
    pub counts: RawCounts,
    pub is_assistant: bool,
}

impl<'a> Draft<'a> {
    /// Reads the value before the cursor.
    #[inline]
    pub fn read(&mut self, cursor: &mut Cursor<'a>, kind: Kind) -> Option<()> {
        match kind {
            Kind::Text(field) => *self.text(field) = cursor.text()?,
            Kind::Count(field) => {
                let count = cursor.count()?;
                *self.count(field) = (count <= MOST_TOKENS).then_some(count)?;
            }
            Kind::Type => self.is_assistant = cursor.text()?.as_deref() == Some("assistant"),
            Kind::IsSidechain => self.row.is_sidechain = cursor.is_true()?,
            Kind::StopReason => self.row.has_stop_reason = cursor.text()?.is_some(),
            Kind::Iterations => {
                // Entries that repeat the response are stepped over; ones billed beside it are rare and left to
                // serde_json. So is an escape, which might spell the type otherwise.
                let raw = cursor.raw_value()?;
                return (ADVISOR_FINDER.find(raw).is_none() && !raw.contains(&b'\\')).then_some(());
            }
            Kind::NoObject if cursor.is_before_object() => return None,
            Kind::NoObject | Kind::Other => cursor.skip_value()?,
        }
        Some(())
    }

    pub fn text(&mut self, field: TextField) -> &mut Option<Cow<'a, str>> {
        let row = &mut *self.row;
        match field {
            TextField::MessageId => &mut row.message_id,
            TextField::RequestId => &mut row.request_id,
            TextField::SessionId => &mut row.session_id,
            TextField::Uuid => &mut row.uuid,
            TextField::Timestamp => &mut row.timestamp,
            TextField::Model => &mut row.model,
            TextField::Cwd => &mut row.cwd,
            TextField::GitBranch => &mut row.git_branch,
            TextField::Version => &mut row.version,
            TextField::AgentId => &mut row.agent_id,
            TextField::Speed => &mut row.speed,
            TextField::ServiceTier => &mut row.service_tier,
            TextField::InferenceGeo => &mut row.inference_geo,
        }
    }

    fn count(&mut self, field: CountField) -> &mut u64 {
        let counts = &mut self.counts;
        match field {
            CountField::Input => &mut counts.input,
            CountField::Output => &mut counts.output,
            CountField::CacheCreation => &mut counts.cache_creation,
            CountField::CacheCreation5m => &mut counts.cache_creation_5m,
            CountField::CacheCreation1h => &mut counts.cache_creation_1h,
            CountField::CacheRead => &mut counts.cache_read,
            CountField::WebSearches => &mut self.row.web_searches,
        }
    }

    pub fn into_row(mut self) -> Box<Row<'a>> {
        self.row.tokens = self.counts.split();
        self.row
    }
}
