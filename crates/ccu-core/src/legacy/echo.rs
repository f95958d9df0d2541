//! Echoes: what a response has in common with the rows that the earlier tool kept of it, as 64-bit hashes.
//!
//! The earlier tool's `cache_creation_tokens` came from the nested object `usage.cache_creation` alone, so for logs without
//! that object it is 0. A row without cache writes may therefore be of a response with any (docs/formats/earlier-tool.md).

use sha2::{Digest, Sha256};

use crate::record::{Strand, TokenCounts};
use crate::time::UtcMillis;

/// What the echoes of a session's and model's responses begin with. Making one costs two SHA-256, using it some nanoseconds,
/// so it is made once per strand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EchoBase {
    in_session: u64,
    of_model: u64,
}

impl EchoBase {
    /// The base of the responses of a session and model.
    pub fn new(session: &str, model: &str) -> EchoBase {
        EchoBase { in_session: text_hash(&[session, model]), of_model: text_hash(&[model]) }
    }

    /// The base of the responses that share a strand.
    pub fn of(strand: &Strand) -> EchoBase {
        EchoBase::new(&strand.session, &strand.model)
    }

    /// The echo of a response: session, model, input, cache writes and cache reads. Output is no part of it, because it grows
    /// from row to row. A response without cache writes has the echo [without writes](Self::echo_without_writes).
    pub fn echo(self, tokens: &TokenCounts) -> i64 {
        match tokens.cache_write() {
            0 => self.echo_without_writes(tokens),
            cache_write => number_hash(self.in_session, [tokens.input, cache_write, tokens.cache_read]),
        }
    }

    /// The echo of a response as the earlier tool kept it from a log whose cache writes it didn't see.
    pub fn echo_without_writes(self, tokens: &TokenCounts) -> i64 {
        number_hash(self.in_session, [tokens.input, u64::MAX, tokens.cache_read])
    }

    /// The moment of a response: model, input, cache reads and the millisecond of its first row. A fork of a session repeats it
    /// under another session id.
    pub fn moment(self, tokens: &TokenCounts, first: UtcMillis) -> i64 {
        number_hash(self.of_model, [tokens.input, first.0 as u64, tokens.cache_read])
    }
}

fn text_hash(texts: &[&str]) -> u64 {
    let hash = texts
        .iter()
        .fold(Sha256::new(), |hash, text| hash.chain_update((text.len() as u64).to_le_bytes()).chain_update(text));
    let digest: [u8; 32] = hash.finalize().into();
    digest[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Folds numbers into a hash by the finalizer of SplitMix64.
///
/// **Source**: <https://prng.di.unimi.it/splitmix64.c>.
fn number_hash(base: u64, numbers: [u64; 3]) -> i64 {
    let hash = numbers.into_iter().fold(base, |hash, number| {
        let mut mixed = (hash ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    });
    hash as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(input: u64, cache_write: u64, cache_read: u64) -> TokenCounts {
        TokenCounts { input, cache_write_5m: cache_write, cache_read, ..TokenCounts::default() }
    }

    #[test]
    fn every_part_but_output_and_the_kind_of_write_tells_apart() {
        let base = EchoBase::new("s", "m");
        let echo = base.echo(&tokens(1, 2, 3));
        let one_hour = TokenCounts { input: 1, output: 9, cache_write_1h: 2, cache_read: 3, cache_write_5m: 0 };
        assert_eq!(base.echo(&one_hour), echo);
        for (what, other) in [
            ("session", EchoBase::new("t", "m").echo(&tokens(1, 2, 3))),
            ("model", EchoBase::new("s", "n").echo(&tokens(1, 2, 3))),
            ("where one text ends", EchoBase::new("sm", "").echo(&tokens(1, 2, 3))),
            ("input", base.echo(&tokens(2, 2, 3))),
            ("cache writes", base.echo(&tokens(1, 0, 3))),
            ("cache reads", base.echo(&tokens(1, 2, 4))),
            ("order", base.echo(&tokens(3, 2, 1))),
        ] {
            assert_ne!(other, echo, "{what}");
        }
    }

    #[test]
    fn a_row_that_lost_its_cache_writes_is_recognised() {
        let base = EchoBase::new("s", "m");
        assert_eq!(base.echo(&tokens(1, 0, 3)), base.echo_without_writes(&tokens(1, 7_000, 3)));
        assert_ne!(base.echo(&tokens(1, 5, 3)), base.echo_without_writes(&tokens(1, 5, 3)));
    }

    #[test]
    fn a_moment_is_the_same_in_every_session() {
        let moment = |session, model, ms| EchoBase::new(session, model).moment(&tokens(1, 2, 3), UtcMillis(ms));
        assert_eq!(moment("s", "m", 5), moment("t", "m", 5));
        assert_ne!(moment("s", "m", 5), moment("s", "m", 6));
        assert_ne!(moment("s", "m", 5), moment("s", "n", 5));
    }

    #[test]
    fn echoes_are_a_format_that_databases_hold() {
        // Computed apart from this code, from the description of the two hashes.
        let base = EchoBase::new("s", "m");
        assert_eq!(
            (base.echo(&tokens(1, 2, 3)), base.moment(&tokens(1, 2, 3), UtcMillis(4))),
            (7_973_283_708_455_301_471, -1_533_526_817_312_126_487)
        );
    }
}
