//! Every command of the guide works as it is printed there.

use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub};

use super::{answered, json, machine, seen, stranger, write_responses};

#[test]
fn setup_then_push_and_pull_on_a_second_machine() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    let told = answered(&home, &["gist", "setup"]);
    assert!(told.contains("unlisted, not private"), "{told}");
    assert!(told.contains("Pushed 3 records") && told.contains("Done."), "{told}");
    let laptop = machine("Laptop-WT", 2, &fake);
    assert_eq!(answered(&laptop, &["gist", "pull"]), "Pulled 3 new records from HOME-WT.\n");
    assert!(answered(&laptop, &["gist", "push"]).starts_with("Pushed 2 records (2 files, "));
    assert_eq!(answered(&home, &["gist", "pull", "HOME-WT", "Laptop-WT"]), "Pulled 2 new records from Laptop-WT.\n");
    for machine in [&home, &laptop] {
        assert_eq!(json(machine, &["device", "--json"])["totals"]["responses"], 5);
        assert_eq!(answered(machine, &["gist", "pull"]), "Nothing new in the Gist.\n");
        assert_eq!(answered(machine, &["gist", "push"]), "Nothing new to push.\n");
    }
}

#[test]
fn push_with_each_of_its_flags() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    answered(&home, &["gist", "push", "--no-backup"]);
    write_responses(&home, "HOME-WT", 3..4);
    let n_commits = fake.gists().n_commits(&fake.gists().ids()[0]);
    let plan = answered(&home, &["gist", "push", "--dry-run"]);
    assert!(plan.starts_with("Would send ") && plan.contains("B  usage_data_HOME-WT.json\n"), "{plan}");
    assert_eq!(fake.gists().n_commits(&fake.gists().ids()[0]), n_commits, "a dry run writes nothing");
    assert_eq!(home.run(&["gist", "push", "--no-backup", "--quiet"]).success(), "");
    let id = fake.gists().ids().remove(0);
    let files = || fake.gists().files(&id).into_keys().collect::<Vec<String>>();
    assert_eq!(files(), ["manifest.json", "usage_data_HOME-WT.json"]);
    let forced = answered(&home, &["gist", "push", "--force"]);
    assert!(forced.starts_with("Pushed ") && forced.contains("made today's backup"), "{forced}");
    assert_eq!(files().len(), 3);
    assert_eq!(json(&home, &["gist", "backup", "list", "--json"])["backups"].as_array().unwrap().len(), 1);
}

#[test]
fn a_token_as_an_argument_is_taken_and_warned_of() {
    let fake = FakeGitHub::start();
    let home = stranger("HOME-WT", &fake);
    insta::assert_snapshot!(seen(&home, &fake, &["gist", "set-token", DEFAULT_TOKEN]), @r#"
    exit code: 0
    --- stdout
    Stored the token of octocat.
    Location: File ~/.claude/gist_token.txt
    --- stderr
    warning: other users can see the arguments of a command while it runs, and the shell may keep them in its history; better run `ccu gist set-token` and paste the token, or pipe it in
    note: there is no system keyring here, so the token is in a file that only you can read
    "#);
}

#[test]
fn status_says_where_the_token_is_and_how_all_stands() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    answered(&home, &["gist", "push"]);
    write_responses(&home, "HOME-WT", 3..5);
    answered(&home, &["refresh"]);
    let told = seen(&home, &fake, &["gist", "status"]);
    for expected in [
        "GitHub Token\n✓ Configured\nLocation: Environment variable GITHUB_GIST_TOKEN\n",
        "This machine\nName: HOME-WT ([MACHINE ID])\nLast push: 20",
        "Last pull: never\nNot sent yet: 2 records\nEncryption: off\n",
        "Gist\nAddress: ",
        "Machines\n",
        "2026-08-01        3  this machine",
        "Rate limit\n",
        " of 5,000 requests left; all are there again at ",
    ] {
        assert!(told.contains(expected), "{expected:?} in\n{told}");
    }
}

#[test]
fn info_lists_files_backups_and_revisions() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    answered(&home, &["gist", "push"]);
    let told = answered(&home, &["gist", "info"]);
    for expected in
        ["Backups: 0, each kept for 30 days", "usage_data_HOME-WT.json  HOME-WT", "Revisions, newest first\n"]
    {
        assert!(told.contains(expected), "{expected:?} in\n{told}");
    }
}

