//! Reports as CSV: a header line, then one line for each row, or for each row and model. Raw numbers, costs exact.

use std::io::{self, Write};

use ccu_core::report::{Block, BlockState, Grouping, ModelUsage, ReportRow, RowKey, Usage};
use ccu_core::time::UtcMillis;

use crate::render::number::exact_dollars;
use crate::render::{BlocksView, ReportView, Shown, SummaryView, UNDATED, hour_text, period_text};
use crate::sanitize::sanitize;

/// Writes a report as CSV. Columns are named as the fields of the JSON.
pub fn write(view: &ReportView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(header(view))?;
    for row in &view.report.rows {
        if view.shown.has_models {
            for model in &row.models {
                csv.write_record(line(row, Some(&model.model), &model.usage, view))?;
            }
        } else {
            csv.write_record(line(row, None, &row.usage, view))?;
        }
    }
    csv.flush()
}

/// Writes a blocks report as CSV.
pub fn write_blocks(view: &BlocksView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut names = vec!["id", "startTime", "endTime", "actualEndTime", "isActive", "isGap"];
    if view.shown.has_models {
        names.push("modelName");
    }
    names.extend(number_names(view.shown.has_cost));
    csv.write_record(names)?;
    for block in &view.report.blocks {
        for line in lines(&block_fields(block), &block.usage, &block.models, view.shown) {
            csv.write_record(line)?;
        }
    }
    csv.flush()
}

/// Writes a summary as CSV.
pub fn write_summary(view: &SummaryView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut names = vec!["period", "since"];
    if view.shown.has_models {
        names.push("modelName");
    }
    names.extend(number_names(view.shown.has_cost));
    csv.write_record(names)?;
    for period in view.periods {
        let key = [period.name.to_owned(), period.since.map(|since| since.to_string()).unwrap_or_default()];
        for line in lines(&key, &period.row.usage, &period.row.models, view.shown) {
            csv.write_record(line)?;
        }
    }
    csv.flush()
}

/// The line of a key, or one for each of its models.
fn lines(key: &[String], usage: &Usage, models: &[ModelUsage], shown: Shown) -> Vec<Vec<String>> {
    if !shown.has_models {
        return vec![[key, &number_fields(usage, shown.has_cost)].concat()];
    }
    let line = |model: &ModelUsage| [key, &[text(&model.model)], &number_fields(&model.usage, shown.has_cost)].concat();
    models.iter().map(line).collect()
}

fn block_fields(block: &Block) -> [String; 6] {
    [
        block.id(),
        block.start.to_string(),
        block.end.to_string(),
        instant(block.last_activity),
        (block.state == BlockState::Active).to_string(),
        (block.state == BlockState::Gap).to_string(),
    ]
}

fn header(view: &ReportView<'_>) -> Vec<&'static str> {
    let mut names = match view.report.grouping {
        Grouping::Hourly => vec!["hour"],
        Grouping::Daily => vec!["date"],
        Grouping::Weekly => vec!["week"],
        Grouping::Monthly => vec!["month"],
        Grouping::Yearly => vec!["year"],
        Grouping::Session => vec!["sessionId", "projectPath", "firstActivity", "lastActivity"],
        Grouping::Project => vec!["projectPath", "firstActivity", "lastActivity"],
        Grouping::Model => vec!["modelName"],
        Grouping::Device => vec!["machineName", "machineId", "firstActivity", "lastActivity"],
    };
    if view.shown.has_projects {
        names.push("project");
    }
    if names_models(view) {
        names.push("modelName");
    }
    names.extend(number_names(view.shown.has_cost));
    names
}

fn number_names(has_cost: bool) -> Vec<&'static str> {
    let mut names =
        vec!["inputTokens", "outputTokens", "cacheCreation5mTokens", "cacheCreation1hTokens", "cacheReadTokens"];
    names.extend(["totalTokens", "responses", "webSearchRequests"]);
    if has_cost {
        names.extend(["totalCost", "unpricedTokens"]);
    }
    names
}

