//! The manners of the binary: what it answers, what it says beside, and how it ends, stated together.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case fails")]

use std::io::Read;
use std::process::Stdio;

use ccu_testkit::sandbox::Sandbox;
use ccu_testkit::transcript::Line;

fn sandbox() -> Sandbox {
    Sandbox::for_binary(env!("CARGO_BIN_EXE_ccu")).with_env("CCU_MACHINE", "desk")
}

/// Two sessions on two days, one of them of a model that nobody has a price for.
fn furnished() -> Sandbox {
    let sandbox = sandbox();
    let line = |id: &str| Line::assistant().message_id(&format!("msg_01{id}")).uuid(id).session(id);
    sandbox.write_transcript(
        "-home-alice-app/a.jsonl",
        [line("a").time("2026-08-01T10:00:00.000Z").tokens([1_000, 2_000, 30_000, 0, 400_000])],
    );
    sandbox.write_transcript(
        "-home-alice-app/b.jsonl",
        [line("b").time("2026-08-02T23:30:00.000Z").model("house-model").tokens([1, 2, 3, 4, 5])],
    );
    sandbox
}

/// What a command answers and says and how it ends, without what differs from run to run.
#[track_caller]
fn seen(sandbox: &Sandbox, arguments: &[&str]) -> String {
    sandbox.run(arguments).to_string().replace(sandbox.root().to_str().unwrap(), "[SANDBOX]")
}

