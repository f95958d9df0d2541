//! Tokens: where they go, what is refused, and that nobody sees them.

use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub, Token};

use super::{answered, seen, shown, stranger, without_token};

#[test]
fn a_token_from_standard_input_goes_into_a_file_for_its_owner_alone() {
    let fake = FakeGitHub::start();
    let home = stranger("HOME-WT", &fake);
    let stored = home.run_with_input(&["gist", "set-token"], format!("{DEFAULT_TOKEN}\n").as_bytes());
    insta::assert_snapshot!(shown(&stored, &home, &fake), @r#"
    exit code: 0
    --- stdout
    Stored the token of octocat.
    Location: File ~/.claude/gist_token.txt
    --- stderr
    note: there is no system keyring here, so the token is in a file that only you can read
    "#);
    let path = home.home().join(".claude/gist_token.txt");
    assert_eq!(std::fs::read_to_string(&path).unwrap().trim(), DEFAULT_TOKEN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }
    assert!(answered(&home, &["gist", "status"]).contains("Location: File ~/.claude/gist_token.txt"));
    insta::assert_snapshot!(seen(&home, &fake, &["gist", "logout"]), @r#"
    exit code: 0
    --- stdout
    Removed the token from the file `~/.claude/gist_token.txt`.
    --- stderr
    note: GitHub still accepts the token until you delete it at https://github.com/settings/tokens
    "#);
    assert!(!path.exists());
    insta::assert_snapshot!(seen(&home, &fake, &["gist", "logout"]), @r#"
    exit code: 0
    --- stdout
    No token is stored here.
    "#);
}

#[test]
fn without_a_token_every_command_says_how_to_get_one() {
    let fake = FakeGitHub::start();
    let home = stranger("HOME-WT", &fake);
    let expected = home.run(&["gist", "push"]);
    insta::assert_snapshot!(shown(&expected, &home, &fake), @r#"
    exit code: 3
    --- stderr
    error: GitHub token not configured
    hint: run the setup wizard: `ccu gist setup`
    hint: or set a token by hand: `ccu gist set-token`
    "#);
    for command in ["pull", "sync", "info", "verify", "list", "machines"] {
        let output = home.run(&["gist", command]);
        assert_eq!((output.code, &output.stderr), (Some(3), &expected.stderr), "{command}");
    }
    let status = seen(&home, &fake, &["gist", "status"]);
    assert!(status.starts_with("exit code: 0") && status.contains("✗ Not configured"), "{status}");
    assert!(fake.log().is_empty(), "nobody is asked without a token");
    let output = home.run_with_input(&["gist", "set-token"], b"\n");
    assert_eq!(output.code, Some(2), "{output}");
}

#[test]
fn a_token_that_github_does_not_know_is_not_stored() {
    let fake = FakeGitHub::start();
    let home = stranger("HOME-WT", &fake);
    let refused = home.run_with_input(&["gist", "set-token"], b"ghp_unknown");
    assert!(!refused.to_string().contains("ghp_unknown"), "{refused}");
    insta::assert_snapshot!(shown(&refused, &home, &fake), @r#"
    exit code: 3
    --- stderr
    error: invalid token
    caused by: GitHub does not accept the token
    hint: it may have expired or been revoked; make a new one at https://github.com/settings/tokens with the scope `gist`
    hint: store a token with `ccu gist set-token`
    "#);
    assert!(!home.home().join(".claude/gist_token.txt").exists());
}

#[test]
fn a_token_without_the_scope_is_not_stored() {
    let fake = FakeGitHub::start();
    fake.add_token(Token::classic("ghp_repo", "octocat", &["repo"]));
    let home = stranger("HOME-WT", &fake);
    let refused = home.run_with_input(&["gist", "set-token"], b"ghp_repo");
    without_token(&refused);
    assert!(!refused.to_string().contains("ghp_repo"), "{refused}");
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("needs the scope `gist`"), "{refused}");
    assert!(!home.home().join(".claude/gist_token.txt").exists());
}

#[test]
fn setup_takes_a_token_from_standard_input() {
    let fake = FakeGitHub::start();
    let home = stranger("HOME-WT", &fake);
    super::write_responses(&home, "HOME-WT", 0..1);
    let arguments = ["gist", "setup", "--yes", "--token-stdin", "--store", "file", "--no-encrypt"];
    let output = home.run_with_input(&arguments, DEFAULT_TOKEN.as_bytes());
    without_token(&output);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("Location: File ~/.claude/gist_token.txt"), "{output}");
    assert_eq!(answered(&home, &["gist", "sync", "--quiet"]), "");
}
