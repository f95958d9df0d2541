//! The packed form of a day's roll-up: some 15 bytes an entry, read at some 30 ns an entry.
//!
//! **Shape**: the format's number (2), then the entries in the order of their keys, each as LEB128 numbers: slot minus the
//! previous entry's slot, session, context x 3 + class, responses, a set of bits that says which of the next eight sums are not
//! 0 (the first one is bit 0), those of partial, legacy, input, output, 5-minute writes, 1-hour writes, cache reads, web searches
//! that are not, and, for dated entries, first minus the slot's start and last minus first (ms). Format 1 has all eight and no
//! set; it is read, and no longer written.

use super::{ContextNumber, EntryKey, SessionNumber, UsageEntry, UsageSums};
use crate::record::{PromptClass, TokenCounts};
use crate::time::{SLOTS_PER_DAY, Slot, UtcMillis};

const FORMAT: u8 = 2;
/// The format in which every sum stands.
const FORMAT_WITH_ZEROS: u8 = 1;

/// A packed roll-up that does not unpack; it can be made again from the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the roll-up of UTC day {day:?} is damaged at byte {offset}")]
pub struct DamagedRollup {
    /// The day, counted from 1970-01-01; `None` for undated entries.
    pub day: Option<i32>,
    /// Where reading stopped.
    pub offset: usize,
}

/// Packs the entries of one UTC day (or the undated ones), sorted by key.
pub fn pack(day: Option<i32>, entries: &[UsageEntry]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(1 + entries.len() * 20);
    packed.push(FORMAT);
    let mut slot_before = first_slot(day);
    for entry in entries {
        let slot = entry.key.slot.map_or(0, |slot| slot.0);
        push(&mut packed, (slot - slot_before).max(0) as u64);
        slot_before = slot;
        pack_entry(&mut packed, entry);
    }
    packed
}

fn pack_entry(packed: &mut Vec<u8>, entry: &UsageEntry) {
    let UsageEntry { key, sums } = entry;
    let tokens = &sums.tokens;
    let class = PromptClass::ALL.iter().position(|class| *class == key.class).unwrap_or(0);
    let numbers = [u64::from(key.session.0), u64::from(key.context.0) * 3 + class as u64, sums.responses];
    numbers.into_iter().for_each(|number| push(packed, number));
    // Half of these are mostly 0. Without web searches, the set takes one byte.
    let sums_or_zeros = [
        sums.partial,
        sums.legacy,
        tokens.input,
        tokens.output,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.cache_read,
        sums.web_searches,
    ];
    let present = (0..).zip(sums_or_zeros).fold(0, |present, (bit, sum)| present | u64::from(sum != 0) << bit);
    push(packed, present);
    sums_or_zeros.into_iter().filter(|sum| *sum != 0).for_each(|sum| push(packed, sum));
    if let (Some(slot), Some(first), Some(last)) = (key.slot, sums.first, sums.last) {
        push(packed, (first.0 - slot.start().0).max(0) as u64);
        push(packed, (last.0 - first.0).max(0) as u64);
    }
}

fn push(packed: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        packed.push(number as u8 | 0x80);
        number >>= 7;
    }
    packed.push(number as u8);
}

/// Unpacks the entries of one UTC day (or the undated ones) in the order of their keys.
pub fn unpack(day: Option<i32>, packed: &[u8], mut each: impl FnMut(UsageEntry)) -> Result<(), DamagedRollup> {
    let has_zeros = match packed.first() {
        Some(&FORMAT) => false,
        Some(&FORMAT_WITH_ZEROS) => true,
        _ => return Err(DamagedRollup { day, offset: 0 }),
    };
    let mut reader = Reader { packed, offset: 1, has_zeros };
    let mut slot = first_slot(day);
    while reader.offset < packed.len() {
        let entry = reader.entry(day.is_some(), &mut slot).ok_or(DamagedRollup { day, offset: reader.offset })?;
        each(entry);
    }
    Ok(())
}

fn first_slot(day: Option<i32>) -> i32 {
    day.map_or(0, |day| day.saturating_mul(SLOTS_PER_DAY))
}

struct Reader<'a> {
    packed: &'a [u8],
    offset: usize,
    has_zeros: bool,
}

