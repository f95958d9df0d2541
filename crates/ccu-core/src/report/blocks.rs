//! The blocks report: the 5-hour windows that subscription limits are counted in, as the ecosystem draws them.
//!
//! A block starts at the full UTC hour of its first response and ends 5 hours later; the first response at or after
//! that end starts the next one. Where more than 5 hours lie between two responses, a gap stands between their blocks.
//! So every UTC hour belongs to one block as a whole, and a roll-up by hours is all that is needed to find them.
//!
//! **Source**: `rust/crates/ccusage/src/blocks.rs` of ccusage (github.com/ryoppippi/ccusage, seen 2026-11-22). There, a
//! response in the very millisecond of an end still belongs to the block that ends; here it starts the next one.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::burn_rate::{BurnRate, Projection};
use super::calendar::{AskedHours, LocalHours};
use super::counted::Contexts;
use super::summary::ModelSums;
use super::tally::{Tally, earliest};
use super::{Filter, ModelUsage, Notes, Order, Usage, UsageCatalog};
use crate::pricing::PriceTable;
use crate::rollup::UsageEntry;
use crate::time::{SLOT_MS, UtcMillis};

/// The length of a block in milliseconds.
pub const BLOCK_MS: i64 = 5 * HOUR_MS;
const HOUR_MS: i64 = 3_600_000;
const SLOTS_PER_HOUR: i32 = (HOUR_MS / SLOT_MS) as i32;

/// What a blocks report is asked.
#[derive(Debug, Clone)]
pub struct BlocksRequest {
    /// The zone whose midnights part the days of `since` and `until`.
    pub zone: TimeZone,
    /// The present instant.
    pub now: UtcMillis,
    /// Keep blocks that start on this local day or later.
    pub since: Option<Date>,
    /// Keep blocks that start on this local day or earlier, even if they end on the next.
    pub until: Option<Date>,
    /// Keep only so many of the newest blocks, and the gaps between them.
    pub last: Option<usize>,
    /// Which end comes first; `None` is ascending.
    pub order: Option<Order>,
    /// Which entries count at all. Blocks are drawn around what counts.
    pub filter: Filter,
}

/// How a block stands to the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockState {
    /// It has started and not ended: new responses will count into it.
    Active,
    /// It is over.
    Finished,
    /// More than 5 hours without any response.
    Gap,
}

/// One block, or a gap between blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// How it stands to the present.
    pub state: BlockState,
    /// The full hour of its first response; of a gap, 5 hours after the last response before it.
    pub start: UtcMillis,
    /// 5 hours after the start; of a gap, the first response after it.
    pub end: UtcMillis,
    /// The earliest response; `None` in a gap.
    pub first_activity: Option<UtcMillis>,
    /// The latest response; `None` in a gap.
    pub last_activity: Option<UtcMillis>,
    /// Sums over the block; equal to the sum over `models`.
    pub usage: Usage,
    /// The models of the block, largest cost first, then by tokens, then by name.
    pub models: Vec<ModelUsage>,
    /// How fast it was used; `None` where its responses span no time.
    pub burn_rate: Option<BurnRate>,
    /// What it will hold at its end at that rate; the active block's only.
    pub projection: Option<Projection>,
}

impl Block {
    /// The name that other tools know the block by: its start, after `gap-` if it is a gap.
    pub fn id(&self) -> String {
        match self.state {
            BlockState::Active | BlockState::Finished => self.start.to_string(),
            BlockState::Gap => format!("gap-{}", self.start),
        }
    }
}

/// A finished blocks report.
#[derive(Debug, Clone, PartialEq)]
pub struct BlocksReport {
    /// The blocks and gaps, in the order asked for.
    pub blocks: Vec<Block>,
    /// Sums over all blocks.
    pub totals: Usage,
    /// The models of all blocks, sorted as in a block.
    pub models: Vec<ModelUsage>,
    /// What a reader must know. Undated records are in no block, only here.
    pub notes: Notes,
}

/// Takes roll-up entries in any order and gives a [`BlocksReport`].
///
/// It must be given all entries, whatever `since` and `until` say: where a block starts may depend on the blocks before
/// it, as far back as use went on without a gap, and where a gap ends depends on what comes after it.
pub struct BlocksBuilder<'a> {
    request: &'a BlocksRequest,
    contexts: Contexts<'a>,
    /// By context.
    is_kept: Vec<bool>,
    /// By UTC hour, counted from 1970-01-01T00:00:00Z, and model.
    hours: Tally<i32>,
    /// The row of the hour that the last entry was in.
    last_row: Option<u32>,
    undated_records: u64,
}

