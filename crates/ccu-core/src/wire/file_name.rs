//! Names of files in the Gist: making them, and telling what a file is by its name.
//!
//! Names are flat, because the API refuses `/`. What a file says counts, not its name: the identity of a machine stands in
//! the file and is never read out of a name.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::hex::digits;
use crate::ids::MachineId;

/// The index of the Gist.
pub const MANIFEST: &str = "manifest.json";

const PREFIX: &str = "usage_data_";
const SUFFIX: &str = ".json";
const BACKUP: &str = "_backup_";

/// Characters of a slug, with room for the id that [`slug_with_id`] adds: 60 in all.
const LONGEST_PLAIN: usize = 55;
/// Characters that are kept of a name that cannot stay as it is; a hash follows them.
const LONGEST_KEPT: usize = 40;
/// Names of devices on Windows, which no file may have there, whatever its extension.
///
/// **Source**: <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>, seen 2026-11-22.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// What a file is by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// The index.
    Manifest,
    /// The data of a machine: a head of ours, or a file of the earlier tool, which may be one of several.
    Head {
        /// What stands for the machine.
        slug: String,
    },
    /// A piece of a machine's older records.
    Segment,
    /// The data of a machine as it was before the first push of a day.
    Backup {
        /// What stands for the machine.
        slug: String,
        /// The day, UTC.
        date: Date,
    },
    /// A file of somebody else.
    Other,
}

/// What stands for a machine of this name in file names: the name itself where it is plain, else what is plain of it and
/// a hash of the name.
///
/// **Shape**: 1 to 55 of `A-Z a-z 0-9 . _ -`. Two plain names may give slugs that differ in case only; [`slug_with_id`] is
/// for the second of them.
pub fn slug(name: &str) -> String {
    if is_plain(name) {
        return name.to_owned();
    }
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let kept: String = name.chars().map(safe).take(LONGEST_KEPT).collect();
    let kept = match kept.trim_matches('-') {
        "" => "machine",
        kept => kept,
    };
    format!("{kept}-{}", &digits(&Sha256::digest(name.as_bytes()))[..8])
}

/// The slug of a machine whose name is another's too: with the first four digits of its id.
pub fn slug_with_id(name: &str, machine: MachineId) -> String {
    format!("{}-{}", slug(name), digits(&machine.0[..2]))
}

/// The slug of a machine whose name nobody is to see: its id alone.
pub fn slug_of_id(machine: MachineId) -> String {
    machine.to_string()
}

/// The slug in the name of a data file that is no backup and no segment.
pub fn slug_of_head(file_name: &str) -> Option<String> {
    match kind(file_name) {
        FileKind::Head { slug } => Some(slug),
        FileKind::Manifest | FileKind::Segment | FileKind::Backup { .. } | FileKind::Other => None,
    }
}

/// The name of a machine's head.
pub fn head(slug: &str) -> String {
    format!("{PREFIX}{slug}{SUFFIX}")
}

/// The name of a segment: by its level, its first and last sequence number, and what is in it.
#[expect(clippy::too_many_arguments, reason = "the five parts of the name, in its order")]
pub fn segment(slug: &str, level: u8, first: u64, last: u64, sha256: &[u8; 32]) -> String {
    format!("{PREFIX}{slug}_s{level}_{first}-{last}_{}{SUFFIX}", digits(&sha256[..4]))
}

/// The name of a machine's backup of a UTC day.
pub fn backup(slug: &str, date: Date) -> String {
    format!("{PREFIX}{slug}{BACKUP}{}{SUFFIX}", date.strftime("%Y%m%d"))
}

/// Tells what a file is by its name. Backups have a real date of eight digits: what only looks like one is `Other`, and
/// nobody deletes or imports it.
pub fn kind(file_name: &str) -> FileKind {
    if file_name == MANIFEST {
        return FileKind::Manifest;
    }
    let stem = file_name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    let Some(stem) = stem.filter(|stem| !stem.is_empty()) else { return FileKind::Other };
    if is_segment(stem) {
        return FileKind::Segment;
    }
    let Some((slug, day)) = stem.rsplit_once(BACKUP) else {
        return FileKind::Head { slug: stem.to_owned() };
    };
    match backup_date(day) {
        Some(date) if !slug.is_empty() => FileKind::Backup { slug: slug.to_owned(), date },
        _ => FileKind::Other,
    }
}

/// Whether a name can stand in file names as it is, and be taken for nothing else there.
fn is_plain(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    name.len() <= LONGEST_PLAIN
        && name.bytes().all(is_safe)
        && is_end(name.as_bytes().first())
        && is_end(name.as_bytes().last())
        && !is_device(&lower)
        && !lower.contains("_backup")
        && !is_given_by_github(&lower)
        && !lower.ends_with(SUFFIX)
        && !lower.split('_').skip(1).any(is_part_of_a_name)
}

/// Whether this, behind a `_`, could be taken for a segment's level, or for a year, month or part of the earlier tool,
/// which appends them to its machine names: `_2025_11_p1`.
fn is_part_of_a_name(part: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_level = part.strip_prefix('s').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    is_level || is_number(part) || part.strip_prefix('p').is_some_and(is_number)
}

