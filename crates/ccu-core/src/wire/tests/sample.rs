//! Records for the tests of the wire: arbitrary ones, and such as people have.

use std::sync::Arc;

use proptest::prelude::*;

use crate::ids::{CompactId, MachineId, RecordKey};
use crate::record::{Numbered, Origin, Strand, TokenCounts, UsageRecord};
use crate::time::UtcMillis;
use crate::wire::columns::MOST;

/// Any record that can be.
pub(in crate::wire) fn any_record() -> impl Strategy<Value = UsageRecord> {
    let time = || UtcMillis::EARLIEST.0..UtcMillis::END.0;
    let count = || prop_oneof![Just(0), 0..1_000_000_u64, 0..=MOST];
    (
        (
            any::<[u8; 16]>(),
            prop::option::of("[^\0]{1,3}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        ),
        (prop::option::of(time()), prop::option::weighted(0.2, time())),
        (0..3_u8, any_strand()),
        prop::array::uniform6(count()),
        any::<bool>(),
    )
        .prop_map(|((key, uuid), (at, until), (machine, strand), counts, is_complete)| {
            let [input, output, cache_write_5m, cache_write_1h, cache_read, web_searches] = counts;
            UsageRecord {
                key: RecordKey(key),
                uuid: uuid.as_deref().map(CompactId::new),
                time: at.map(UtcMillis),
                machine: MachineId([machine; 16]),
                strand: Arc::new(strand),
                tokens: TokenCounts { input, output, cache_write_5m, cache_write_1h, cache_read },
                web_searches,
                is_complete,
                origin: Origin::Gist,
                legacy_until: until.map(UtcMillis),
            }
        })
}

/// Strands of few texts, so that they repeat, and of odd ones.
fn any_strand() -> impl Strategy<Value = Strand> {
    let text = || {
        let texts = ["", "a", "b", "\0", "\"\\\u{2028}", "é😀\u{301}", "a\r\nb", "</script>", "\u{feff}"];
        prop_oneof![prop::sample::select(texts.to_vec()).prop_map(str::to_owned), any::<String>()].prop_map(Arc::from)
    };
    let six = (text(), text(), text(), text(), text(), text());
    (six, text(), text(), text(), any::<bool>()).prop_map(
        |((session, agent, version, model, project, branch), speed, service_tier, inference_geo, is_sidechain)| {
            Strand { session, agent, version, model, project, branch, speed, service_tier, inference_geo, is_sidechain }
        },
    )
}

/// Numbers that look random and are the same everywhere: splitmix64 (<https://prng.di.unimi.it/splitmix64.c>).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number of any size up to `most`, small ones as often as large ones.
    fn skewed(&mut self, most: u64) -> u64 {
        let bits = self.below(u64::from(64 - most.leading_zeros()) + 1);
        self.below(1 << bits).min(most)
    }

    fn id(&mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes()
    }
}

/// Records as a machine has them: sessions with subagents, prompts that grow, what was written to the cache read again
/// with the next call. Shapes follow docs/formats/transcript.md.
pub(in crate::wire) fn made_up_records(n_records: usize, seed: u64) -> Vec<Numbered> {
    let mut dice = Dice(seed);
    let mut records = Vec::new();
    let mut time = 1_790_000_000_000 + dice.below(1_000_000) as i64;
    let mut sequence = 1;
    while records.len() < n_records {
        time += 60_000 + dice.skewed(40_000_000) as i64;
        let strand = session(&mut dice);
        for _ in 0..=dice.skewed(255) {
            sequence += 1 + u64::from(dice.below(40) == 0) * dice.below(4);
            time += 2_000 + dice.skewed(60_000) as i64;
            let last = records.last().filter(|last: &&Numbered| Arc::ptr_eq(&last.record.strand, &strand));
            let tokens = tokens(&mut dice, last, !strand.is_sidechain);
            let record = record(&mut dice, (time, &strand), tokens);
            records.push(Numbered { sequence, record });
        }
    }
    records.truncate(n_records);
    records
}

fn session(dice: &mut Dice) -> Arc<Strand> {
    let project = dice.below(12);
    let is_agent = dice.below(3) == 0;
    let models = ["claude-opus-4-7", "claude-sonnet-4-6", "claude-haiku-4-5-20251001"];
    Arc::new(Strand {
        session: CompactId::Uuid(dice.id()).to_string().into(),
        agent: if is_agent { format!("a{:016x}", dice.next()) } else { String::new() }.into(),
        version: format!("2.1.{}", 60 + dice.below(8)).into(),
        model: models[dice.below(3) as usize].into(),
        project: format!("src/project-{project}").into(),
        branch: if dice.below(2) == 0 { "main".to_owned() } else { format!("feature/{project}-thing") }.into(),
        is_sidechain: is_agent,
        ..Strand::default()
    })
}

fn tokens(dice: &mut Dice, last: Option<&Numbered>, is_1h: bool) -> TokenCounts {
    let expected = last.map_or(14_000, |last| last.record.tokens.cache_read + last.record.tokens.cache_write());
    // Now and then the cache has expired.
    let cache_read = if dice.below(6) == 0 { dice.below(30_000) } else { expected };
    let written = 100 + dice.skewed(30_000);
    let is_1h = is_1h && dice.below(30) != 0;
    TokenCounts {
        input: 1 + dice.skewed(9),
        output: 1 + dice.skewed(4_000),
        cache_write_5m: if is_1h { 0 } else { written },
        cache_write_1h: if is_1h { written } else { 0 },
        cache_read,
    }
}

fn record(dice: &mut Dice, (time, strand): (i64, &Arc<Strand>), tokens: TokenCounts) -> UsageRecord {
    UsageRecord {
        key: RecordKey(dice.id()),
        uuid: Some(CompactId::Uuid(dice.id())),
        time: Some(UtcMillis(time)),
        machine: MachineId([7; 16]),
        strand: strand.clone(),
        tokens,
        web_searches: 0,
        is_complete: dice.below(30) != 0,
        origin: Origin::Transcript,
        legacy_until: None,
    }
}