impl<'a> BlocksBuilder<'a> {
    /// An empty report for a request. The catalog must name every context that entries will refer to.
    pub fn new(request: &'a BlocksRequest, catalog: &'a UsageCatalog, prices: &'a PriceTable) -> Self {
        let contexts = Contexts::new(catalog, prices);
        BlocksBuilder {
            request,
            is_kept: contexts.kept_by(&request.filter),
            hours: Tally::new(contexts.models.len()),
            last_row: None,
            contexts,
            undated_records: 0,
        }
    }

    /// Adds one entry, if the filter keeps it.
    pub fn add(&mut self, entry: &UsageEntry) {
        let context = *self.contexts.counted(entry.key.context);
        if !self.is_kept[context.number as usize] {
            return;
        }
        let Some(slot) = entry.key.slot else {
            self.undated_records = self.undated_records.saturating_add(entry.sums.responses);
            return;
        };
        let row = self.hours.row_number(slot.0.div_euclid(SLOTS_PER_HOUR), self.last_row);
        self.last_row = Some(row);
        let cost = self.contexts.cost_of(context, entry);
        self.hours.cell(row, context.names.model).add(&entry.sums, cost);
    }

    /// Draws the blocks and adds them up.
    pub fn finish(self) -> BlocksReport {
        let mut windows = self.windows();
        keep_asked(&mut windows, self.request);
        let (mut sums, mut total) = (ModelSums::default(), ModelSums::default());
        let mut blocks = Vec::with_capacity(windows.len());
        for window in &windows {
            sums.clear();
            for cell in window.hour_rows.iter().flat_map(|&row| self.hours.cells(row)) {
                sums.add(cell.column, cell);
            }
            total.add_sums(&sums);
            blocks.push(self.block(window, &mut sums));
        }
        match self.request.order.unwrap_or(Order::Ascending) {
            Order::Ascending => {}
            Order::Descending => blocks.reverse(),
        }
        BlocksReport {
            blocks,
            totals: total.usage(),
            models: total.models(&self.contexts),
            notes: total.notes(self.undated_records, &self.contexts),
        }
    }

    /// All blocks and gaps, oldest first.
    fn windows(&self) -> Vec<Window> {
        let mut hours: Vec<(i32, u32)> = (0..self.hours.n_rows()).map(|row| (self.hours.key(row), row)).collect();
        hours.sort_unstable();
        let mut windows: Vec<Window> = Vec::new();
        let mut last_activity: Option<UtcMillis> = None;
        for (hour, row) in hours {
            let start = UtcMillis(i64::from(hour) * HOUR_MS);
            let (first, last) = self
                .hours
                .cells(row)
                .fold((None, None), |(first, last), cell| (earliest(first, cell.first), cell.last.max(last)));
            match windows.last_mut() {
                Some(window) if start < window.end => window.hour_rows.push(row),
                _ => {
                    let gap = last_activity.zip(first).and_then(|(previous, next)| Window::gap(previous, next));
                    windows.extend(gap);
                    windows.push(Window { start, end: UtcMillis(start.0 + BLOCK_MS), hour_rows: vec![row] });
                }
            }
            last_activity = last.or(last_activity);
        }
        windows
    }

    fn block(&self, window: &Window, sums: &mut ModelSums) -> Block {
        let usage = sums.usage();
        let state = window.state(self.request.now);
        let span_ms = sums.first.zip(sums.last).and_then(|(first, last)| ms_between(first, last));
        let remaining_ms = ms_between(self.request.now, window.end).filter(|_| state == BlockState::Active);
        let projection = span_ms.zip(remaining_ms);
        Block {
            state,
            start: window.start,
            end: window.end,
            first_activity: sums.first,
            last_activity: sums.last,
            burn_rate: span_ms.map(|span_ms| BurnRate::of(&usage, span_ms)),
            projection: projection.map(|(span_ms, rest_ms)| Projection::of(&usage, span_ms, rest_ms)),
            usage,
            models: sums.models(&self.contexts),
        }
    }
}

/// The milliseconds from one instant to a later one; `None` where it is not later.
fn ms_between(from: UtcMillis, to: UtcMillis) -> Option<u64> {
    u64::try_from(to.0.saturating_sub(from.0)).ok().filter(|&ms| ms > 0)
}

/// A block or gap before its sums are made.
#[derive(Debug)]
struct Window {
    start: UtcMillis,
    end: UtcMillis,
    /// The rows of its hours with responses; a gap has none.
    hour_rows: Vec<u32>,
}

