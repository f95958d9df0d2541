//! Exports as CSV, for spreadsheets: a line for each record. They are for reading; only JSON is imported again.

use std::borrow::Cow;
use std::io::Write;

use ccu_core::ids::Hyphenated;
use ccu_core::money::NanoUsd;
use ccu_core::record::UsageRecord;
use rustc_hash::FxHashMap;

use super::ExportError;
use super::export::{ExportScope, ExportSource, Exported, Tally, cost, each};

/// The columns. They are stable: new ones come at the end.
pub const CSV_COLUMNS: [&str; 24] = [
    "timestamp",
    "machine_name",
    "machine_id",
    "session_id",
    "agent_id",
    "model",
    "project",
    "git_branch",
    "version",
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "web_searches",
    "speed",
    "service_tier",
    "inference_geo",
    "is_sidechain",
    "is_partial",
    "is_legacy",
    "cost_usd",
    "message_uuid",
    "key",
];

/// Writes the records as CSV, one after the other, with a header line.
///
/// **Shape**: [`CSV_COLUMNS`]; `timestamp` in RFC 3339 UTC, empty where there is none; flags `true` or `false`; `cost_usd` in
/// dollars, exact, empty where the model has no known price. A text that a spreadsheet would take for a formula has an
/// apostrophe before it.
///
/// **Errors**: those of the store and of writing.
pub fn export_csv(source: &ExportSource<'_>, scope: ExportScope, out: &mut dyn Write) -> Result<Exported, ExportError> {
    let machines = source.store.machines()?;
    let names: FxHashMap<_, _> = machines.into_iter().map(|machine| (machine.id, machine.name)).collect();
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CSV_COLUMNS).map_err(std::io::Error::from)?;
    let mut tally = Tally::default();
    each(source.store, scope, &mut |record| {
        tally.extend_range(record);
        tally.add(record, source.prices);
        let name = names.get(&record.machine).map(String::as_str).unwrap_or_default();
        let line = line(record, name, cost(record, source.prices));
        csv.write_record(line.iter().map(|field| field.as_bytes())).map_err(std::io::Error::from)?;
        Ok(())
    })?;
    csv.flush()?;
    Ok(tally.finish())
}

fn line<'r>(
    record: &'r UsageRecord,
    machine_name: &'r str,
    cost: Option<NanoUsd>,
) -> [Cow<'r, str>; CSV_COLUMNS.len()] {
    let (strand, tokens) = (&*record.strand, &record.tokens);
    let number = |number: u64| Cow::Owned(number.to_string());
    let flag = |flag: bool| Cow::Borrowed(if flag { "true" } else { "false" });
    [
        Cow::Owned(record.time.map(|time| time.to_string()).unwrap_or_default()),
        harmless(machine_name),
        Cow::Owned(record.machine.to_string()),
        harmless(&strand.session),
        harmless(&strand.agent),
        harmless(&strand.model),
        harmless(&strand.project),
        harmless(&strand.branch),
        harmless(&strand.version),
        number(tokens.input),
        number(tokens.output),
        number(tokens.cache_write_5m),
        number(tokens.cache_write_1h),
        number(tokens.cache_read),
        number(record.web_searches),
        harmless(&strand.speed),
        harmless(&strand.service_tier),
        harmless(&strand.inference_geo),
        flag(strand.is_sidechain),
        flag(!record.is_complete),
        flag(record.legacy_until.is_some()),
        Cow::Owned(cost.map(dollars).unwrap_or_default()),
        Cow::Owned(record.uuid.as_ref().map(|uuid| harmless(&uuid.to_string()).into_owned()).unwrap_or_default()),
        Cow::Owned(Hyphenated(&record.key.0).to_string()),
    ]
}

/// A text as a field that no spreadsheet runs.
///
/// **Source**: <https://owasp.org/www-community/attacks/CSV_Injection> (seen 2026-11-22).
fn harmless(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// All digits of an amount, without those that say nothing.
fn dollars(cost: NanoUsd) -> String {
    let amount = cost.0.unsigned_abs();
    let sign = if cost.0 < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:09}", amount / 1_000_000_000, amount % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        let check = |text, expected| assert_eq!(harmless(text), expected);
        check("=1+1", "'=1+1");
        check("+1", "'+1");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1", "'\t=1");
        check("\r=1", "'\r=1");
        check("/home/a", "/home/a");
        check("", "");
    }

    #[test]
    fn amounts_are_exact() {
        let check = |nano, expected| assert_eq!(dollars(NanoUsd(nano)), expected);
        check(0, "0");
        check(1, "0.000000001");
        check(2_000_000_000, "2");
        check(1_500_000_000, "1.5");
        check(-10_000_000, "-0.01");
    }
}
