//! What of a record's texts leaves the machine.

mod secrets;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::hex::digits;
use crate::ids::CompactId;
use crate::project::shared_name;
use crate::record::{Strand, UsageRecord};

pub use secrets::holds_a_secret;

/// What stands where a text was withheld.
pub const WITHHELD: &str = "(withheld)";
/// The first character of a hashed name.
const HASH_MARK: char = '#';
/// Hexadecimal digits of a hashed name: enough to tell a person's projects apart.
const HASH_DIGITS: usize = 12;

/// What of a project's path and branch leaves the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProjectPrivacy {
    /// Both.
    Full,
    /// The last two parts of the path, which reports group by, and the branch.
    #[default]
    Name,
    /// Short hashes of the last two parts of the path, and of the branch. They tell projects apart and name none, but
    /// whoever guesses a name can check the guess.
    Hash,
    /// Neither.
    None,
}

/// Takes out of records what is not to leave the machine. What is taken out twice is as if taken out once.
#[derive(Debug)]
pub struct Privacy {
    projects: ProjectPrivacy,
    /// What became of each strand, by where it is in memory; the strand is kept, so that nothing else comes to be there.
    strands: FxHashMap<*const Strand, Cleared>,
}

#[derive(Debug)]
struct Cleared {
    /// Only kept.
    _original: Arc<Strand>,
    strand: Arc<Strand>,
    is_withheld: bool,
}

impl Privacy {
    /// Clears records as far as `projects` says.
    pub fn new(projects: ProjectPrivacy) -> Self {
        Privacy { projects, strands: FxHashMap::default() }
    }

    /// Clears a record, and says whether a text of it was withheld because it holds what looks like a token. Counts,
    /// times and the key are never touched.
    pub fn apply(&mut self, record: &mut UsageRecord) -> bool {
        let (strand, mut is_withheld) = self.strand(&record.strand);
        record.strand = strand;
        if let Some(CompactId::Text(text)) = &record.uuid
            && holds_a_secret(text)
        {
            record.uuid = None;
            is_withheld = true;
        }
        is_withheld
    }

    /// Clears the texts of records, and says whether one was withheld.
    pub fn strand(&mut self, strand: &Arc<Strand>) -> (Arc<Strand>, bool) {
        let projects = self.projects;
        let cleared = self.strands.entry(Arc::as_ptr(strand)).or_insert_with(|| {
            let (cleared, is_withheld) = cleared(strand, projects);
            let is_same = cleared == **strand;
            let cleared = if is_same { strand.clone() } else { Arc::new(cleared) };
            Cleared { _original: strand.clone(), strand: cleared, is_withheld }
        });
        (cleared.strand.clone(), cleared.is_withheld)
    }
}

fn cleared(strand: &Strand, projects: ProjectPrivacy) -> (Strand, bool) {
    let mut strand = Strand {
        project: project(&strand.project, projects),
        branch: branch(&strand.branch, projects),
        ..strand.clone()
    };
    let Strand { session, agent, version, model, project, branch, speed, service_tier, inference_geo, is_sidechain: _ } =
        &mut strand;
    let mut is_withheld = false;
    for text in [session, agent, version, model, project, branch, speed, service_tier, inference_geo] {
        if holds_a_secret(text) {
            *text = WITHHELD.into();
            is_withheld = true;
        }
    }
    (strand, is_withheld)
}

fn project(path: &Arc<str>, projects: ProjectPrivacy) -> Arc<str> {
    match projects {
        _ if path.is_empty() => path.clone(),
        ProjectPrivacy::Full => path.clone(),
        ProjectPrivacy::Name => name(path).into(),
        ProjectPrivacy::Hash => hashed(&name(path)),
        ProjectPrivacy::None => Arc::default(),
    }
}

/// The last two parts of a path. What is left of an odd path may look like a path of another kind, and is read as that.
fn name(path: &str) -> String {
    let name = shared_name(path);
    if name.len() < path.len() { self::name(&name) } else { name }
}

fn branch(branch: &Arc<str>, projects: ProjectPrivacy) -> Arc<str> {
    match projects {
        _ if branch.is_empty() => branch.clone(),
        ProjectPrivacy::Full | ProjectPrivacy::Name => branch.clone(),
        ProjectPrivacy::Hash => hashed(branch),
        ProjectPrivacy::None => Arc::default(),
    }
}

/// The same for the same name on every machine. What is a hash already stays: records come back from the Gist.
fn hashed(name: &str) -> Arc<str> {
    let is_hash = name.strip_prefix(HASH_MARK).is_some_and(|rest| {
        rest.len() == HASH_DIGITS && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    });
    if is_hash {
        return name.into();
    }
    format!("{HASH_MARK}{}", &digits(&Sha256::digest(name.as_bytes()))[..HASH_DIGITS]).into()
}

#[cfg(test)]
mod tests;
