//! The manifest as a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Directive, Fields, Manifest, ManifestMachine, Retention};
use crate::wire::indent::to_text as indented;
use crate::wire::{FORMAT, MOST_GENERATION, WireError, check_format, not_json_or};

#[derive(Serialize, Deserialize)]
struct ManifestFile {
    version: String,
    last_updated: String,
    machines: Vec<ManifestMachine>,
    #[serde(default)]
    backup_retention_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ccu: Option<ManifestObject>,
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct ManifestObject {
    format: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention: Option<Retention>,
    #[serde(default)]
    directives: Vec<Directive>,
    #[serde(flatten)]
    unknown: Fields,
}

/// As much of a manifest as tells its format.
#[derive(Deserialize)]
struct Probe {
    ccu: Option<ProbedObject>,
}

#[derive(Deserialize)]
struct ProbedObject {
    format: u64,
}

pub(super) fn parse(text: &str) -> Result<Manifest, WireError> {
    const EXPECTED: &str = "a manifest with `version`, `last_updated` and `machines`";
    let probe: Probe = serde_json::from_str(text).map_err(not_json_or(EXPECTED))?;
    probe.ccu.map_or(Ok(()), |object| check_format(object.format))?;
    let file: ManifestFile = serde_json::from_str(text).map_err(not_json_or(EXPECTED))?;
    let (noted, directives, unknown_of_ccu) = match file.ccu {
        Some(object) => (object.retention, object.directives, object.unknown),
        None => (None, Vec::new(), Fields::new()),
    };
    let mut manifest = Manifest {
        version: file.version,
        last_updated: file.last_updated,
        retention: Retention::read(file.backup_retention_days, noted),
        machines: BTreeMap::new(),
        earlier_machines: BTreeMap::new(),
        directives: BTreeMap::new(),
        unknown: file.unknown,
        unknown_of_ccu,
    };
    for machine in file.machines {
        // A generation that no machine can raise would keep its owner's entries out for ever.
        let generation = machine.generation.filter(|generation| *generation <= MOST_GENERATION);
        manifest.join(ManifestMachine { generation, ..machine });
    }
    directives.into_iter().for_each(|directive| manifest.set_directive(directive));
    Ok(manifest)
}

pub(super) fn to_text(manifest: &Manifest) -> String {
    let object = ManifestObject {
        format: FORMAT,
        retention: Some(manifest.retention),
        directives: manifest.directives.values().cloned().collect(),
        unknown: manifest.unknown_of_ccu.clone(),
    };
    let file = ManifestFile {
        version: manifest.version.clone(),
        last_updated: manifest.last_updated.clone(),
        machines: manifest.machines().into_iter().cloned().collect(),
        backup_retention_days: Some(manifest.retention.days),
        ccu: Some(object),
        unknown: manifest.unknown.clone(),
    };
    indented(&file, 4)
}