impl Reader<'_> {
    #[inline]
    fn number(&mut self) -> Option<u64> {
        let first = *self.packed.get(self.offset)?;
        self.offset += 1;
        if first < 0x80 {
            return Some(u64::from(first));
        }
        self.long_number(u64::from(first & 0x7f))
    }

    fn long_number(&mut self, mut number: u64) -> Option<u64> {
        for shift in (7..64).step_by(7) {
            let byte = *self.packed.get(self.offset)?;
            self.offset += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn entry(&mut self, is_dated: bool, slot: &mut i32) -> Option<UsageEntry> {
        *slot = slot.checked_add(i32::try_from(self.number()?).ok()?)?;
        let slot = is_dated.then_some(Slot(*slot));
        let session = SessionNumber(self.small()?);
        let context_class = self.number()?;
        let context = ContextNumber(u32::try_from(context_class / 3).ok()?);
        let class = PromptClass::ALL[(context_class % 3) as usize];
        let mut sums = self.sums()?;
        if let Some(slot) = slot {
            let first = slot.start().0.checked_add_unsigned(self.number()?)?;
            sums.first = Some(UtcMillis(first));
            sums.last = Some(UtcMillis(first.checked_add_unsigned(self.number()?)?));
        }
        Some(UsageEntry { key: EntryKey { slot, session, context, class }, sums })
    }

    fn sums(&mut self) -> Option<UsageSums> {
        let responses = self.number()?;
        let present = if self.has_zeros { u64::MAX } else { self.number()? };
        let mut sum = |bit: u32| if present >> bit & 1 == 1 { self.number() } else { Some(0) };
        Some(UsageSums {
            responses,
            partial: sum(0)?,
            legacy: sum(1)?,
            tokens: TokenCounts {
                input: sum(2)?,
                output: sum(3)?,
                cache_write_5m: sum(4)?,
                cache_write_1h: sum(5)?,
                cache_read: sum(6)?,
            },
            web_searches: sum(7)?,
            first: None,
            last: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(day: Option<i32>) -> impl Strategy<Value = UsageEntry> {
        let key = (0..SLOTS_PER_DAY, any::<u32>(), any::<u32>(), 0_usize..3);
        let counts = prop::array::uniform9(prop_oneof![Just(0), 0_u64..300, any::<u64>()]);
        (key, counts, 0_i64..900_000, 0_i64..900_000).prop_map(move |(key, counts, first, last)| {
            let slot = day.map(|day| Slot(day * SLOTS_PER_DAY + key.0));
            let time = |ms: i64| slot.map(|slot| UtcMillis(slot.start().0 + ms));
            let [responses, partial, legacy, input, output, cache_write_5m, cache_write_1h, cache_read, web_searches] =
                counts;
            UsageEntry {
                key: EntryKey {
                    slot,
                    session: SessionNumber(key.1),
                    context: ContextNumber(key.2),
                    class: PromptClass::ALL[key.3],
                },
                sums: UsageSums {
                    responses,
                    partial,
                    legacy,
                    tokens: TokenCounts { input, output, cache_write_5m, cache_write_1h, cache_read },
                    web_searches,
                    first: time(first.min(last)),
                    last: time(first.max(last)),
                },
            }
        })
    }

    fn day_of_entries() -> impl Strategy<Value = (Option<i32>, Vec<UsageEntry>)> {
        prop::option::of(16_436_i32..47_482).prop_flat_map(|day| (Just(day), prop::collection::vec(entry(day), 0..20)))
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back((day, mut entries) in day_of_entries()) {
            entries.sort_by_key(|entry| entry.key);
            let mut unpacked = Vec::new();
            prop_assert_eq!(unpack(day, &pack(day, &entries), |entry| unpacked.push(entry)), Ok(()));
            prop_assert_eq!(unpacked, entries);
        }

        #[test]
        fn any_bytes_unpack_or_are_named_damaged(day in prop::option::of(any::<i32>()), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(day, &bytes, |_| ());
        }
    }

    #[test]
    fn a_roll_up_with_all_its_zeros_is_read() {
        let packed = [FORMAT_WITH_ZEROS, 2, 7, 10, 1, 0, 0, 3, 4, 0, 5, 0x80, 0x01, 0, 9, 0];
        let time = Some(UtcMillis(Slot(20_000 * SLOTS_PER_DAY + 2).start().0 + 9));
        let expected = UsageEntry {
            key: EntryKey {
                slot: Some(Slot(20_000 * SLOTS_PER_DAY + 2)),
                session: SessionNumber(7),
                context: ContextNumber(3),
                class: PromptClass::ALL[1],
            },
            sums: UsageSums {
                responses: 1,
                tokens: TokenCounts {
                    input: 3,
                    output: 4,
                    cache_write_1h: 5,
                    cache_read: 128,
                    ..TokenCounts::default()
                },
                first: time,
                last: time,
                ..UsageSums::default()
            },
        };
        let mut unpacked = Vec::new();
        assert_eq!(unpack(Some(20_000), &packed, |entry| unpacked.push(entry)), Ok(()));
        assert_eq!(unpacked, [expected]);
        // Of 15 bytes after the format, four zeros go and their set comes.
        assert_eq!(pack(Some(20_000), &unpacked).len(), packed.len() - 3);
    }

    #[test]
    fn a_cut_roll_up_is_damaged() {
        let packed = [FORMAT, 0, 1];
        assert_eq!(unpack(Some(20_000), &packed, |_| ()), Err(DamagedRollup { day: Some(20_000), offset: 3 }));
        assert_eq!(unpack(None, &[], |_| ()), Err(DamagedRollup { day: None, offset: 0 }));
    }
}
