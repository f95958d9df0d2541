//! Who and what the invented data is about: one developer's machines and projects.

use ccu_core::ids::MachineId;

use super::random::Random;

/// An invented machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DemoMachine {
    /// The one that the demo runs on.
    Workstation,
    /// For evenings, weekends and days away.
    Laptop,
    /// What the laptop replaced; it ran Windows.
    OldLaptop,
    /// Runs jobs at night, some of them with another vendor's model.
    BuildServer,
}

impl DemoMachine {
    /// All of them.
    pub const ALL: [DemoMachine; 4] =
        [DemoMachine::Workstation, DemoMachine::Laptop, DemoMachine::OldLaptop, DemoMachine::BuildServer];

    /// Its name, which is also that of its directory in the demo's home.
    pub fn name(self) -> &'static str {
        match self {
            DemoMachine::Workstation => "workstation",
            DemoMachine::Laptop => "laptop",
            DemoMachine::OldLaptop => "old-laptop",
            DemoMachine::BuildServer => "build-server",
        }
    }

    /// Its identity: always the same, and readable in a hexadecimal dump.
    pub fn id(self) -> MachineId {
        MachineId(*match self {
            DemoMachine::Workstation => b"demo-workstation",
            DemoMachine::Laptop => b"demo-----laptop-",
            DemoMachine::OldLaptop => b"demo-old-laptop-",
            DemoMachine::BuildServer => b"demo-buildserver",
        })
    }

    /// Where a project lies on this machine.
    pub fn directory_of(self, project: &Project) -> String {
        match self {
            DemoMachine::Workstation => format!("/home/robin/src/{}", project.name),
            DemoMachine::Laptop => format!("/Users/robin/src/{}", project.name),
            DemoMachine::OldLaptop => format!(r"C:\Users\robin\src\{}", project.name.replace('/', r"\")),
            DemoMachine::BuildServer => format!("/srv/build/src/{}", project.name),
        }
    }
}

/// An invented project.
#[derive(Debug, Clone, Copy)]
pub(super) struct Project {
    /// Its directory below the sources.
    pub name: &'static str,
    /// How often it is worked on while it lives.
    weight: u64,
    /// How many days ago it began.
    began: i64,
    /// How many days ago it was left; below zero where it was not.
    left: i64,
    /// Branches that are worked on.
    pub branches: &'static [&'static str],
}

const MAIN: &[&str] = &["main"];
const PROJECTS: &[Project] = &[
    Project { name: "orchard/api", weight: 30, began: 999, left: -1, branches: &["main", "orders-v2", "fix/rounding"] },
    Project { name: "orchard/web", weight: 22, began: 999, left: -1, branches: &["main", "checkout", "dark-mode"] },
    Project { name: "orchard/mobile", weight: 16, began: 210, left: -1, branches: &["main", "offline"] },
    Project { name: "orchard/deploy", weight: 6, began: 480, left: -1, branches: MAIN },
    Project { name: "atlas", weight: 14, began: 330, left: -1, branches: &["main", "tiles"] },
    Project { name: "atlas/importer", weight: 8, began: 300, left: 60, branches: MAIN },
    Project { name: "old-shop", weight: 20, began: 999, left: 370, branches: &["main", "sunset"] },
    Project { name: "ledger-cli", weight: 9, began: 430, left: -1, branches: &["main", "csv"] },
    Project { name: "paper-notes", weight: 8, began: 520, left: -1, branches: MAIN },
    Project { name: "kite-sensor", weight: 7, began: 150, left: -1, branches: &["main", "HEAD"] },
    Project { name: "recipes", weight: 3, began: 260, left: 90, branches: MAIN },
];

/// A project that was worked on so many days ago.
pub(super) fn project_on(days_ago: i64, random: &mut Random) -> &'static Project {
    let is_alive = |project: &Project| project.left < days_ago && days_ago <= project.began;
    let weights = PROJECTS.iter().map(|project| if is_alive(project) { project.weight } else { 0 });
    &PROJECTS[random.weighted(weights)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_core::project::shared_name;

    #[test]
    fn a_project_has_one_name_on_all_machines() {
        for project in PROJECTS {
            let names = DemoMachine::ALL.map(|machine| shared_name(&machine.directory_of(project)));
            assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
        }
    }

    #[test]
    fn only_living_projects_are_worked_on() {
        let mut random = Random::of([1, 2, 3]);
        for days_ago in 0..548 {
            let project = project_on(days_ago, &mut random);
            assert!((project.left + 1..=project.began).contains(&days_ago), "{days_ago}: {}", project.name);
        }
    }
}
