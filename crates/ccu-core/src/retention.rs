//! Which backups in the Gist go: those past the days that they are kept, and more where the Gist runs out of room.
//!
//! Only a machine's own backups are looked at, and dates are days, so that neither zones nor clocks of others matter.

use jiff::civil::Date;
use rustc_hash::FxHashSet;

/// Days that backups are kept where the manifest does not say.
pub const RETENTION_DAYS: u32 = 30;
/// Files that a Gist may have before backups are thinned. GitHub lists 300 of them and is silent about the rest
/// (<https://docs.github.com/rest/gists/gists>, seen 2026-11-22); the difference is room for pushes of other machines.
pub const MOST_FILES: usize = 280;
/// Days whose backups go last when backups are thinned; of older ones, the newest of each week stays longest.
const DAILY_DAYS: i64 = 7;

/// A backup of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup<'a> {
    /// The file's name.
    pub file: &'a str,
    /// The day, UTC.
    pub date: Date,
}

/// Whether backups are made at all: not where the manifest says 0 days.
pub fn makes_backups(retention_days: u32) -> bool {
    retention_days != 0
}

/// Says which backups go, oldest first.
///
/// A backup is kept for `retention_days` after its day. 0 days mean that none is made, and none is deleted for its age:
/// the earlier tool writes 0 by itself, and nobody loses a restore point who never asked for that. Backups of a future
/// day are kept, because then this clock is wrong or another was. `n_files` counts all files of the Gist; above
/// [`MOST_FILES`], as many more backups go. The newest always stays: a clock that is years ahead takes no machine its last
/// restore point.
pub fn backups_to_delete<'a>(own: &[Backup<'a>], today: Date, retention_days: u32, n_files: usize) -> Vec<Backup<'a>> {
    let mut own: Vec<Backup<'a>> = own.iter().filter(|backup| backup.date <= today).copied().collect();
    own.sort_by_key(|backup| (backup.date, backup.file));
    let is_past = |backup: &&Backup<'_>| retention_days != 0 && age(backup, today) > i64::from(retention_days);
    let n_past = own.iter().take_while(is_past).count().min(own.len().saturating_sub(1));
    let n_surplus = n_files.saturating_sub(n_past).saturating_sub(MOST_FILES);
    let mut deleted = own[..n_past].to_vec();
    deleted.extend(thinned(&own[n_past..], today, n_surplus));
    deleted.sort_by_key(|backup| (backup.date, backup.file));
    deleted
}

/// Chooses `n_surplus` of `kept`, which are sorted by day, so that what is left is spread over the time.
fn thinned<'a>(kept: &[Backup<'a>], today: Date, n_surplus: usize) -> Vec<Backup<'a>> {
    let mut weeks = FxHashSet::default();
    let mut days = FxHashSet::default();
    let mut ranked: Vec<(Rank, Backup<'a>)> = Vec::new();
    for backup in kept.iter().rev().skip(1) {
        let iso = backup.date.iso_week_date();
        let is_first_of_week = weeks.insert((iso.year(), iso.week()));
        let is_first_of_day = days.insert(backup.date);
        let rank = match (age(backup, today) < DAILY_DAYS, is_first_of_week) {
            (true, _) if is_first_of_day => Rank::Daily,
            (_, true) => Rank::Weekly,
            _ => Rank::Between,
        };
        ranked.push((rank, *backup));
    }
    ranked.sort_by_key(|(rank, backup)| (*rank, backup.date));
    ranked.into_iter().take(n_surplus).map(|(_, backup)| backup).collect()
}

/// Which backups go first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Not the newest of its week.
    Between,
    /// The newest of an older week.
    Weekly,
    /// One of the last days.
    Daily,
}

/// Days since the backup. Dates that are too far apart to count are as old as can be.
fn age(backup: &Backup<'_>, today: Date) -> i64 {
    today.since((jiff::Unit::Day, backup.date)).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 22);

    /// Backups so many days ago.
    fn backups(ages: impl IntoIterator<Item = i64>) -> Vec<Backup<'static>> {
        ages.into_iter().map(|age| Backup { file: "b", date: TODAY.checked_sub(age.days()).unwrap() }).collect()
    }

    fn deleted_ages(own: &[Backup<'_>], retention_days: u32, n_files: usize) -> Vec<i64> {
        backups_to_delete(own, TODAY, retention_days, n_files).iter().map(|backup| age(backup, TODAY)).collect()
    }

    #[test]
    fn what_is_past_its_days_goes() {
        let own = backups([-3, 0, 1, 2, 29, 30, 31, 400, 800_000]);
        assert_eq!(deleted_ages(&own, 30, 9), [800_000, 400, 31]);
        assert_eq!(deleted_ages(&own, 60, 9), [800_000, 400]);
        assert_eq!(deleted_ages(&own, 1, 9), [800_000, 400, 31, 30, 29, 2]);
        assert_eq!(deleted_ages(&own, u32::MAX, 9), [0; 0]);
    }

    #[test]
    fn the_newest_stays_however_old_it_is() {
        assert_eq!(deleted_ages(&backups([31, 400]), 30, 9), [400]);
        assert_eq!(deleted_ages(&backups([400]), 30, MOST_FILES + 9), [0; 0]);
        assert_eq!(deleted_ages(&[], 30, MOST_FILES + 9), [0; 0]);
    }

    #[test]
    fn no_days_mean_no_new_backups_and_no_deleting() {
        assert!(!makes_backups(0) && makes_backups(1));
        assert_eq!(deleted_ages(&backups([0, 1, 400]), 0, 9), [0; 0]);
        assert_eq!(deleted_ages(&backups([0, 1, 400]), 0, MOST_FILES + 1), [400]);
    }

    #[test]
    fn a_full_gist_keeps_days_and_weeks() {
        let own = backups(0..=30);
        // Today is a Sunday: its week begins six days ago, and the Sundays before it are 7, 14, 21 and 28 days ago.
        assert_eq!(deleted_ages(&own, 30, MOST_FILES + 2), [30, 29]);
        let n_between = 24 - 4;
        let left: Vec<i64> =
            (0..=30).filter(|age| !deleted_ages(&own, 30, MOST_FILES + n_between).contains(age)).collect();
        assert_eq!(left, [0, 1, 2, 3, 4, 5, 6, 7, 14, 21, 28]);
        assert_eq!(deleted_ages(&own, 30, MOST_FILES + n_between + 3).len(), n_between + 3);
        assert_eq!(deleted_ages(&own, 30, 10_000).len(), 30);
        assert!(!deleted_ages(&own, 30, 10_000).contains(&0));
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_the_newest_stays(
            ages in prop::collection::vec(-5_i64..100, 0..40),
            retention_days in 0_u32..70,
            n_files in 0_usize..400,
        ) {
            let own = backups(ages.clone());
            let deleted = deleted_ages(&own, retention_days, n_files);
            let reversed = backups(ages.iter().rev().copied());
            prop_assert_eq!(&deleted, &deleted_ages(&reversed, retention_days, n_files));
            prop_assert!(deleted.iter().all(|age| *age >= 0));
            let newest = ages.iter().copied().filter(|age| *age >= 0).min();
            let is_newest_due = retention_days != 0 && newest.is_some_and(|age| age > i64::from(retention_days));
            prop_assert!(is_newest_due || ages.iter().filter(|age| **age >= 0).count() == 0 || deleted.len() < own.len());
        }
    }
}