fn number_fields(usage: &Usage, has_cost: bool) -> Vec<String> {
    let tokens = &usage.tokens;
    let counts = [tokens.input, tokens.output, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read];
    let others = [tokens.total(), usage.responses, usage.web_searches];
    let mut fields: Vec<String> = counts.into_iter().chain(others).map(|number| number.to_string()).collect();
    if has_cost {
        fields.extend([exact_dollars(usage.cost), usage.unpriced_tokens.to_string()]);
    }
    fields
}

/// Whether a column names the model; the model report has it as its key.
fn names_models(view: &ReportView<'_>) -> bool {
    view.shown.has_models && view.report.grouping != Grouping::Model
}

fn line(row: &ReportRow, model: Option<&str>, usage: &Usage, view: &ReportView<'_>) -> Vec<String> {
    let mut fields = key_fields(row, view);
    if view.shown.has_projects {
        fields.push(text(&first_project(row, view)));
    }
    if let (true, Some(model)) = (names_models(view), model) {
        fields.push(text(model));
    }
    fields.extend(number_fields(usage, view.shown.has_cost));
    fields
}

fn key_fields(row: &ReportRow, view: &ReportView<'_>) -> Vec<String> {
    let names = view.names;
    let activity = || [instant(row.first_activity), instant(row.last_activity)];
    let mut fields = match &row.key {
        RowKey::Hour(hour) => return vec![hour_text(*hour)],
        RowKey::Period(first_day) => return vec![period_text(view.report.grouping, *first_day)],
        RowKey::Undated | RowKey::Total => return vec![UNDATED.to_owned()],
        RowKey::Model(model) => return vec![text(model)],
        RowKey::Session(session) => vec![text(&names.session(session)), text(&first_project(row, view))],
        RowKey::Project(project) => vec![text(&names.project(project))],
        RowKey::Machine(machine) => vec![text(&names.machine(*machine)), text(&names.machine_id(*machine))],
    };
    fields.extend(activity());
    fields
}

fn first_project(row: &ReportRow, view: &ReportView<'_>) -> String {
    row.projects.first().map(|project| view.names.project(project)).unwrap_or_default()
}

