//! How one response goes: its tokens, and the rows that Claude Code writes of it.

use ccu_core::record::TokenCounts;
use ccu_core::time::UtcMillis;

use super::era::{self, Growth, Role, model_for};
use super::line::{Block, Response, Row, Thread};
use super::random::Quantiles;
use super::session::Session;

/// Generated tokens of a response.
const OUTPUT: Quantiles =
    Quantiles(&[(0, 80), (250, 900), (500, 2_800), (750, 7_000), (900, 15_000), (990, 28_000), (1_000, 40_000)]);
/// Tokens that come to the prompt from one response to the next: prompts and what tools answered.
const ADDED: Quantiles =
    Quantiles(&[(0, 500), (250, 4_000), (500, 10_000), (750, 24_000), (900, 52_000), (1_000, 110_000)]);
/// How often a response has 1, 2, 3 or 4 rows.
const ROWS: [u64; 4] = [72, 22, 5, 1];

impl Session<'_> {
    /// Adds a response to a thread; false where there is no time left for it.
    pub fn respond(&mut self, thread: &mut Thread) -> bool {
        let n_rows = self.random.weighted(ROWS.into_iter()) + 1;
        let (thought, step) = (self.random.seconds(15, 150), self.random.seconds(1, 4));
        let Some(end) = self.wait(thought + step * n_rows as i64) else { return false };
        let tokens = self.spend(thread);
        let response = self.response(thread, tokens, end);
        let is_undated = std::mem::take(&mut self.owes_undated);
        // One without a time has a single row: another one would give it one.
        let rows = self.rows(thread, &response, if is_undated { 1 } else { n_rows });
        for (row, steps_left) in rows.iter().zip((0..rows.len() as i64).rev()) {
            let body = response.body(*row, &mut self.random);
            let time = (!is_undated).then_some(UtcMillis(end.0 - step * steps_left));
            self.say(thread, time, &body);
        }
        thread.last = Some(tokens);
        true
    }

    /// The tokens of the next response; the conversation grows by them, and is compacted when it is too long.
    fn spend(&mut self, thread: &mut Thread) -> TokenCounts {
        let random = &mut self.random;
        let percent = 100 + self.plan.growth_percent;
        let added = random.sample(&ADDED) * percent / 100;
        let output = random.sample(&OUTPUT) * percent / 100;
        // At first only the instructions are in the cache, which all sessions share; after a long pause as well.
        let is_cold = thread.last.is_none() || random.chance(15);
        let cache_read = if is_cold { thread.context.min(12_000) } else { thread.context };
        let written = thread.context - cache_read + added;
        thread.context += added + output;
        if thread.context > self.compacted_above {
            thread.context = random.between(25_000, 45_000);
        }
        let lasts_an_hour = self.envelope.version.writes_last_an_hour(thread.is_sidechain);
        let (cache_write_5m, cache_write_1h) = if lasts_an_hour { (0, written) } else { (written, 0) };
        TokenCounts { input: random.between(1, 14), output, cache_write_5m, cache_write_1h, cache_read }
    }

    fn response(&mut self, thread: &Thread, tokens: TokenCounts, time: UtcMillis) -> Response {
        let version = self.envelope.version;
        let random = &mut self.random;
        let is_foreign = self.plan.role == Role::Foreign;
        let takes_advice = version.takes_advice() && self.plan.role == Role::Lead && !thread.is_sidechain;
        let advice = (takes_advice && random.chance(12)).then(|| {
            let model = model_for(Role::Advice, self.plan.day, random);
            let (input, output) = (tokens.prompt() / 4, random.between(200, 1_500));
            (model, TokenCounts { input, output, ..TokenCounts::default() })
        });
        Response {
            // Other vendors make ids of the time.
            message_id: match is_foreign {
                true => format!("msg_{}{}", time.timestamp().strftime("%Y%m%d%H%M%S"), random.hex(8)),
                false => format!("msg_01{}", random.base62(22)),
            },
            request_id: (!is_foreign).then(|| format!("req_011C{}", random.base62(20))),
            model: thread.model,
            tokens,
            web_searches: if !is_foreign && random.chance(12) { random.between(1, 3) } else { 0 },
            is_fast: self.is_fast && !thread.is_sidechain && era::has_fast_mode(thread.model) && random.chance(700),
            splits_cache_writes: version.splits_cache_writes() && !is_foreign,
            advice,
        }
    }

    fn rows(&mut self, thread: &Thread, response: &Response, n_rows: usize) -> Vec<Row> {
        let random = &mut self.random;
        let growth = self.envelope.version.growth(thread.is_sidechain);
        // Now and then somebody stops a response, and nothing final is written.
        let is_stopped = random.chance(4);
        let early =
            Row { block: Block::Text, output: random.between(1, 8).min(response.tokens.output), stop_reason: None };
        let last_block = if random.chance(300) { Block::Text } else { Block::ToolUse };
        let reason = if last_block == Block::Text { "end_turn" } else { "tool_use" };
        let last = Row { block: last_block, output: response.tokens.output, stop_reason: Some(reason) };
        let row = |row_idx: usize| {
            let is_last = row_idx + 1 == n_rows;
            let block = match row_idx {
                _ if is_last => last.block,
                0 => Block::Thinking,
                _ => Block::Text,
            };
            match growth {
                Growth::NeverFinal => Row { block, ..early },
                _ if is_stopped => Row { block, ..early },
                Growth::LastIsFinal if !is_last => Row { block, ..early },
                Growth::LastIsFinal | Growth::Same => Row { block, ..last },
            }
        };
        (0..n_rows).map(row).collect()
    }
}
