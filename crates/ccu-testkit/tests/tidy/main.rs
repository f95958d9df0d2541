//! The house rules, as tests: each rule is a function from files to violations, shown to catch one and then asked about
//! the whole tree. What a rule reports says how to mend it.
//!
//! No rule has exceptions for single files, except where its table names them.

mod deny_list;
mod documents;
mod licences;
mod names;
mod packages;
mod recount;
mod rooms;
mod rust_source;
mod sizes;
mod snapshots;
mod text_form;
mod tree;

/// Fails with all violations at once, so that one run shows everything there is to mend.
#[track_caller]
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{} house rule violations:\n{}", violations.len(), violations.join("\n"));
}
