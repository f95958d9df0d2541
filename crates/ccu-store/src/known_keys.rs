//! Which keys the database holds, as far as this process has seen them come in: a cold run asks no index for records that are
//! new, and needs none while it fills an empty database.

use ccu_core::ids::RecordKey;
use rustc_hash::FxHashMap;

/// Bits of the filter; keys are hashes, so their first bits are as good as any. At a million records one new key in eight
/// meets a bit that is set and is looked up.
const FILTER_BITS: u32 = 23;

/// Whether the database holds a record with some key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    No,
    /// The index can tell.
    Perhaps,
    /// Under this sequence number.
    Under(i64),
}

/// The keys of all records, as long as this process has seen every one of them come in.
///
/// **Shape**: a bit map of 1 MiB; a key whose bit is not set is unknown to the database. While an empty database is filled,
/// every key and its sequence number.
#[derive(Default)]
pub(crate) struct KnownKeys {
    bits: Vec<u64>,
    filling: Option<FxHashMap<RecordKey, i64>>,
    /// What the next sequence number must be for the bits to be complete; `None` where they are not.
    next_sequence: Option<i64>,
}

impl KnownKeys {
    /// Begins a transaction. Every record that comes in raises the sequence number, whoever writes it; so the number tells
    /// whether there have been others since the last transaction, or ever.
    pub fn begin(&mut self, next_sequence: i64) {
        self.filling = None;
        if next_sequence == 1 {
            self.bits = vec![0; 1 << (FILTER_BITS - 6)];
        } else if self.next_sequence != Some(next_sequence) {
            self.bits = Vec::new();
        }
        // A transaction that is not committed leaves bits behind, which are harmless, and no number that could be trusted.
        self.next_sequence = None;
    }

    /// Remembers all keys from now to the end of the transaction; the database must be empty.
    pub fn fill(&mut self) {
        self.filling = Some(FxHashMap::default());
    }

    /// Ends a transaction that was committed.
    pub fn commit(&mut self, next_sequence: i64) {
        self.filling = None;
        self.next_sequence = Some(next_sequence);
    }

    /// Whether the database holds a record with this key.
    pub fn look_up(&self, key: RecordKey) -> Known {
        if let Some(filling) = &self.filling {
            return filling.get(&key).map_or(Known::No, |sequence| Known::Under(*sequence));
        }
        let (word_idx, bit) = place(key);
        match self.bits.get(word_idx) {
            Some(word) if word & bit == 0 => Known::No,
            _ => Known::Perhaps,
        }
    }

    /// Remembers that the database took in a record.
    pub fn took(&mut self, key: RecordKey, sequence: i64) {
        let (word_idx, bit) = place(key);
        if let Some(word) = self.bits.get_mut(word_idx) {
            *word |= bit;
        }
        if let Some(filling) = &mut self.filling {
            filling.insert(key, sequence);
        }
    }
}

/// The word and the bit that stand for a key.
fn place(key: RecordKey) -> (usize, u64) {
    let [a, b, c, d, ..] = key.0;
    let number = u32::from_be_bytes([a, b, c, d]) >> (32 - FILTER_BITS);
    ((number >> 6) as usize, 1 << (number & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> RecordKey {
        RecordKey([number; 16])
    }

    fn look_up<const N: usize>(keys: &KnownKeys, numbers: [u8; N]) -> [Known; N] {
        numbers.map(|number| keys.look_up(key(number)))
    }

    #[test]
    fn a_key_is_unknown_only_where_all_others_are_known() {
        let mut keys = KnownKeys::default();
        assert_eq!(look_up(&keys, [1]), [Known::Perhaps], "before the first transaction");
        keys.begin(1);
        keys.took(key(1), 1);
        keys.took(key(2), 2);
        assert_eq!(look_up(&keys, [1, 2, 3]), [Known::Perhaps, Known::Perhaps, Known::No]);
        keys.commit(3);
        keys.begin(3);
        keys.took(key(4), 3);
        assert_eq!(look_up(&keys, [2, 3, 4]), [Known::Perhaps, Known::No, Known::Perhaps]);
        keys.commit(4);
        keys.begin(5);
        assert_eq!(look_up(&keys, [9]), [Known::Perhaps], "another process has written");
        keys.commit(6);
        keys.begin(6);
        assert_eq!(look_up(&keys, [9]), [Known::Perhaps], "what was written before is still unknown");
    }

    #[test]
    fn a_transaction_without_commit_is_no_ground_to_stand_on() {
        let mut keys = KnownKeys::default();
        keys.begin(1);
        keys.commit(2);
        keys.begin(2);
        keys.begin(2);
        assert_eq!(look_up(&keys, [1]), [Known::Perhaps]);
    }

    #[test]
    fn while_an_empty_database_is_filled_all_is_known() {
        let mut keys = KnownKeys::default();
        keys.begin(1);
        keys.fill();
        keys.took(key(1), 1);
        keys.took(key(2), 2);
        keys.took(key(1), 3);
        assert_eq!(look_up(&keys, [1, 2, 3]), [Known::Under(3), Known::Under(2), Known::No]);
        keys.commit(4);
        keys.begin(4);
        assert_eq!(look_up(&keys, [1, 2, 3]), [Known::Perhaps, Known::Perhaps, Known::No]);
    }
}
