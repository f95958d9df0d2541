//! Names of projects, sessions and machines as a report shows them: as they are, or hidden (`--anon`).

use std::collections::BTreeMap;
use std::sync::Arc;

use ccu_core::ids::{CompactId, MachineId};
use ccu_core::report::{Machine, ReportRow, RowKey};
use ccu_core::time::UtcMillis;

/// The names that a report shows.
#[derive(Debug, Clone)]
pub enum Names {
    /// Names as they are; machines by their id.
    Plain(BTreeMap<MachineId, String>),
    /// Numbers instead of names.
    Hidden(HiddenNames),
}

/// The number of each hidden name, in order of first activity.
#[derive(Debug, Clone, Default)]
pub struct HiddenNames {
    projects: BTreeMap<Arc<str>, usize>,
    sessions: BTreeMap<CompactId, usize>,
    machines: BTreeMap<MachineId, usize>,
}

impl Names {
    /// Shows names as they are.
    pub fn plain(machines: &[Machine]) -> Self {
        Names::Plain(machines.iter().map(|machine| (machine.id, machine.name.clone())).collect())
    }

    /// Hides every name in `rows`. The numbers are the same in all reports that are given the same rows: those of the
    /// unfiltered project, session and device reports.
    pub fn hidden<'a>(rows: impl IntoIterator<Item = &'a ReportRow>) -> Self {
        let (mut projects, mut sessions, mut machines) = (FirstSeen::new(), FirstSeen::new(), FirstSeen::new());
        for row in rows {
            for project in &*row.projects {
                saw(&mut projects, project.clone(), row);
            }
            for machine in &*row.machines {
                saw(&mut machines, *machine, row);
            }
            match &row.key {
                RowKey::Project(project) => saw(&mut projects, project.clone(), row),
                RowKey::Session(session) => saw(&mut sessions, session.clone(), row),
                RowKey::Machine(machine) => saw(&mut machines, *machine, row),
                RowKey::Hour(_) | RowKey::Period(_) | RowKey::Undated | RowKey::Model(_) | RowKey::Total => {}
            }
        }
        Names::Hidden(HiddenNames {
            projects: numbered(projects),
            sessions: numbered(sessions),
            machines: numbered(machines),
        })
    }

    /// Whether names are hidden, and with them whatever else would betray them (paths).
    pub fn are_hidden(&self) -> bool {
        matches!(self, Names::Hidden(_))
    }

    /// The name of a project.
    pub fn project(&self, project: &str) -> String {
        match self {
            Names::Plain(_) => project.to_owned(),
            Names::Hidden(hidden) => number("project", hidden.projects.get(project)),
        }
    }

    /// The name of a session: its id.
    pub fn session(&self, session: &CompactId) -> String {
        match self {
            Names::Plain(_) => session.to_string(),
            Names::Hidden(hidden) => number("session", hidden.sessions.get(session)),
        }
    }

    /// The name of a machine; its id where no name is known.
    pub fn machine(&self, machine: MachineId) -> String {
        match self {
            Names::Plain(names) => names.get(&machine).cloned().unwrap_or_else(|| machine.to_string()),
            Names::Hidden(hidden) => number("machine", hidden.machines.get(&machine)),
        }
    }

    /// The id of a machine, which is as telling as its name.
    pub fn machine_id(&self, machine: MachineId) -> String {
        match self {
            Names::Plain(_) => machine.to_string(),
            Names::Hidden(_) => self.machine(machine),
        }
    }
}

/// When each name was first active; undated names come last.
type FirstSeen<T> = BTreeMap<T, i64>;

fn saw<T: Ord>(first_seen: &mut FirstSeen<T>, name: T, row: &ReportRow) {
    let time = row.first_activity.map_or(i64::MAX, |UtcMillis(ms)| ms);
    first_seen.entry(name).and_modify(|first| *first = time.min(*first)).or_insert(time);
}

fn numbered<T: Ord>(first_seen: FirstSeen<T>) -> BTreeMap<T, usize> {
    let mut by_time: Vec<(i64, T)> = first_seen.into_iter().map(|(name, time)| (time, name)).collect();
    by_time.sort();
    by_time.into_iter().enumerate().map(|(name_idx, (_, name))| (name, name_idx + 1)).collect()
}

fn number(kind: &str, number: Option<&usize>) -> String {
    match number {
        Some(number) => format!("{kind}-{number}"),
        None => format!("{kind}-unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn hidden_names_are_numbered_by_first_activity() {
        let rows = [
            sample::row(RowKey::Project("b/late".into())).active("2026-11-20T10:00:00Z").done(),
            sample::row(RowKey::Project("a/undated".into())).done(),
            sample::row(RowKey::Project("z/early".into())).active("2026-01-01T10:00:00Z").machine(2).done(),
            sample::row(RowKey::Session(CompactId::new("s-1"))).active("2026-01-02T10:00:00Z").machine(1).done(),
        ];
        let names = Names::hidden(&rows);
        assert_eq!(names.project("z/early"), "project-1");
        assert_eq!(names.project("b/late"), "project-2");
        assert_eq!(names.project("a/undated"), "project-3");
        assert_eq!(names.project("never/seen"), "project-unknown");
        assert_eq!(names.session(&CompactId::new("s-1")), "session-1");
        assert_eq!(names.machine(sample::machine_id(2)), "machine-1");
        assert_eq!(names.machine_id(sample::machine_id(1)), "machine-2");
    }

    #[test]
    fn a_machine_without_a_name_is_shown_by_its_id() {
        let names = Names::plain(&[]);
        assert_eq!(names.machine(sample::machine_id(7)), "07070707-0707-0707-0707-070707070707");
    }
}