#[test]
fn a_report_is_an_answer_and_nothing_else() {
    insta::assert_snapshot!(seen(&furnished(), &["daily"]), @r"
    exit code: 0
    --- stdout
    Usage by day, UTC

                                             Cache    Cache    Total
    Date        Models       Input  Output   write     read   tokens       Cost
    ───────────────────────────────────────────────────────────────────────────
    2026-08-01  sonnet-4-5   1,000   2,000  30,000  400,000  433,000     $0.52
    2026-08-02  house-model      1       2       7        5       15  no price
    ───────────────────────────────────────────────────────────────────────────
    Total                    1,001   2,002  30,007  400,005  433,015     $0.52+

    Cost is API-equivalent: what these tokens cost at list prices in US dollars. A
    subscription is not charged it.
    note: no price is known for `house-model` (15 tokens); costs marked `+` leave
      that out (see `ccu doctor`)
    ");
}

#[test]
fn filters_and_zones_reach_the_report() {
    let sandbox = furnished();
    let check = |arguments: &[&str], expected: &str| {
        assert_eq!(
            sandbox.run(&[arguments, &["--jq", "[.daily[].date]"]].concat()).success(),
            expected,
            "{arguments:?}"
        );
    };
    check(&["daily"], "[\"2026-08-01\",\"2026-08-02\"]\n");
    check(&["daily", "-z", "Europe/Berlin"], "[\"2026-08-01\",\"2026-08-03\"]\n");
    check(&["daily", "--model", "house"], "[\"2026-08-02\"]\n");
    check(&["daily", "--until", "2026-08-01"], "[\"2026-08-01\"]\n");
    check(&["daily", "--last", "1"], "[]\n");
    check(&["daily", "--last", "1", "--until", "20260802"], "[\"2026-08-02\"]\n");
    check(&["daily", "--order", "desc"], "[\"2026-08-02\",\"2026-08-01\"]\n");
    check(&["daily", "--project", "elsewhere", "--quiet"], "[]\n");
}

#[test]
fn without_refresh_nothing_new_is_read() {
    let sandbox = furnished();
    assert_eq!(sandbox.run(&["daily", "--no-refresh"]).success(), "No usage recorded.\n");
    assert_eq!(
        sandbox.run(&["refresh"]).success(),
        "Read 1,256B in 2 of 2 transcripts: 2 new responses, 0 improved, 0 copies already known.\n"
    );
    assert_eq!(sandbox.run(&["refresh"]).success(), "Nothing new in 2 transcripts.\n");
    assert_eq!(sandbox.run(&["refresh", "--quiet"]).success(), "");
    assert_eq!(sandbox.run(&["daily", "--no-refresh", "--jq", ".totals.responses"]).success(), "2\n");
}

#[test]
fn wrong_lines_end_with_2_and_nothing_on_stdout() {
    let sandbox = sandbox();
    insta::assert_snapshot!(seen(&sandbox, &["daily", "--sinse", "7d"]), @r"
    exit code: 2
    --- stderr
    error: unexpected argument '--sinse' found

      tip: a similar argument exists: '--since'

    Usage: ccu daily --since <DAY>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(seen(&sandbox, &["daily", "--sinse", "7d", "--json"]), @r#"
    exit code: 2
    --- stderr
    {"error":{"kind":"usage","message":"unexpected argument '--sinse' found","causes":[],"hints":["a similar argument exists: '--since'"]}}
    "#);
    insta::assert_snapshot!(seen(&sandbox, &["daily", "--jq", ".daily["]), @r#"
    exit code: 2
    --- stderr
    {"error":{"kind":"usage","message":"`--jq` does not understand `.daily[`: expected closing bracket at character 8","causes":[],"hints":["jq's language is described at https://jqlang.org/manual"]}}
    "#);
    insta::assert_snapshot!(seen(&sandbox, &["demo", "nonsense"]), @r"
    exit code: 2
    --- stderr
    error: unrecognized subcommand 'nonsense'

    Usage: ccu [OPTIONS] [COMMAND]

    For more information, try '--help'.
    ");
}

#[test]
fn settings_are_set_shown_and_taken_back() {
    let sandbox = sandbox();
    assert_eq!(
        sandbox.run(&["config", "path"]).success(),
        format!("{}\n", sandbox.config().join("config.toml").display())
    );
    assert_eq!(sandbox.run(&["config", "set", "report.week_start", "sunday"]).success(), "");
    assert_eq!(sandbox.run(&["config", "get", "report.week_start"]).success(), "sunday\n");
    insta::assert_snapshot!(seen(&sandbox, &["config", "show", "--origin"]), @r"
    exit code: 0
    --- stdout
    machine.name = desk  (environment variable `CCU_MACHINE`)
    report.timezone = UTC  (environment variable `TZ`)
    report.week_start = sunday  (`[SANDBOX]/config/config.toml`, line 2)
    data.path = [SANDBOX]/data  (environment variable `CCU_DATA_DIR`)
    github.api_url = https://api.github.com  (default)
    github.use_gh = false  (default)
    sync.projects = name  (default)
    sync.encrypt = false  (default)
    sync.auto = false  (default)
    sync.interval = 10  (default)
    dashboard.background = auto  (default)
    dashboard.charset = auto  (default)
    ");
    assert_eq!(sandbox.run(&["config", "unset", "report.week_start"]).success(), "");
    assert_eq!(sandbox.run(&["config", "get", "report.week_start"]).success(), "monday\n");
    insta::assert_snapshot!(seen(&sandbox, &["config", "set", "report.week_start", "moonday"]), @r"
    exit code: 2
    --- stderr
    error: `report.week_start` is `moonday`; expected a day of the week, `monday` to `sunday`; did you mean `monday`?
    hint: `ccu config set --help` lists the settings and what they may be
    ");
    insta::assert_snapshot!(seen(&sandbox, &["config", "get", "prices.nobody.input"]), @r"
    exit code: 1
    --- stderr
    error: `prices.nobody.input` is not set
    hint: set it with `ccu config set prices.nobody.input VALUE`
    ");
}

#[test]
fn a_wrong_configuration_is_named_by_line() {
    let sandbox = sandbox();
    std::io::Write::write_all(
        &mut std::fs::File::create(sandbox.config().join("config.toml")).unwrap(),
        b"[report]\nweek_start = \"moonday\"\n",
    )
    .unwrap();
    insta::assert_snapshot!(seen(&sandbox, &["daily"]), @r"
    exit code: 1
    --- stderr
    error: `[SANDBOX]/config/config.toml` is not a valid configuration
      line 2, column 14: `report.week_start` is `moonday`; expected a day of the week, `monday` to `sunday`; did you mean `monday`?
    hint: edit these lines, or take one out with `ccu config unset KEY`
    ");
}

#[test]
fn the_doctor_names_what_is_worth_knowing() {
    let sandbox = furnished();
    sandbox.append_transcript("-home-alice-app/a.jsonl", ["{\"type\":\"assistant\",\"message\":{\"usage\":{"]);
    let _ = sandbox.run(&["refresh"]).success();
    let output = sandbox.run(&["doctor"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    for part in ["the file is sound", "all are read", "line 2: the object is cut off", "`house-model` has no price"] {
        assert!(output.stdout.contains(part), "{part} in {output}");
    }
    let healthy = sandbox.run(&["doctor", "--rebuild", "--jq", ".isHealthy"]).success();
    assert_eq!(healthy, "true\n");
}

#[test]
fn names_can_be_hidden() {
    let sandbox = furnished();
    for command in ["daily", "session", "project", "device"] {
        for format in ["--json", "--csv", "--compact"] {
            let output = sandbox.run(&[command, "--anon", format]);
            assert!(
                !output.stdout.contains("alice") && !output.stdout.contains("desk"),
                "{command} {format}: {output}"
            );
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = sandbox();
    let mut child = sandbox.command(&["man"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_filter_that_nothing_matches_is_named_with_what_was_meant() {
    insta::assert_snapshot!(seen(&furnished(), &["daily", "--model", "sonet,house", "--machine", "dsk", "-p", "ap"]), @r"
    exit code: 0
    --- stdout
    No usage matches these filters.
    --- stderr
    warning: no model has `sonet` in its id; did you mean `sonnet`?
    warning: no machine is called `dsk`; did you mean `desk`?
    ");
    let sandbox = furnished();
    let said = |arguments: &[&str]| sandbox.run(arguments).stderr;
    assert_eq!(said(&["--model", "sonnet"]), "");
    assert_eq!(said(&["blocks", "--model", "sonet", "--quiet"]), "");
    assert_eq!(
        said(&["session", "--anon", "--project", "alicee/app", "--json"]),
        "warning: no project has `alicee/app` in its name; `ccu project` lists them\n"
    );
}

#[test]
fn what_a_clock_that_was_ahead_has_written_is_not_of_today() {
    let sandbox = sandbox();
    sandbox.write_transcript("-home-alice-app/a.jsonl", [Line::assistant().time("2090-01-01T10:00:00.000Z")]);
    let output = sandbox.run(&["summary", "--json", "--jq", ".summary | map(.responses)"]);
    assert_eq!(output.stdout.split_whitespace().collect::<String>(), "[0,0,0,1]", "{output}");
}

#[test]
#[cfg(unix)]
fn the_doctor_names_each_path_that_cannot_be_read() {
    let sandbox = furnished();
    std::os::unix::fs::symlink("nowhere", sandbox.projects().join("-home-alice-app/c.jsonl")).unwrap();
    let _ = sandbox.run(&["refresh"]);
    let output = sandbox.run(&["doctor"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(1), ""));
    let lines: Vec<&str> = output.stdout.lines().map(str::trim).collect();
    let text = lines.join(" ");
    for part in
        ["c.jsonl` cannot be read: broken symbolic link", "let the link lead to a", "all that can be read are read"]
    {
        assert!(text.contains(part), "{part} in {output}");
    }
    let json = sandbox.run(&["doctor", "--jq", ".isHealthy"]);
    assert_eq!((json.code, json.stdout.as_str()), (Some(1), "false\n"));
}

#[test]
fn transcripts_that_cannot_be_read_are_not_said_to_be_missing() {
    let sandbox = sandbox();
    let projects = sandbox.projects();
    let _ = std::fs::remove_dir(&projects);
    std::fs::File::create(&projects).unwrap();
    for arguments in [&["daily"][..], &["blocks"], &["summary"]] {
        let expected = "exit code: 0\n--- stdout\n\
             The transcripts of Claude Code cannot be read: `[SANDBOX]/home/.claude/projects`: not a regular file.\n\
             `ccu doctor` says what mends it.";
        assert_eq!(seen(&sandbox, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_zone_variable_that_names_none_stops_reports_only() {
    let sandbox = furnished().with_env("TZ", "Mars/Olympus");
    insta::assert_snapshot!(seen(&sandbox, &["daily"]), @r"
    exit code: 1
    --- stderr
    error: `TZ` is `Mars/Olympus`; expected an IANA time zone such as `Europe/Berlin`, or a POSIX rule
    hint: set `TZ` to a zone such as `Europe/Berlin`, or unset it
    hint: `--timezone ZONE` wins over it
    ");
    assert_eq!(sandbox.run(&["refresh", "--quiet"]).success(), "");
    insta::assert_snapshot!(seen(&sandbox, &["config", "get", "machine.name"]), @r"
    exit code: 0
    --- stdout
    desk
    --- stderr
    warning: `TZ` is `Mars/Olympus`; expected an IANA time zone such as `Europe/Berlin`, or a POSIX rule; reports need one
    ");
    let doctor = sandbox.run(&["doctor"]);
    assert_eq!(doctor.code, Some(1));
    for part in ["`TZ` is `Mars/Olympus`", "machine `desk`, zone UTC", "all are read"] {
        assert!(doctor.stdout.contains(part), "{part} in {doctor}");
    }
    assert_eq!(sandbox.run(&["reset-db", "--force"]).code, Some(0));
}

/// The size of an empty database is the schema's matter.
fn without_size(text: &str) -> String {
    let is_size = |part: &str| part.ends_with("B") && part.starts_with(|character: char| character.is_ascii_digit());
    let parts = text.split(", ").map(|part| if is_size(part) { "[SIZE]" } else { part });
    parts.collect::<Vec<&str>>().join(", ")
}

#[test]
fn a_reset_says_what_goes_and_what_brings_it_back() {
    let sandbox = furnished();
    insta::assert_snapshot!(seen(&sandbox, &["reset-db"]), @r"
    exit code: 2
    --- stderr
    error: `ccu reset-db` takes all stored usage out of the reports: no database of this machine can be read in `[SANDBOX]/data`
    hint: `ccu reset-db --force` does it; the file is kept beside the new one, its name ending with `.reset-` and the time
    hint: transcripts that Claude Code has not deleted yet bring theirs back at the next report, `ccu gist pull` what is in the Gist, `ccu import FILE` what was exported, and moving the kept file back everything
    ");
    assert!(!sandbox.data().join("usage_history_desk.db").exists());
    let _ = sandbox.run(&["refresh"]).success();
    insta::assert_snapshot!(without_size(&seen(&sandbox, &["reset-db"])), @r"
    exit code: 2
    --- stderr
    error: `ccu reset-db` takes all stored usage out of the reports: 2 records from 2026-08-01 to 2026-08-02, [SIZE], in `[SANDBOX]/data/usage_history_desk.db`
    hint: `ccu reset-db --force` does it; the file is kept beside the new one, its name ending with `.reset-` and the time
    hint: transcripts that Claude Code has not deleted yet bring theirs back at the next report, `ccu gist pull` what is in the Gist, `ccu import FILE` what was exported, and moving the kept file back everything
    ");
    let output = sandbox.run(&["reset-db", "--force"]).success();
    for part in ["usage_history_desk.db.reset-", "`ccu gist pull`", "Moved back to"] {
        assert!(output.contains(part), "{part} in {output}");
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_blamed_itself() {
    let sandbox = furnished();
    std::fs::create_dir_all(sandbox.data().join("usage_history_desk.db")).unwrap();
    insta::assert_snapshot!(seen(&sandbox, &["daily"]), @r"
    exit code: 1
    --- stderr
    error: cannot open the database `[SANDBOX]/data/usage_history_desk.db`
    caused by: unable to open database file: [SANDBOX]/data/usage_history_desk.db
    hint: it is a directory; move it away, or name another data directory with `CCU_DATA_DIR`
    ");
}

#[test]
fn a_setting_that_a_variable_wins_over_is_warned_of() {
    let sandbox = sandbox();
    insta::assert_snapshot!(seen(&sandbox, &["config", "set", "report.timezone", "Europe/Berlin"]), @r"
    exit code: 0
    --- stderr
    warning: `TZ` is set and wins over the file
    ");
    assert_eq!(sandbox.run(&["config", "unset", "report.timezone"]).success(), "");
}

#[test]
fn a_database_that_stays_behind_is_named_with_the_way_to_move_it() {
    let sandbox = furnished().with_env("CCU_DATA_DIR", "");
    let _ = sandbox.run(&["refresh"]).success();
    let new = sandbox.root().join("new place");
    let set = |sandbox: &Sandbox| seen(sandbox, &["config", "set", "data.path", new.to_str().unwrap()]);
    insta::assert_snapshot!(set(&sandbox), @r"
    exit code: 0
    --- stderr
    warning: this machine's database stays in `[SANDBOX]/xdg-data/ccu`, and the next report begins a new one; to move it: `mkdir -p '[SANDBOX]/new place' && mv [SANDBOX]/xdg-data/ccu/usage_history_desk.db* '[SANDBOX]/new place'/`
    ");
    let _ = sandbox.run(&["refresh"]).success();
    assert_eq!(set(&sandbox), "exit code: 0");
}