impl Window {
    /// The gap between two responses, if they are so far apart.
    fn gap(previous: UtcMillis, next: UtcMillis) -> Option<Window> {
        let start = UtcMillis(previous.0.saturating_add(BLOCK_MS));
        (start < next).then(|| Window { start, end: next, hour_rows: Vec::new() })
    }

    fn is_gap(&self) -> bool {
        self.hour_rows.is_empty()
    }

    fn state(&self, now: UtcMillis) -> BlockState {
        if self.is_gap() {
            BlockState::Gap
        } else if self.start <= now && now < self.end {
            // Its last response is then less than 5 hours ago as well, which other tools ask for by itself.
            BlockState::Active
        } else {
            BlockState::Finished
        }
    }
}

fn keep_asked(windows: &mut Vec<Window>, request: &BlocksRequest) {
    if request.since.is_some() || request.until.is_some() {
        let asked = AskedHours::between(request.since, request.until);
        let mut local_hours = LocalHours::new(&request.zone);
        windows.retain(|window| asked.holds(Some(local_hours.hour_of(window.start))));
    }
    if let Some(n_blocks) = request.last {
        let starts =
            windows.iter().enumerate().filter(|(_, window)| !window.is_gap()).map(|(window_idx, _)| window_idx);
        let newest: Vec<usize> = starts.rev().take(n_blocks).collect();
        match (newest.len() == n_blocks, newest.last()) {
            (true, Some(&oldest_kept)) => drop(windows.drain(..oldest_kept)),
            (true, None) => windows.clear(),
            (false, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        HAIKU, Response, SONNET, UNPRICED, at, blocks_report, blocks_request, date, output, roll_up, time, undated,
        zone,
    };
    use super::*;
    use crate::money::NanoUsd;
    use proptest::prelude::*;

    /// The blocks in one line each: start and end to the minute, responses, and the state where it is not finished.
    fn lines(report: &BlocksReport) -> Vec<String> {
        let clock = |time: UtcMillis| time.to_string()[5..16].to_owned();
        let line = |block: &Block| {
            let mark = match block.state {
                BlockState::Active => " active",
                BlockState::Finished => "",
                BlockState::Gap => " gap",
            };
            format!("{} {} {}{mark}", clock(block.start), clock(block.end), block.usage.responses)
        };
        report.blocks.iter().map(line).collect()
    }

    fn check(times: &[&str], expected: &[&str]) {
        let responses: Vec<Response> = times.iter().map(|text| at(text)).collect();
        assert_eq!(lines(&blocks_report(&blocks_request(), &responses)), expected, "{times:?}");
    }

    #[test]
    fn a_block_runs_five_hours_from_the_full_hour() {
        check(&[], &[]);
        check(&["2026-11-20T08:59:59.999Z"], &["11-20T08:00 11-20T13:00 1"]);
        check(&["2026-11-20T08:59:00Z", "2026-11-20T12:59:59.999Z"], &["11-20T08:00 11-20T13:00 2"]);
        check(
            &["2026-11-20T08:59:00Z", "2026-11-20T13:00:00.000Z"],
            &["11-20T08:00 11-20T13:00 1", "11-20T13:00 11-20T18:00 1"],
        );
        // The next one starts with its own first response, not with the end of the one before.
        check(
            &["2026-11-20T22:10:00Z", "2026-11-21T02:59:00Z", "2026-11-21T05:20:00Z"],
            &["11-20T22:00 11-21T03:00 2", "11-21T05:00 11-21T10:00 1"],
        );
    }

    #[test]
    fn more_than_five_hours_without_a_response_are_a_gap() {
        let (before, exactly, longer) = ("2026-11-20T08:10:00Z", "2026-11-20T13:10:00Z", "2026-11-20T13:10:00.001Z");
        check(&[before, exactly], &["11-20T08:00 11-20T13:00 1", "11-20T13:00 11-20T18:00 1"]);
        check(
            &[before, longer],
            &["11-20T08:00 11-20T13:00 1", "11-20T13:10 11-20T13:10 0 gap", "11-20T13:00 11-20T18:00 1"],
        );
        let report = blocks_report(&blocks_request(), &[at(before), at("2026-11-21T07:30:00Z")]);
        let gap = &report.blocks[1];
        assert_eq!(
            (gap.state, gap.start, gap.end),
            (BlockState::Gap, time("2026-11-20T13:10:00Z"), time("2026-11-21T07:30:00Z"))
        );
        assert_eq!((gap.first_activity, gap.burn_rate, gap.models.len()), (None, None, 0));
        assert_eq!(gap.id(), "gap-2026-11-20T13:10:00.000Z");
        assert_eq!(report.blocks[0].id(), "2026-11-20T08:00:00.000Z");
    }

    #[test]
    fn a_block_is_active_until_its_end() {
        let check = |now, state, remaining_minutes| {
            let request = BlocksRequest { now: time(now), ..blocks_request() };
            let responses = [at("2026-11-22T09:10:00Z"), at("2026-11-22T10:10:00Z")];
            let block = blocks_report(&request, &responses).blocks.remove(0);
            let minutes = block.projection.map(|projection| projection.remaining_minutes);
            assert_eq!((block.state, minutes), (state, remaining_minutes), "{now}");
            assert!(block.burn_rate.is_some(), "{now}");
        };
        check("2026-11-22T12:00:00Z", BlockState::Active, Some(120));
        check("2026-11-22T13:59:29Z", BlockState::Active, Some(1));
        check("2026-11-22T13:59:59.999Z", BlockState::Active, Some(0));
        check("2026-11-22T14:00:00Z", BlockState::Finished, None);
        // Written by a machine whose clock is ahead.
        check("2026-11-22T08:59:59Z", BlockState::Finished, None);
    }

    #[test]
    fn the_rate_goes_on_to_the_end() {
        let tokens = crate::record::TokenCounts { cache_read: 10_000, ..output(2000) };
        let responses = [
            at("2026-11-22T10:10:00Z"),
            Response { tokens, ..at("2026-11-22T10:40:00Z") },
            Response { model: UNPRICED, ..at("2026-11-22T10:20:00Z") },
        ];
        let report = blocks_report(&blocks_request(), &responses);
        assert_eq!(lines(&report), ["11-22T10:00 11-22T15:00 3 active"]);
        let block = &report.blocks[0];
        // $0.045 of output and $0.003 of cache reads in half an hour, with three hours to go.
        assert_eq!(block.usage.cost, NanoUsd(48_000_000));
        let burn_rate = block.burn_rate.unwrap();
        assert_eq!(burn_rate.cost_per_hour, NanoUsd(96_000_000));
        assert!((burn_rate.tokens_per_minute - 14_000.0 / 30.0).abs() < 1e-9, "{burn_rate:?}");
        assert!((burn_rate.uncached_tokens_per_minute - 4_000.0 / 30.0).abs() < 1e-9, "{burn_rate:?}");
        let expected =
            Projection { total_tokens: 14_000 * 7, total_cost: NanoUsd(48_000_000 * 7), remaining_minutes: 180 };
        assert_eq!(block.projection, Some(expected));
        let models: Vec<_> = block.models.iter().map(|share| &*share.model).collect();
        assert_eq!(models, [SONNET, UNPRICED]);
        assert_eq!(report.notes.unpriced_models, [(UNPRICED.to_owned(), 1000)]);
    }

    #[test]
    fn one_response_has_no_rate() {
        let report = blocks_report(&blocks_request(), &[at("2026-11-22T10:10:00Z")]);
        let block = &report.blocks[0];
        assert_eq!((block.state, block.burn_rate, block.projection), (BlockState::Active, None, None));
        assert_eq!(block.first_activity, block.last_activity);
    }

    fn five_days() -> [Response; 6] {
        [
            undated(),
            at("2026-11-18T22:00:00Z"),
            at("2026-11-19T01:00:00Z"),
            at("2026-11-20T08:00:00Z"),
            at("2026-11-20T14:00:00Z"),
            Response { model: HAIKU, ..at("2026-11-22T08:00:00Z") },
        ]
    }

    fn check_request(request: BlocksRequest, expected: &[&str]) {
        let report = blocks_report(&request, &five_days());
        assert_eq!(lines(&report), expected, "{request:?}");
        let mut sum = Usage::default();
        report.blocks.iter().for_each(|block| sum.add(&block.usage));
        assert_eq!(sum, report.totals);
        assert_eq!(report.notes.undated_records, 1);
    }

    #[test]
    fn days_are_those_that_blocks_start_on() {
        let between = |since: Option<&str>, until: Option<&str>, zone_name| BlocksRequest {
            since: since.map(date),
            until: until.map(date),
            zone: zone(zone_name),
            ..blocks_request()
        };
        let all = [
            "11-18T22:00 11-19T03:00 2",
            "11-19T06:00 11-20T08:00 0 gap",
            "11-20T08:00 11-20T13:00 1",
            "11-20T13:00 11-20T14:00 0 gap",
            "11-20T14:00 11-20T19:00 1",
            "11-20T19:00 11-22T08:00 0 gap",
            "11-22T08:00 11-22T13:00 1 active",
        ];
        check_request(between(None, None, "UTC"), &all);
        check_request(between(Some("2026-11-19"), None, "UTC"), &all[1..]);
        check_request(between(None, Some("2026-11-18"), "UTC"), &all[..1]);
        check_request(between(Some("2026-11-20"), Some("2026-11-20"), "UTC"), &all[2..6]);
        // In Samoa, 13 hours ahead, the 21st begins at 11 o'clock.
        check_request(between(Some("2026-11-21"), Some("2026-11-21"), "Pacific/Apia"), &all[3..6]);
        check_request(between(Some("2026-11-21"), Some("2026-11-20"), "UTC"), &[]);
    }

    #[test]
    fn the_last_blocks_are_kept_with_the_gaps_between_them() {
        let last = |n_blocks, order| BlocksRequest { last: Some(n_blocks), order, ..blocks_request() };
        let newest = ["11-20T14:00 11-20T19:00 1", "11-20T19:00 11-22T08:00 0 gap", "11-22T08:00 11-22T13:00 1 active"];
        check_request(last(0, None), &[]);
        check_request(last(1, None), &newest[2..]);
        check_request(last(2, None), &newest);
        check_request(last(2, Some(Order::Descending)), &[newest[2], newest[1], newest[0]]);
        assert_eq!(lines(&blocks_report(&last(9, None), &five_days())).len(), 7);
    }

    #[test]
    fn blocks_are_drawn_around_what_the_filter_keeps() {
        let filter = Filter { models: vec!["haiku".to_owned()], ..Filter::default() };
        let report = blocks_report(&BlocksRequest { filter, ..blocks_request() }, &five_days());
        assert_eq!(lines(&report), ["11-22T08:00 11-22T13:00 1 active"]);
        assert_eq!(report.notes.undated_records, 0);
        assert_eq!(report.models.len(), 1);
    }

    /// The rule of the ecosystem, response by response: starts and ends of the blocks and of the gaps, with responses.
    fn plain_blocks(times: &[i64]) -> Vec<(i64, i64, u64)> {
        let mut blocks: Vec<(i64, i64, u64)> = Vec::new();
        let mut open: Option<(i64, i64, u64)> = None;
        for &time in times {
            if let Some((start, previous, n_responses)) = open {
                if time < start + BLOCK_MS && time - previous <= BLOCK_MS {
                    open = Some((start, time, n_responses + 1));
                    continue;
                }
                blocks.push((start, start + BLOCK_MS, n_responses));
                if time - previous > BLOCK_MS {
                    blocks.push((previous + BLOCK_MS, time, 0));
                }
            }
            open = Some((time - time.rem_euclid(HOUR_MS), time, 1));
        }
        blocks.extend(open.map(|(start, _, n_responses)| (start, start + BLOCK_MS, n_responses)));
        blocks
    }

    /// A minute, an hour and more than a block, so that responses fall into one block, the next one, and beyond gaps.
    const STEP_SCALES: [i64; 3] = [60_000, 3_600_000, 30_000_000];

    proptest! {
        #[test]
        fn blocks_are_those_of_a_walk_over_the_responses(
            steps in prop::collection::vec((prop::sample::select(STEP_SCALES.to_vec()), 0_i64..1000), 0..80),
            start in 0..BLOCK_MS,
            n_rotated in 0_usize..80,
        ) {
            let mut clock = time("2026-06-01T00:00:00Z").0 + start;
            let mut times = Vec::new();
            for (scale, part) in steps {
                clock += scale * part / 1000;
                times.push(clock);
            }
            let response = |&ms: &i64| Response { time: Some(UtcMillis(ms)), ..undated() };
            let responses: Vec<Response> = times.iter().map(response).collect();
            let mut usage = roll_up(&responses);
            let n_entries = usage.entries.len().max(1);
            usage.entries.rotate_left(n_rotated % n_entries);
            let (request, prices) = (blocks_request(), PriceTable::embedded().unwrap());
            let mut builder = BlocksBuilder::new(&request, &usage.catalog, &prices);
            usage.entries.iter().for_each(|entry| builder.add(entry));
            let blocks = builder.finish().blocks;
            let drawn = |block: &Block| (block.start.0, block.end.0, block.usage.responses);
            let drawn: Vec<_> = blocks.iter().map(drawn).collect();
            prop_assert_eq!(drawn, plain_blocks(&times));
        }
    }
}
