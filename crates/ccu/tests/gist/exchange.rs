//! Export and import, through files and through pipes.

use ccu_testkit::fake_github::FakeGitHub;

use super::{answered, json, machine, stranger};

#[test]
fn an_export_comes_in_on_another_machine_once() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    let path = home.root().join("export.json");
    let told = answered(&home, &["export", path.to_str().unwrap()]);
    assert!(told.starts_with("Exported 3 records of 1 session to "), "{told}");
    let other = stranger("Laptop-WT", &fake);
    let import = ["import", path.to_str().unwrap()];
    assert_eq!(answered(&other, &import), "Imported 1 file: 3 new records, 0 improved, 0 already known.\n");
    assert_eq!(answered(&other, &import), "Imported 1 file: 0 new records, 0 improved, 3 already known.\n");
    assert_eq!(json(&other, &["daily", "--json"])["totals"]["responses"], 3);
    assert!(fake.log().is_empty(), "nobody is asked");
}

#[test]
fn pipes_work_both_ways() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    let text = answered(&home, &["export", "-"]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["records"].as_array().unwrap().len(), 3);
    let other = stranger("Laptop-WT", &fake);
    let output = other.run_with_input(&["import", "-", "--json"], text.as_bytes());
    let imported: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &imported["newRecords"]), (Some(0), &3.into()), "{output}");
    let csv = answered(&home, &["export", "--format", "csv", "--this-machine"]);
    assert_eq!(csv.lines().count(), 4, "{csv}");
}

#[test]
fn what_cannot_be_imported_is_named_and_the_rest_comes_in() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 2, &fake);
    let good = home.root().join("good.json");
    let bad = home.write_bytes("bad.json", b"{\"records\": [");
    answered(&home, &["export", good.to_str().unwrap()]);
    let other = stranger("Laptop-WT", &fake);
    let output = other.run(&["import", bad.to_str().unwrap(), good.to_str().unwrap()]);
    assert_eq!(output.code, Some(1), "{output}");
    assert_eq!(output.stdout, "Imported 1 file: 2 new records, 0 improved, 0 already known.\n");
    assert!(output.stderr.starts_with("error: cannot import `") && output.stderr.contains("bad.json"), "{output}");
}

#[test]
fn what_a_lost_machine_had_goes_into_a_new_gist_by_way_of_a_file() {
    let fake = FakeGitHub::start();
    let lost = machine("old-laptop", 3, &fake);
    answered(&lost, &["gist", "push"]);
    let home = machine("HOME-WT", 2, &fake);
    answered(&home, &["gist", "sync"]);
    assert!(fake.gists().delete(&fake.gists().ids().remove(0)));
    answered(&home, &["gist", "push", "--recreate"]);
    let path = home.root().join("all.json");
    answered(&home, &["export", path.to_str().unwrap()]);
    answered(&home, &["import", path.to_str().unwrap()]);
    assert!(answered(&home, &["gist", "push"]).starts_with("Pushed 3 records"));
    let new = machine("new-laptop", 1, &fake);
    answered(&new, &["gist", "pull"]);
    assert_eq!(json(&new, &["device", "--json"])["totals"]["responses"], 6);
}
