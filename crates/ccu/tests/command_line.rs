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
    insta::assert_snapshot!(seen(&sandbox, &["reset-db"]), @r"
    exit code: 2
    --- stderr
    error: `ccu reset-db` takes all stored usage out of the reports; transcripts that Claude Code has not deleted yet bring theirs back, nothing else does
    hint: `ccu reset-db --force` does it; the old file is kept beside the new one
    hint: `ccu doctor` shows what the database holds
    ");
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
