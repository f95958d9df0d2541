//! Which keys the database may hold, remembered from its first record on: a cold run asks the index for none of the records
//! that are new.

use ccu_core::ids::RecordKey;

/// Bits of the filter; keys are hashes, so their first bits are as good as any. At a million records one new key in eight
/// meets a bit that is set and is looked up.
const FILTER_BITS: u32 = 23;

/// A filter over the keys of all records, as long as this process has seen every one of them come in.
///
/// **Shape**: a bit map of 1 MiB; a key whose bit is not set is unknown to the database.
#[derive(Default)]
pub(crate) struct KnownKeys {
    bits: Vec<u64>,
    /// What the next sequence number must be for the filter to be complete; `None` where it is not.
    next_sequence: Option<i64>,
}

impl KnownKeys {
    /// Begins a transaction. Every record that comes in raises the sequence number, whoever writes it; so the number tells
    /// whether there have been others since the last transaction, or ever.
    pub fn begin(&mut self, next_sequence: i64) {
        if next_sequence == 1 {
            self.bits = vec![0; 1 << (FILTER_BITS - 6)];
        } else if self.next_sequence != Some(next_sequence) {
            self.bits = Vec::new();
        }
        // A transaction that is not committed leaves bits behind, which are harmless, and no number that could be trusted.
        self.next_sequence = None;
    }

    /// Ends a transaction that was committed.
    pub fn commit(&mut self, next_sequence: i64) {
        self.next_sequence = Some(next_sequence);
    }

    /// Whether the database may hold a record with this key, before it is taken in.
    pub fn may_hold(&mut self, key: RecordKey) -> bool {
        let [a, b, c, d, ..] = key.0;
        let bit = u32::from_be_bytes([a, b, c, d]) >> (32 - FILTER_BITS);
        match self.bits.get_mut((bit >> 6) as usize) {
            Some(word) => {
                let is_set = *word >> (bit & 63) & 1 == 1;
                *word |= 1 << (bit & 63);
                is_set
            }
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> RecordKey {
        RecordKey([number; 16])
    }

    #[test]
    fn a_key_is_unknown_only_where_all_others_are_known() {
        let mut keys = KnownKeys::default();
        assert!(keys.may_hold(key(1)), "before the first transaction");
        keys.begin(1);
        assert_eq!([keys.may_hold(key(1)), keys.may_hold(key(1)), keys.may_hold(key(2))], [false, true, false]);
        keys.commit(3);
        keys.begin(3);
        assert_eq!([keys.may_hold(key(2)), keys.may_hold(key(3))], [true, false]);
        keys.commit(4);
        keys.begin(5);
        assert!(keys.may_hold(key(4)), "another process has written");
        keys.commit(6);
        keys.begin(6);
        assert!(keys.may_hold(key(5)), "what was written before is still unknown");
    }

    #[test]
    fn a_transaction_without_commit_is_no_ground_to_stand_on() {
        let mut keys = KnownKeys::default();
        keys.begin(1);
        keys.commit(2);
        keys.begin(2);
        keys.begin(2);
        assert!(keys.may_hold(key(1)));
    }
}
