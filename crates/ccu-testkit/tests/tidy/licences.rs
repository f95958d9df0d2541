//! What the tree stands on: licences, banned packages, second versions and sources, by the lists in `deny.toml`.
//!
//! It checks what `cargo deny check licenses bans sources` checks, as far as cargo's own metadata go, and needs no network
//! and no further tool.

use std::collections::BTreeMap;

use crate::deny_list::{DenyList, deny_list, speaks_of};
use crate::packages::{Package, packages};

fn not_accepted(packages: &[Package], list: &DenyList) -> Vec<String> {
    let mut violations = Vec::new();
    for package in packages {
        let name = format!("`{} {}`", package.name, package.version);
        if !is_accepted(&package.licence, &list.licences) {
            violations.push(format!("{name} has the licence `{}`, which deny.toml does not allow", package.licence));
        }
        if list.banned.contains(&package.name) {
            violations.push(format!(
                "{name} is banned by deny.toml; `cargo tree --invert {}` shows who asks for it",
                package.name
            ));
        }
        let is_known_source = package.source.as_ref().is_none_or(|source| {
            list.registries.iter().any(|registry| source.strip_prefix("registry+") == Some(registry.as_str()))
        });
        if !is_known_source {
            violations.push(format!(
                "{name} comes from `{}`, which deny.toml does not allow",
                package.source.as_deref().unwrap_or_default()
            ));
        }
    }
    violations.extend(second_versions(packages, list));
    violations
}

/// Names of which more than one version is in the tree beyond those that `deny.toml` lets pass.
fn second_versions(packages: &[Package], list: &DenyList) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let may_be_second = list.second_versions.iter().any(|entry| speaks_of(entry, &package.name, &package.version));
        if !may_be_second {
            versions.entry(&package.name).or_default().push(&package.version);
        }
    }
    let several = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    several
        .map(|(name, versions)| {
            format!("`{name}` is in the tree as {}; update one side, or list it in deny.toml", versions.join(" and "))
        })
        .collect()
}

/// Whether an SPDX expression can be met with the licences in `allowed`; an unreadable one can't.
///
/// **Source**: <https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/>; `/` is an older spelling of `OR`.
fn is_accepted(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed) == Some(true) && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut is_met = both(rest, allowed)?;
    while let Some((&"OR", after)) = rest.split_first() {
        *rest = after;
        is_met |= both(rest, allowed)?;
    }
    Some(is_met)
}

fn both(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut is_met = one(rest, allowed)?;
    while let Some((&"AND", after)) = rest.split_first() {
        *rest = after;
        is_met &= one(rest, allowed)?;
    }
    Some(is_met)
}

fn one(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let is_met = either(rest, allowed)?;
            *rest = rest.strip_prefix(&[")"])?;
            Some(is_met)
        }
        ["OR" | "AND" | "WITH" | ")", ..] | [] => None,
        [licence, "WITH", exception, after @ ..] => {
            *rest = after;
            Some(allowed.contains(&format!("{licence} WITH {exception}")))
        }
        [licence, after @ ..] => {
            *rest = after;
            Some(allowed.iter().any(|id| id == licence))
        }
    }
}

#[test]
fn the_tree_is_accepted() {
    crate::assert_none(&not_accepted(&packages().unwrap(), &deny_list().unwrap()));
}

#[test]
fn the_lists_are_not_empty() {
    let list = deny_list().unwrap();
    assert!(!list.licences.is_empty() && !list.banned.is_empty() && !list.registries.is_empty(), "{list:?}");
}

#[test]
fn expressions_are_read() {
    let allowed = ["MIT".to_owned(), "Unicode-3.0".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    let check =
        |expression: &str, expected: bool| assert_eq!(is_accepted(expression, &allowed), expected, "{expression}");
    check("MIT", true);
    check("MIT/Apache-2.0", true);
    check("GPL-3.0-only OR MIT", true);
    check("GPL-3.0-only", false);
    check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
    check("MIT AND GPL-3.0-only", false);
    check("GPL-3.0-only AND MIT OR MIT", true);
    check("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only", true);
    check("Apache-2.0", false);
    check("", false);
    check("MIT OR", false);
    check("(MIT", false);
    check("MIT MIT", false);
}

#[test]
fn unaccepted_packages_are_caught() {
    use serde_json::json;

    let list = DenyList {
        licences: vec!["MIT".to_owned()],
        banned: vec!["openssl".to_owned()],
        second_versions: vec!["syn:<3".to_owned()],
        registries: vec!["https://example.org/index".to_owned()],
    };
    let package = |name: &str, version: &str, licence: Option<&str>, source: Option<&str>| json!({ "name": name, "version": version, "license": licence, "source": source });
    let check = |packages: &[serde_json::Value], n_expected: usize| {
        let violations = not_accepted(&crate::packages::read(&json!({ "packages": packages })), &list);
        assert_eq!(violations.len(), n_expected, "{violations:?}");
    };
    let registry = Some("registry+https://example.org/index");
    check(&[package("ours", "0.1.0", Some("MIT"), None)], 0);
    check(&[package("a", "1.0.0", Some("MIT"), registry)], 0);
    check(&[package("a", "1.0.0", Some("GPL-3.0-only"), registry)], 1);
    check(&[package("a", "1.0.0", None, registry)], 1);
    check(&[package("openssl", "0.10.0", Some("MIT"), registry)], 1);
    check(&[package("a", "1.0.0", Some("MIT"), Some("git+https://example.org/a"))], 1);
    check(&[package("a", "1.0.0", Some("MIT"), registry), package("a", "2.0.0", Some("MIT"), registry)], 1);
    check(&[package("syn", "2.0.0", Some("MIT"), registry), package("syn", "3.0.0", Some("MIT"), registry)], 0);
}
