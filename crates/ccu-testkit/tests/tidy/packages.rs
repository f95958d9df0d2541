//! What cargo knows about the packages of the tree: ours, and all that they stand on.

use std::io::{Error, Result, Write, stderr};
use std::process::Command;

use serde_json::Value;

/// A package of the tree.
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its SPDX licence expression; empty where it declares none.
    pub licence: String,
    /// Where it comes from; `None` for our own.
    pub source: Option<String>,
    /// What it asks for.
    pub dependencies: Vec<Dependency>,
}

/// A dependency as a manifest declares it.
pub struct Dependency {
    /// The package's name, whatever it is called where it is used.
    pub name: String,
    /// Whether only tests, examples and benchmarks get it.
    pub is_for_tests: bool,
}

/// All packages of the locked tree, for every platform where their sources are there, else for this one.
///
/// A first `cargo test` downloads what this platform needs and no more; `cargo fetch` gets the rest. The test itself never
/// touches the network.
pub fn packages() -> Result<Vec<Package>> {
    let whole_tree = metadata(&[]);
    let metadata_text = match whole_tree {
        Ok(text) => text,
        Err(_) => {
            // Written past the test harness, which would swallow it.
            writeln!(stderr(), "packages of other platforms are skipped: not downloaded (`cargo fetch` gets them)")?;
            metadata(&["--filter-platform", &host()?])?
        }
    };
    Ok(read(&serde_json::from_str(&metadata_text)?))
}

/// Reads the output of `cargo metadata`.
pub fn read(metadata: &Value) -> Vec<Package> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let dependency = |value: &Value| Dependency { name: text(&value["name"]), is_for_tests: value["kind"] == "dev" };
    let package = |value: &Value| Package {
        name: text(&value["name"]),
        version: text(&value["version"]),
        licence: text(&value["license"]),
        source: value["source"].as_str().map(str::to_owned),
        dependencies: list(&value["dependencies"]).iter().map(dependency).collect(),
    };
    list(&metadata["packages"]).iter().map(package).collect()
}

fn metadata(more_arguments: &[&str]) -> Result<String> {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline"];
    run_cargo(&[&arguments, more_arguments].concat())
}

/// The platform we run on, as a target triple.
fn host() -> Result<String> {
    let version = run_cargo(&["--version", "--verbose"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Error::other("cargo does not name its host"))
}

fn run_cargo(arguments: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(crate::tree::root()).output()?;
    if !output.status.success() {
        return Err(Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8(output.stdout).map_err(Error::other)
}

#[test]
fn our_crates_are_found() {
    let packages = packages().unwrap();
    let core = packages.iter().find(|package| package.name == "ccu-core").unwrap();
    assert!(core.source.is_none());
    assert!(core.dependencies.iter().any(|dependency| dependency.name == "serde" && !dependency.is_for_tests));
    assert!(packages.iter().any(|package| package.source.is_some() && !package.licence.is_empty()));
}

#[test]
fn the_host_is_known() {
    assert!(host().unwrap().contains('-'));
}
