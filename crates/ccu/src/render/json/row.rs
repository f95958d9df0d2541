//! One row of a report as JSON.

use ccu_core::report::{Grouping, ModelUsage, ReportRow, RowKey, Usage};
use ccu_core::time::UtcMillis;
use serde::Serialize;

use crate::render::json::project_name;
use crate::render::names::Names;
use crate::render::{ReportView, Shown, UNDATED, hour_text, period_text};

/// One row.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowJson<'a> {
    #[serde(flatten)]
    key: KeyJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    #[serde(flatten)]
    sums: SumsJson,
    models_used: Vec<&'a str>,
    model_breakdowns: Vec<ModelJson<'a>>,
    machines: Vec<String>,
    sessions: u64,
}

/// What a row stands for.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum KeyJson {
    /// A period of the summary.
    Summary { period: &'static str, since: Option<String> },
    /// An hour.
    Hour { hour: String },
    /// A day.
    Day { date: String },
    /// A week.
    Week { week: String },
    /// A month.
    Month { month: String },
    /// A year.
    Year { year: String },
    /// A session.
    Session {
        session_id: String,
        project_path: String,
        projects: Vec<String>,
        first_activity: Option<String>,
        last_activity: Option<String>,
    },
    /// A project.
    Project { project_path: String, first_activity: Option<String>, last_activity: Option<String> },
    /// A model.
    Model { model_name: String },
    /// A machine.
    Device(Box<DeviceJson>),
}

/// What a row of a machine stands for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceJson {
    machine_name: String,
    machine_id: String,
    first_activity: Option<String>,
    last_activity: Option<String>,
    last_sync: Option<String>,
    is_this_machine: bool,
}

/// Token sums and their cost.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SumsJson {
    input_tokens: u64,
    output_tokens: u64,
    cache_creation_tokens: u64,
    cache_read_tokens: u64,
    total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_cost: Option<f64>,
    responses: u64,
    #[serde(rename = "cacheCreation5mTokens")]
    cache_creation_5m_tokens: u64,
    #[serde(rename = "cacheCreation1hTokens")]
    cache_creation_1h_tokens: u64,
    web_search_requests: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_nano_usd: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unpriced_tokens: Option<u64>,
}

impl SumsJson {
    /// The sums of a usage; without the fields of cost where those are not shown.
    pub fn new(usage: &Usage, has_cost: bool) -> Self {
        let tokens = &usage.tokens;
        SumsJson {
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            cache_creation_tokens: tokens.cache_write(),
            cache_read_tokens: tokens.cache_read,
            total_tokens: tokens.total(),
            total_cost: has_cost.then(|| usage.cost.dollars()),
            responses: usage.responses,
            cache_creation_5m_tokens: tokens.cache_write_5m,
            cache_creation_1h_tokens: tokens.cache_write_1h,
            web_search_requests: usage.web_searches,
            cost_nano_usd: has_cost.then_some(usage.cost.0),
            unpriced_tokens: has_cost.then_some(usage.unpriced_tokens),
        }
    }
}

/// The share of one model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModelJson<'a> {
    model_name: &'a str,
    input_tokens: u64,
    output_tokens: u64,
    cache_creation_tokens: u64,
    cache_read_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
    responses: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_nano_usd: Option<i64>,
}

impl<'a> ModelJson<'a> {
    fn new(model: &'a ModelUsage, has_cost: bool) -> Self {
        let usage = &model.usage;
        ModelJson {
            model_name: &model.model,
            input_tokens: usage.tokens.input,
            output_tokens: usage.tokens.output,
            cache_creation_tokens: usage.tokens.cache_write(),
            cache_read_tokens: usage.tokens.cache_read,
            cost: has_cost.then(|| usage.cost.dollars()),
            responses: usage.responses,
            cost_nano_usd: has_cost.then_some(usage.cost.0),
        }
    }
}

impl<'a> RowJson<'a> {
    /// A row of the view's report.
    pub fn new(row: &'a ReportRow, view: &ReportView<'_>) -> Self {
        let project = view.shown.has_projects.then(|| project_name(row, view));
        RowJson { project, ..RowJson::with_key(key(row, view), row, view.names, view.shown) }
    }

    /// A row that stands for something else.
    pub fn with_key(key: KeyJson, row: &'a ReportRow, names: &Names, shown: Shown) -> Self {
        RowJson {
            key,
            project: None,
            sums: SumsJson::new(&row.usage, shown.has_cost),
            models_used: row.models.iter().map(|model| &*model.model).collect(),
            model_breakdowns: row.models.iter().map(|model| ModelJson::new(model, shown.has_cost)).collect(),
            machines: row.machines.iter().map(|machine| names.machine(*machine)).collect(),
            sessions: row.sessions,
        }
    }
}

fn key(row: &ReportRow, view: &ReportView<'_>) -> KeyJson {
    let (first_activity, last_activity) = (instant(row.first_activity), instant(row.last_activity));
    match &row.key {
        RowKey::Hour(hour) => KeyJson::Hour { hour: hour_text(*hour) },
        RowKey::Period(first_day) => period(view.report.grouping, period_text(view.report.grouping, *first_day)),
        // No row has the key of totals.
        RowKey::Undated | RowKey::Total => period(view.report.grouping, UNDATED.to_owned()),
        RowKey::Session(session) => KeyJson::Session {
            session_id: view.names.session(session),
            project_path: project_name(row, view),
            projects: row.projects.iter().map(|project| view.names.project(project)).collect(),
            first_activity,
            last_activity,
        },
        RowKey::Project(project) => {
            KeyJson::Project { project_path: view.names.project(project), first_activity, last_activity }
        }
        RowKey::Model(model) => KeyJson::Model { model_name: model.to_string() },
        RowKey::Machine(id) => {
            let machine = view.machines.iter().find(|machine| machine.id == *id);
            KeyJson::Device(Box::new(DeviceJson {
                machine_name: view.names.machine(*id),
                machine_id: view.names.machine_id(*id),
                first_activity,
                last_activity,
                last_sync: instant(machine.and_then(|machine| machine.last_sync)),
                is_this_machine: machine.is_some_and(|machine| machine.is_this_machine),
            }))
        }
    }
}

fn period(grouping: Grouping, text: String) -> KeyJson {
    match grouping {
        Grouping::Hourly => KeyJson::Hour { hour: text },
        Grouping::Weekly => KeyJson::Week { week: text },
        Grouping::Monthly => KeyJson::Month { month: text },
        Grouping::Yearly => KeyJson::Year { year: text },
        Grouping::Daily | Grouping::Session | Grouping::Project | Grouping::Model | Grouping::Device => {
            KeyJson::Day { date: text }
        }
    }
}

/// An instant as JSON has it.
pub fn instant(time: Option<UtcMillis>) -> Option<String> {
    time.map(|time| time.to_string())
}
