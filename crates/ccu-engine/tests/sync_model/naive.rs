//! Three protocols that lose data, each the way that tools of this kind do.

use std::collections::BTreeMap;

use ccu_engine::gist::{Changes, Gist, Reading, Remote, RemoteError};

use super::peer::{Peer, Versions};

const DESCRIPTION: &str = "naive";

/// A machine that keeps its records in memory.
struct Memory {
    name: String,
    versions: Versions,
    own: Versions,
    unsent: Versions,
}

impl Memory {
    fn new(nth: usize) -> Memory {
        Memory { name: format!("m{nth}"), versions: Versions::new(), own: Versions::new(), unsent: Versions::new() }
    }

    fn find(&mut self, record: u64, version: u64) {
        for versions in [&mut self.versions, &mut self.own, &mut self.unsent] {
            let known = versions.entry(record).or_default();
            *known = version.max(*known);
        }
    }

    fn take(&mut self, text: &str) {
        let found: Versions = serde_json::from_str(text).unwrap_or_default();
        for (record, version) in found {
            let known = self.versions.entry(record).or_default();
            *known = version.max(*known);
        }
    }
}

/// The Gist, with three tries for everything; `None` where it cannot be had.
fn gist(remote: &dyn Remote, makes: bool) -> Option<Gist> {
    for _ in 0..3 {
        let Ok(gists) = remote.list() else { continue };
        let Some(found) = gists.into_iter().next() else {
            if makes {
                let _ = remote.create(DESCRIPTION, &Changes::from([("readme".into(), Some("{}".into()))]));
            }
            continue;
        };
        if let Ok(Reading::Gist(gist)) = remote.read(&found.id, None) {
            return Some(*gist);
        }
    }
    None
}

fn text(remote: &dyn Remote, gist: &Gist, name: &str) -> Result<Option<String>, RemoteError> {
    let Some(file) = gist.files.get(name) else { return Ok(None) };
    file.content.clone().map_or_else(|| remote.fetch(name, file), Ok).map(Some)
}

fn patch(remote: &dyn Remote, gist: &Gist, changes: Changes) -> bool {
    (0..8).any(|_| remote.patch(&gist.id, &changes).is_ok())
}

fn json(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}

macro_rules! naive_peer {
    ($protocol:ident, $push:ident, $pull:ident) => {
        impl Peer for $protocol {
            fn new(nth: usize, _name: &str) -> Self {
                $protocol(Memory::new(nth))
            }

            fn find(&mut self, record: u64, version: u64) {
                self.0.find(record, version);
            }

            fn push(&mut self, remote: &dyn Remote, _day: i64) -> bool {
                gist(remote, true).is_some_and(|gist| $push(&mut self.0, remote, &gist))
            }

            fn pull(&mut self, remote: &dyn Remote, _day: i64) -> bool {
                gist(remote, false).is_none_or(|gist| $pull(&mut self.0, remote, &gist))
            }

            fn wipe(&mut self) {
                self.0.versions.clear();
            }

            fn versions(&self) -> Versions {
                self.0.versions.clone()
            }

            fn state(&self) -> String {
                format!("{:?}", self.0.versions)
            }
        }
    };
}

/// Writes what is new since the last push over what was there.
pub struct Increment(Memory);
naive_peer!(Increment, push_increment, pull_all);

fn push_increment(memory: &mut Memory, remote: &dyn Remote, gist: &Gist) -> bool {
    if memory.unsent.is_empty() {
        return true;
    }
    let is_sent = patch(remote, gist, Changes::from([(memory.name.clone(), json(&memory.unsent))]));
    if is_sent {
        memory.unsent.clear();
    }
    is_sent
}

fn pull_all(memory: &mut Memory, remote: &dyn Remote, gist: &Gist) -> bool {
    for name in gist.files.keys() {
        if let Ok(Some(text)) = text(remote, gist, name) {
            memory.take(&text);
        }
    }
    true
}

/// Finds the machines in a manifest, which it takes for empty when it cannot be read.
pub struct TrustingManifest(Memory);
naive_peer!(TrustingManifest, push_with_manifest, pull_by_manifest);

type Machines = BTreeMap<String, u64>;

fn manifest(remote: &dyn Remote, gist: &Gist) -> Machines {
    let text = text(remote, gist, "manifest").ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn push_with_manifest(memory: &mut Memory, remote: &dyn Remote, gist: &Gist) -> bool {
    if memory.unsent.is_empty() {
        return true;
    }
    let mut machines = manifest(remote, gist);
    machines.insert(memory.name.clone(), memory.own.len() as u64);
    let files = [(memory.name.clone(), json(&memory.own)), ("manifest".to_owned(), json(&machines))];
    let is_sent = patch(remote, gist, Changes::from(files));
    if is_sent {
        memory.unsent.clear();
    }
    is_sent
}

fn pull_by_manifest(memory: &mut Memory, remote: &dyn Remote, gist: &Gist) -> bool {
    for name in manifest(remote, gist).keys() {
        if let Ok(Some(text)) = text(remote, gist, name) {
            memory.take(&text);
        }
    }
    true
}

/// All machines in one file: read, joined, written, and the last one wins.
pub struct LastWriteWins(Memory);
naive_peer!(LastWriteWins, push_everything, pull_all);

fn push_everything(memory: &mut Memory, remote: &dyn Remote, gist: &Gist) -> bool {
    if memory.unsent.is_empty() {
        return true;
    }
    let mut all = memory.unsent.clone();
    let stored = text(remote, gist, "all").ok().flatten();
    let stored: Versions = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    for (record, version) in stored {
        let known = all.entry(record).or_default();
        *known = version.max(*known);
    }
    let is_sent = patch(remote, gist, Changes::from([("all".to_owned(), json(&all))]));
    if is_sent {
        memory.unsent.clear();
    }
    is_sent
}