/// Whether GitHub may give this name to files that have none.
fn is_given_by_github(lower: &str) -> bool {
    lower.strip_prefix("gistfile").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_device(lower: &str) -> bool {
    let stem = lower.split('.').next().unwrap_or_default();
    let is_numbered = |device: &str| matches!(stem.strip_prefix(device).map(str::as_bytes), Some([b'0'..=b'9']));
    DEVICES.contains(&stem) || NUMBERED_DEVICES.into_iter().any(is_numbered)
}

/// Reads `..._s0_12-345_0123abcd` from its end.
fn is_segment(stem: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = |text: &str| text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut parts = stem.rsplitn(4, '_');
    let (hash, range, level, slug) = (parts.next(), parts.next(), parts.next(), parts.next());
    let is_range = |range: &str| range.split_once('-').is_some_and(|(first, last)| is_number(first) && is_number(last));
    hash.is_some_and(is_hash)
        && range.is_some_and(is_range)
        && level.and_then(|level| level.strip_prefix('s')).is_some_and(is_number)
        && slug.is_some_and(|slug| !slug.is_empty())
}

fn backup_date(day: &str) -> Option<Date> {
    if day.len() != 8 || !day.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (day[..4].parse().ok()?, day[4..6].parse().ok()?, day[6..].parse().ok()?);
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const MACHINE: MachineId = MachineId([0xab; 16]);

    #[test]
    fn plain_names_stay() {
        for name in ["HOME-WT", "Laptop-WT", "vm", "a.local", "my_machine", "MacBook-Pro-2.local", "x_s", "2025"] {
            assert_eq!(slug(name), name);
        }
        assert_eq!(slug_with_id("HOME-WT", MACHINE), "HOME-WT-abab");
        assert_eq!(slug_of_id(MACHINE), "abababab-abab-abab-abab-abababababab");
    }

    #[test]
    fn others_get_a_hash_of_the_name() {
        insta::assert_snapshot!(slug("a/b"), @"a-b-c14cddc0");
        insta::assert_snapshot!(slug("😀"), @"machine-f0443a34");
        let names = [
            "",
            ".",
            "..",
            "CON",
            "con.txt",
            "Lpt1",
            "a.",
            ".a",
            "-a",
            "a-",
            "a/b",
            "a?b",
            "a b",
            "é",
            "x_backup_20250101",
            "x_BACKUP",
            "x_s0_1-2_0123abcd",
            "x_S0",
            "HOME_2025",
            "HOME_2025_11_p1",
            "gistfile1",
            "a.json",
            "\0",
            "a\nb",
        ];
        let slugs: std::collections::BTreeSet<String> = names.into_iter().map(slug).collect();
        assert_eq!(slugs.len(), names.len());
        for slug in slugs {
            assert!(is_plain(&slug), "{slug}");
        }
    }

    #[test]
    fn kinds_of_our_files_and_of_the_earlier_tools() {
        let head = |slug: &str| FileKind::Head { slug: slug.to_owned() };
        let backup = |slug: &str| FileKind::Backup { slug: slug.to_owned(), date: date(2026, 11, 22) };
        for (name, expected) in [
            ("manifest.json", FileKind::Manifest),
            ("usage_data_HOME-WT.json", head("HOME-WT")),
            ("usage_data_HOME-WT_2025.json", head("HOME-WT_2025")),
            ("usage_data_HOME-WT_2026_11_p1.json", head("HOME-WT_2026_11_p1")),
            ("usage_data_my laptop.json", head("my laptop")),
            ("usage_data_a_b_c_d.json", head("a_b_c_d")),
            ("usage_data_HOME-WT_s0_1-1500_0123abcd.json", FileKind::Segment),
            ("usage_data_a_b_s12_1-1_0123abcd.json", FileKind::Segment),
            ("usage_data_a_s0_1_0123abcd.json", head("a_s0_1_0123abcd")),
            ("usage_data_HOME-WT_backup_20261122.json", backup("HOME-WT")),
            ("usage_data_HOME-WT_2025_backup_20261122.json", backup("HOME-WT_2025")),
            ("usage_data_x_backup_backup_20261122.json", backup("x_backup")),
            ("usage_data_HOME-WT_backup_20261322.json", FileKind::Other),
            ("usage_data_HOME-WT_backup_2026112.json", FileKind::Other),
            ("usage_data_HOME-WT_backup_+0261122.json", FileKind::Other),
            ("usage_data__backup_20261122.json", FileKind::Other),
            ("usage_data_.json", FileKind::Other),
            ("Manifest.json", FileKind::Other),
            ("README.md", FileKind::Other),
            ("usage_data_a.json.bak", FileKind::Other),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
        assert_eq!(slug_of_head("usage_data_vm.json").as_deref(), Some("vm"));
        assert_eq!(slug_of_head("manifest.json"), None);
    }

    proptest! {
        #[test]
        fn every_name_gives_safe_file_names(
            name in prop_oneof![any::<String>(), "[A-Za-z0-9._-]{0,70}", "(x|CON|_|s0|backup|2025|\\.){1,6}"],
        ) {
            for slug in [slug(&name), slug_with_id(&name, MACHINE)] {
                prop_assert!((1..=60).contains(&slug.len()), "{slug}");
                prop_assert!(slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{slug}");
                prop_assert_eq!(kind(&head(&slug)), FileKind::Head { slug: slug.clone() });
                prop_assert_eq!(kind(&segment(&slug, 2, 1, u64::MAX, &[0xcd; 32])), FileKind::Segment);
                let day = date(2026, 2, 3);
                prop_assert_eq!(kind(&backup(&slug, day)), FileKind::Backup { slug, date: day });
            }
        }

        #[test]
        fn any_name_has_a_kind(name in "(usage_data_)?.{0,20}(_backup_)?.{0,9}(\\.json)?") {
            let _ = kind(&name);
        }
    }
}
