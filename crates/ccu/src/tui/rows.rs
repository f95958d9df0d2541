//! The rows of a page as a list: how many, what each is called, how large and how late it is. Filter, order, selection and
//! drilling down know rows by nothing else.

use std::cmp::Reverse;

use ccu_core::report::{ActivityMap, Report, ReportRow, RowKey, Usage};
use ccu_core::time::UtcMillis;
use ccu_engine::message::{Message, MessagePart};

use crate::render::UNDATED;
use crate::render::names::Names;
use crate::tui::page::{Metric, Page, Sort};
use crate::tui::query::{Answer, Answered};

/// Rows of the page of now: today, the block, this week, this month.
pub const USAGE_ROWS: [&str; 4] = ["today", "block", "week", "month"];

/// The amount of a metric: nano-dollars, tokens or responses.
pub fn amount(usage: &Usage, metric: Metric) -> u64 {
    match metric {
        Metric::Cost => u64::try_from(usage.cost.0).unwrap_or(0),
        Metric::Tokens => usage.tokens.total(),
        Metric::Responses => usage.responses,
    }
}

/// What the days of a map come to.
pub fn sum(map: &ActivityMap) -> Usage {
    let mut sum = Usage::default();
    map.days.iter().for_each(|(_, usage)| sum.add(usage));
    sum
}

/// The report whose rows a page lists.
pub fn report(answer: &Answer) -> Option<&Report> {
    match answer {
        Answer::Period(period) => Some(&period.buckets),
        Answer::Devices(devices) => Some(&devices.devices),
        Answer::Rows(report) => Some(report),
        Answer::Usage(_)
        | Answer::Heatmap(_)
        | Answer::Responses(_)
        | Answer::Message(_)
        | Answer::Gist(_)
        | Answer::Settings(_) => None,
    }
}

/// What a row of a report is called.
pub fn name(row: &ReportRow, names: &Names) -> String {
    match &row.key {
        RowKey::Period(day) => day.strftime("%Y-%m-%d %A %B").to_string(),
        RowKey::Hour(hour) => hour.strftime("%Y-%m-%d %H:%M").to_string(),
        RowKey::Undated => UNDATED.to_owned(),
        RowKey::Session(session) => {
            let projects: Vec<String> = row.projects.iter().map(|project| names.project(project)).collect();
            format!("{} {}", names.session(session), projects.join(" "))
        }
        RowKey::Project(project) => names.project(project),
        RowKey::Model(model) => model.to_string(),
        RowKey::Machine(machine) => names.machine(*machine),
        RowKey::Total => String::new(),
    }
}

/// A row as orders and filters see it.
struct Listed {
    row: usize,
    name: String,
    size: u64,
    time: i64,
}

/// The rows of a page that its filter keeps, in its order, by their index in the answer.
pub fn visible(page: &Page, answered: &Answered, metric: Metric) -> Vec<usize> {
    let mut listed = listed(answered, metric);
    if !page.filter.is_empty() {
        let words = page.filter.to_lowercase();
        listed.retain(|row| row.name.to_lowercase().contains(&words));
    }
    match page.sort {
        Sort::Given => {}
        Sort::Newest => listed.sort_by_key(|row| Reverse(row.time)),
        Sort::Oldest => listed.sort_by_key(|row| row.time),
        Sort::Largest => listed.sort_by_key(|row| Reverse(row.size)),
        Sort::Name => listed.sort_by_cached_key(|row| row.name.to_lowercase()),
    }
    listed.into_iter().map(|row| row.row).collect()
}

fn listed(answered: &Answered, metric: Metric) -> Vec<Listed> {
    let names = &answered.names;
    match &*answered.answer {
        Answer::Usage(_) => named(USAGE_ROWS.iter().map(|name| (*name).to_owned())),
        Answer::Heatmap(answer) => {
            let mut machines: Vec<Listed> = named(answer.activity.machines.iter().map(|it| names.machine(it.machine)));
            for (listed, machine) in machines.iter_mut().zip(&answer.activity.machines) {
                listed.row += 1;
                listed.size = amount(&sum(&machine.map), metric);
            }
            machines.sort_by_key(|machine| Reverse(machine.size));
            named(std::iter::once("all machines".to_owned())).into_iter().chain(machines).collect()
        }
        Answer::Responses(responses) => {
            let rows = responses.responses.iter().enumerate();
            rows.map(|(row, response)| Listed {
                row,
                name: format!("{} {} {}", response.model, names.project(&response.project), response.agent),
                size: match metric {
                    Metric::Cost => response.cost.map_or(0, |cost| u64::try_from(cost.0).unwrap_or(0)),
                    Metric::Tokens | Metric::Responses => response.tokens.total(),
                },
                time: time(response.time),
            })
            .collect()
        }
        // Its lines are no rows, but one moves through them in the same way.
        Answer::Message(message) => named(message.iter().flat_map(message_lines)),
        Answer::Gist(known) => named(known.machine_names().map(ToOwned::to_owned)),
        Answer::Settings(settings) => named(settings.iter().map(|row| format!("{} {}", row.key, row.value))),
        answer @ (Answer::Period(_) | Answer::Devices(_) | Answer::Rows(_)) => {
            let rows = report(answer).map(|report| report.rows.as_slice()).unwrap_or_default();
            let listed = |(number, row): (usize, &ReportRow)| Listed {
                row: number,
                name: name(row, names),
                size: amount(&row.usage, metric),
                time: time(row.last_activity),
            };
            rows.iter().enumerate().map(listed).collect()
        }
    }
}

/// The lines of a message, and two more for the head of each part.
fn message_lines(message: &Message) -> impl Iterator<Item = String> {
    let lines = message.parts.iter().map(|part| match part {
        MessagePart::Text(text) | MessagePart::Thinking(text) | MessagePart::ToolUse { input: text, .. } => {
            text.lines().count() + 2
        }
    });
    std::iter::repeat_n(String::new(), lines.sum())
}

fn named(names: impl Iterator<Item = String>) -> Vec<Listed> {
    names.enumerate().map(|(row, name)| Listed { row, name, size: 0, time: 0 }).collect()
}

/// Undated rows are the oldest of all.
fn time(time: Option<UtcMillis>) -> i64 {
    time.map_or(i64::MIN, |UtcMillis(ms)| ms)
}