#[test]
fn a_lost_database_comes_back_from_the_gist() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    answered(&home, &["gist", "push"]);
    std::fs::remove_dir_all(home.projects()).unwrap();
    answered(&home, &["reset-db", "--force"]);
    assert_eq!(
        answered(&home, &["gist", "pull"]),
        "Pulled 3 new records, 3 of them this machine's own from HOME-WT.\n"
    );
    assert_eq!(json(&home, &["daily", "--json", "--no-refresh"])["totals"]["responses"], 3);
    // The new database numbers its records anew, so that they go out once more; then all is as it was.
    answered(&home, &["gist", "sync"]);
    assert_eq!(answered(&home, &["gist", "sync"]), "Nothing new in the Gist.\nNothing new to push.\n");
    assert_eq!(json(&home, &["device", "--json"])["totals"]["responses"], 3);
}

#[test]
fn a_gist_that_was_deleted_is_made_anew_on_request() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    answered(&home, &["gist", "push"]);
    fake.gists().delete(&fake.gists().ids()[0]);
    let refused = home.run(&["gist", "push"]);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("`ccu gist push --recreate`"), "{refused}");
    assert!(answered(&home, &["gist", "push", "--recreate"]).starts_with("Pushed 3 records"));
    assert_eq!(fake.gists().ids().len(), 1);
}

#[test]
fn scripts_read_gists_by_list_cat_and_api() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    answered(&home, &["gist", "push"]);
    let id = fake.gists().ids().remove(0);
    assert_eq!(json(&home, &["gist", "list", "--json"])["gists"][0]["id"], id.as_str());
    assert!(answered(&home, &["gist", "list"]).contains("Claude Code"));
    let manifest = fake.gists().file(&id, "manifest.json").unwrap();
    assert_eq!(answered(&home, &["gist", "cat", "manifest.json"]), manifest);
    assert_eq!(answered(&home, &["gist", "cat", "manifest.json", "--gist", &id]), manifest);
    assert_eq!(
        answered(&home, &["gist", "cat", "manifest.json", "--jq", ".machines[0].machine_name"]),
        "\"HOME-WT\"\n"
    );
    assert_eq!(answered(&home, &["gist", "api", "/user", "--jq", ".login"]), "\"octocat\"\n");
    assert_eq!(json(&home, &["gist", "api", &format!("gists/{id}")])["id"], id.as_str());
    let elsewhere = home.run(&["gist", "api", "https://example.com/"]);
    assert_eq!(elsewhere.code, Some(1), "{elsewhere}");
}

#[test]
fn machines_are_listed_renamed_merged_and_forgotten() {
    let fake = FakeGitHub::start();
    let (home, laptop) = (machine("HOME-WT", 3, &fake), machine("Laptop-WT", 2, &fake));
    answered(&home, &["gist", "push"]);
    answered(&laptop, &["gist", "sync"]);
    let names = |told: serde_json::Value| -> Vec<String> {
        let machines = told["machines"].as_array().unwrap().clone();
        machines.iter().map(|machine| machine["machineName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json(&home, &["gist", "machines", "--json"])), ["HOME-WT", "Laptop-WT"]);
    answered(&home, &["gist", "machines", "rename", "Laptop-WT", "Travel"]);
    assert_eq!(names(json(&home, &["gist", "machines", "list", "--json"])), ["HOME-WT", "Travel"]);
    answered(&home, &["gist", "machines", "merge", "Travel", "HOME-WT"]);
    let refused = home.run(&["gist", "machines", "forget", "Travel"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    answered(&home, &["gist", "machines", "forget", "Travel", "--yes"]);
    assert_eq!(names(json(&home, &["gist", "machines", "--json"])), ["HOME-WT"]);
    let forgotten = laptop.run(&["gist", "push", "--force"]);
    assert_eq!(forgotten.code, Some(1), "{forgotten}");
}

#[test]
fn backups_are_made_and_merged_again() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    assert_eq!(home.run(&["gist", "backup", "list"]).code, Some(1), "there is no Gist yet");
    answered(&home, &["gist", "push"]);
    assert!(answered(&home, &["gist", "backup", "create"]).starts_with("Today's backup is usage_data_HOME-WT_backup_"));
    let backups = json(&home, &["gist", "backup", "list", "--json"]);
    let day = backups["backups"][0]["day"].as_str().unwrap().to_owned();
    let restored = answered(&home, &["gist", "backup", "restore", &day]);
    assert!(restored.ends_with("0 new records, 0 improved, 3 already known.\n"), "{restored}");
    let unknown = home.run(&["gist", "backup", "restore", "2020-01-01"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains(&day), "{unknown}");
}
