//! Encryption: what is sealed, and how a second machine gets the key.

use ccu_testkit::fake_github::FakeGitHub;

use super::{answered, json, machine};

#[test]
fn a_second_machine_reads_with_the_key_and_only_with_it() {
    let fake = FakeGitHub::start();
    let (home, laptop) = (machine("HOME-WT", 3, &fake), machine("Laptop-WT", 2, &fake));
    answered(&home, &["gist", "push"]);
    let on = answered(&home, &["gist", "encrypt", "on"]);
    assert!(on.contains("Made the key age1") && on.contains("Encryption is on."), "{on}");
    let id = fake.gists().ids().remove(0);
    let nothing_is_readable = || {
        for (name, text) in fake.gists().files(&id) {
            let is_readable = ["sonnet", "session_id", "HOME-WT", "Laptop-WT"].iter().any(|word| text.contains(word));
            assert!(!is_readable && !name.contains("-WT"), "{name} is readable: {text}");
        }
    };
    nothing_is_readable();
    let refused = laptop.run(&["gist", "pull"]);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("`ccu gist key import`"), "{refused}");
    let second_key = laptop.run(&["gist", "encrypt", "on"]);
    assert_eq!(second_key.code, Some(1), "{second_key}");
    assert!(second_key.stderr.contains("`ccu gist key import`"), "{second_key}");
    assert_eq!(laptop.run(&["gist", "key", "show"]).code, Some(1), "no key was made");
    let key = answered(&home, &["gist", "key", "show"]);
    let imported = laptop.run_with_input(&["gist", "key", "import"], key.as_bytes());
    assert_eq!(imported.code, Some(0), "{imported}");
    assert!(!imported.to_string().contains("AGE-SECRET-KEY"), "{imported}");
    assert_eq!(answered(&laptop, &["gist", "pull"]), "Pulled 3 new records from HOME-WT.\n");
    answered(&laptop, &["gist", "push"]);
    nothing_is_readable();
    assert_eq!(json(&home, &["gist", "encrypt", "status", "--json"])["isEncrypted"], true);
    assert!(answered(&home, &["gist", "encrypt", "off"]).contains("Encryption is off."));
    assert!(fake.gists().files(&id).values().any(|text| text.contains("sonnet")));
}

#[test]
fn a_key_is_not_replaced_by_accident() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 1, &fake);
    answered(&home, &["gist", "key", "new"]);
    assert_eq!(home.run(&["gist", "key", "new"]).code, Some(2));
    answered(&home, &["gist", "key", "new", "--force"]);
    let nonsense = home.run_with_input(&["gist", "key", "import"], b"AGE-SECRET-KEY-1NONSENSE");
    assert_eq!(nonsense.code, Some(2), "{nonsense}");
    assert!(!nonsense.to_string().contains("NONSENSE"), "{nonsense}");
}