fn instant(time: Option<UtcMillis>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// A text that no spreadsheet takes for a formula, and that does nothing to a terminal.
///
/// **Source**: <https://owasp.org/www-community/attacks/CSV_Injection>, seen 2026-11-22.
fn text(text: &str) -> String {
    let safe = sanitize(text);
    if safe.starts_with(['=', '+', '-', '@']) { format!("'{safe}") } else { safe.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{self, Sample};

    fn written(sample: &Sample) -> String {
        let mut out = Vec::new();
        write(&sample.view(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_line_for_each_row() {
        insta::assert_snapshot!(written(&sample::daily()), @r"
        date,inputTokens,outputTokens,cacheCreation5mTokens,cacheCreation1hTokens,cacheReadTokens,totalTokens,responses,webSearchRequests,totalCost,unpricedTokens
        unknown,12,40,0,0,900,952,10,1,0.001500000,0
        2026-11-20,1244666,2391478,12445678,3000000,1236567890,1255649712,30,3,1238.889990000,0
        2026-11-21,1500,3000,0,0,10000,14500,20,2,0.004000000,13000
        2026-11-22,1,2,0,0,0,3,10,1,0.000000000,3
        ");
    }

    #[test]
    fn one_line_for_each_row_and_model() {
        let mut sample = sample::daily();
        sample.shown.has_models = true;
        sample.shown.has_cost = false;
        insta::assert_snapshot!(written(&sample), @r"
        date,modelName,inputTokens,outputTokens,cacheCreation5mTokens,cacheCreation1hTokens,cacheReadTokens,totalTokens,responses,webSearchRequests
        unknown,claude-opus-5,12,40,0,0,900,952,10,1
        2026-11-20,claude-opus-5-20260401,1234567,2345678,12345678,3000000,1234567890,1253493813,10,1
        2026-11-20,claude-sonnet-5,9999,45600,100000,0,2000000,2155599,10,1
        2026-11-20,claude-haiku-4-5-20251001,100,200,0,0,0,300,10,1
        2026-11-21,claude-sonnet-5,500,1000,0,0,0,1500,10,1
        2026-11-21,future-model-9,1000,2000,0,0,10000,13000,10,1
        2026-11-22,future-model-9,1,2,0,0,0,3,10,1
        ");
    }

    #[test]
    fn names_are_no_formulas_and_no_escapes() {
        insta::assert_snapshot!(written(&sample::sessions()), @r#"
        sessionId,projectPath,firstActivity,lastActivity,inputTokens,outputTokens,cacheCreation5mTokens,cacheCreation1hTokens,cacheReadTokens,totalTokens,responses,webSearchRequests,totalCost,unpricedTokens
        0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9,product/a-rather-long-project-name,2026-11-20T23:59:59.000Z,2026-11-20T23:59:59.000Z,1000,20000,300000,0,4000000,4321000,10,1,5.000000000,0
        "'=HYPERLINK(""x"")",evil/\u{1b}[31mred\u{202e},2026-11-21T00:00:00.000Z,2026-11-21T00:00:00.000Z,1,2,3,4,5,15,10,1,0.000060000,0
        11111111-2222-3333-4444-555555555555,仕事/プロジェクト,,,1,2,3,4,5,15,10,1,0.000060000,0
        "#);
    }

    #[test]
    fn projects_have_a_column() {
        insta::assert_snapshot!(written(&sample::instances()), @r"
        date,project,inputTokens,outputTokens,cacheCreation5mTokens,cacheCreation1hTokens,cacheReadTokens,totalTokens,responses,webSearchRequests,totalCost,unpricedTokens
        2026-11-20,src/web,10,20,30,40,50,150,10,1,1.000000000,0
        2026-11-20,src/api,11,22,33,44,55,165,20,2,1.001000000,0
        2026-11-21,src/api,10,20,30,40,50,150,10,1,1.000000000,0
        ");
    }

    #[test]
    fn blocks_and_summaries() {
        let mut out = Vec::new();
        write_blocks(&sample::blocks().view(), &mut out).unwrap();
        write_summary(&sample::summary().view(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        id,startTime,endTime,actualEndTime,isActive,isGap,inputTokens,outputTokens,cacheCreation5mTokens,cacheCreation1hTokens,cacheReadTokens,totalTokens,responses,webSearchRequests,totalCost,unpricedTokens
        2026-11-20T10:00:00.000Z,2026-11-20T10:00:00.000Z,2026-11-20T15:00:00.000Z,2026-11-20T12:30:00.000Z,false,false,1234568,2345680,12345681,3000004,234567895,253493828,20,2,1234.567950000,0
        gap-2026-11-20T17:30:00.000Z,2026-11-20T17:30:00.000Z,2026-11-22T10:00:00.000Z,,false,true,0,0,0,0,0,0,0,0,0.000000000,0
        2026-11-22T10:00:00.000Z,2026-11-22T10:00:00.000Z,2026-11-22T15:00:00.000Z,2026-11-22T10:30:00.000Z,true,false,1000,2000,3000,4000,50000,60000,10,1,1.500000000,0
        period,since,inputTokens,outputTokens,cacheCreation5mTokens,cacheCreation1hTokens,cacheReadTokens,totalTokens,responses,webSearchRequests,totalCost,unpricedTokens
        today,2026-11-22,1,2,0,0,0,3,10,1,0.000000000,3
        week,2026-11-16,1500,3000,0,0,10000,14500,20,2,0.004000000,13000
        month,2026-11-01,1244666,2391478,12445678,3000000,1236567890,1255649712,30,3,1238.889990000,0
        all,,1246179,2394520,12445678,3000000,1236578790,1255665167,70,7,1238.895490000,13003
        ");
    }

    #[test]
    fn no_rows_leave_the_header() {
        let sample = Sample::new(sample::report(Grouping::Model, Vec::new()));
        insta::assert_snapshot!(written(&sample), @"modelName,inputTokens,outputTokens,cacheCreation5mTokens,cacheCreation1hTokens,cacheReadTokens,totalTokens,responses,webSearchRequests,totalCost,unpricedTokens");
    }
}
