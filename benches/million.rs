//! A million made-up records for the benches: 500 days, 25,000 sessions, three machines, and as many roll-up entries a record
//! as real transcripts give (one per six or seven records).

use std::sync::Arc;

use ccu_core::ids::{CompactId, MachineId, RecordKey};
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_store::{Store, StoreError};

/// How many.
pub const RECORDS: u64 = 1_000_000;
/// How many of them are of one session.
pub const RECORDS_PER_SESSION: u64 = 40;
/// From one session's start to the next one's.
pub const SESSION_MS: i64 = 1_728_000;
/// From one response's time to the next one's in its session.
pub const RESPONSE_MS: i64 = 90_000;
const MODELS: [&str; 4] = ["claude-opus-5", "claude-sonnet-5", "claude-haiku-5-5", "claude-fable-5"];

/// Fills a database from a start on, in UTC milliseconds. A third of it is of the machine that is given.
pub fn fill(store: &mut Store, here: MachineId, start_ms: i64) -> Result<(), StoreError> {
    let machines = [here, MachineId([2; 16]), MachineId([3; 16])];
    for chunk in 0..RECORDS / 50_000 {
        let numbers = chunk * 50_000..(chunk + 1) * 50_000;
        let records: Vec<UsageRecord> = numbers.map(|n| record(n, start_ms, &machines)).collect();
        let mut writing = store.begin()?;
        writing.insert_batch(&records)?;
        writing.commit()?;
    }
    Ok(())
}

/// The id of a session. As in real ids, what tells two apart stands at the end too, by which the store finds them.
pub fn session_id(session: u64) -> String {
    format!("00000000-0000-4000-8000-{session:012x}")
}

/// The `n`-th record: sessions follow one another over the days, their responses a minute and a half apart, their prompts
/// growing, the last quarter of them a subagent's.
fn record(n: u64, start_ms: i64, machines: &[MachineId; 3]) -> UsageRecord {
    let (session, response) = (n / RECORDS_PER_SESSION, n % RECORDS_PER_SESSION);
    let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut id = [0; 16];
    id[..8].copy_from_slice(&scattered.to_be_bytes());
    let strand = Strand {
        session: session_id(session).into(),
        version: "2.1.240".into(),
        model: MODELS[(session / 7 % 4) as usize].into(),
        project: format!("/home/a/src/project-{}", session % 40).into(),
        branch: "main".into(),
        is_sidechain: response >= 30,
        ..Strand::default()
    };
    UsageRecord {
        key: RecordKey(id),
        uuid: Some(CompactId::Uuid(id)),
        time: Some(UtcMillis(start_ms + session as i64 * SESSION_MS + response as i64 * RESPONSE_MS)),
        machine: machines[(session % 3) as usize],
        strand: Arc::new(strand),
        tokens: TokenCounts {
            input: scattered % 50,
            output: scattered % 2_000,
            cache_write_5m: scattered % 3_000,
            cache_write_1h: 0,
            cache_read: response * 4_000,
        },
        web_searches: 0,
        is_complete: true,
        legacy_until: None,
        origin: Origin::Transcript,
    }
}
