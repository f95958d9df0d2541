//! A fake GitHub for hand use: prints its address and, as they come, the requests.

use std::io::Write;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use ccu_testkit::fake_github::{
    Action, Answer, DEFAULT_LOGIN, DEFAULT_TOKEN, FakeGitHub, Fault, Options, Recorded, Token,
};

const USAGE: &str = "\
Usage: fake-github [OPTIONS]

  --port N             listen on this port of 127.0.0.1 (default: a free one)
  --token T            know this token of the user `octocat`; may be repeated
  --advertise URL      write this address into answers: that of a proxy in front
  --conflicts PERCENT  answer so many writes with 409
  --lost PERCENT       carry so many writes out and close the connection without answering
  --seed N             choose these writes by this seed (default: 1)
  --quiet              do not print the requests
";

/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help")) {
        write!(std::io::stdout(), "{USAGE}").ok();
        return ExitCode::SUCCESS;
    }
    match parse(arguments) {
        Ok(setup) => run(setup),
        Err(message) => {
            write!(std::io::stderr(), "error: {message}\n\n{USAGE}").ok();
            ExitCode::from(2)
        }
    }
}

/// What was asked for.
struct Setup {
    options: Options,
    token: String,
    conflicts: u64,
    lost: u64,
    seed: u64,
    is_quiet: bool,
}

fn parse(arguments: Vec<String>) -> Result<Setup, String> {
    let mut setup = Setup {
        options: Options::new().running_from(now()),
        token: DEFAULT_TOKEN.to_owned(),
        conflicts: 0,
        lost: 0,
        seed: 1,
        is_quiet: false,
    };
    let mut arguments = arguments.into_iter();
    while let Some(name) = arguments.next() {
        if name == "--quiet" {
            setup.is_quiet = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("`{name}` is unknown or lacks its value"))?;
        let number = |most: u64| {
            let number = value.parse().ok().filter(|number| *number <= most);
            number.ok_or_else(|| format!("`{name}` takes a number up to {most}, not `{value}`"))
        };
        match name.as_str() {
            "--port" => setup.options = setup.options.port(number(65_535)? as u16),
            "--token" => {
                setup.options = setup.options.token(Token::classic(&value, DEFAULT_LOGIN, &["gist"]));
                setup.token = value;
            }
            "--advertise" => setup.options = setup.options.advertised_url(&value),
            "--conflicts" => setup.conflicts = number(100)?,
            "--lost" => setup.lost = number(100)?,
            "--seed" => setup.seed = number(u64::MAX)?,
            _ => return Err(format!("`{name}` is unknown")),
        }
    }
    Ok(setup)
}

#[expect(clippy::disallowed_methods, reason = "a program that runs for hours by real time begins with the real time")]
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Serves until the process is ended.
fn run(setup: Setup) -> ExitCode {
    let github = setup.options.start();
    let conflict = Fault::answer(Answer::conflict()).on_patch().chance(setup.conflicts * 10, setup.seed);
    let lost = Fault::new(Action::DropAfter).on_patch().chance(setup.lost * 10, setup.seed.wrapping_add(1));
    github.faults().order(conflict);
    github.faults().order(lost);
    let mut stdout = std::io::stdout();
    let address = format!("CCU_GITHUB_API_URL={} GITHUB_GIST_TOKEN={}", github.url(), setup.token);
    if writeln!(stdout, "{}\n{address}", github.url()).is_err() {
        return ExitCode::FAILURE;
    }
    loop {
        thread::sleep(LOOK);
        let lines = news(&github);
        if !setup.is_quiet && lines.iter().any(|line| writeln!(stdout, "{line}").is_err()) {
            return ExitCode::SUCCESS;
        }
    }
}

/// The requests that were answered since the last look, and what was wrong with them.
fn news(github: &FakeGitHub) -> Vec<String> {
    let line = |request: &Recorded| {
        let status = request.status.map_or("dropped".to_owned(), |status| status.to_string());
        let (method, target) = (&request.method, &request.target);
        format!("{method} {target} {status} ({} B in, {} B out)", request.body_bytes, request.answer_bytes)
    };
    let mut lines: Vec<String> = github.log().take_requests().iter().map(line).collect();
    lines.extend(github.take_violations().into_iter().map(|violation| format!("violation: {violation}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let check = |arguments: &str, expected: Result<(u64, u64), &str>| {
            let parsed = parse(arguments.split_whitespace().map(str::to_owned).collect());
            let found = parsed.map(|setup| (setup.conflicts, setup.seed));
            assert_eq!(found, expected.map_err(str::to_owned), "{arguments}");
        };
        check("", Ok((0, 1)));
        check("--port 8080 --token a --token b --conflicts 30 --seed 7 --quiet", Ok((30, 7)));
        check("--lost 5 --advertise http://127.0.0.1:4010", Ok((0, 1)));
        check("--conflicts 101", Err("`--conflicts` takes a number up to 100, not `101`"));
        check("--port x", Err("`--port` takes a number up to 65535, not `x`"));
        check("--token", Err("`--token` is unknown or lacks its value"));
        check("--other 1", Err("`--other` is unknown"));
    }
}
