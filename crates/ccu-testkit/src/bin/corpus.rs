//! The command line of the corpus generator.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use ccu_testkit::corpus::{self, options};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help")) {
        return say(&mut std::io::stdout(), options::USAGE.trim_end(), ExitCode::SUCCESS);
    }
    let (out, options) = match options::parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            return say(
                &mut std::io::stderr(),
                &format!("error: {message}\n\n{}", options::USAGE.trim_end()),
                ExitCode::from(2),
            );
        }
    };
    let start = Instant::now();
    match corpus::generate(&out, &options) {
        Ok(truth) => {
            let summary = format!(
                "{} files, {:.1} MB, {} lines, {} rows, {} responses in {:.1} s",
                truth.files,
                truth.bytes as f64 / 1e6,
                truth.lines,
                truth.rows,
                truth.totals.messages,
                start.elapsed().as_secs_f64()
            );
            say(&mut std::io::stdout(), &summary, ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&mut std::io::stderr(), &format!("error: cannot write the corpus: {error}"), ExitCode::FAILURE)
        }
    }
}

/// Writes one message and hands the exit code on; a reader that has gone away is no failure.
fn say(stream: &mut dyn Write, message: &str, code: ExitCode) -> ExitCode {
    writeln!(stream, "{message}").ok();
    code
}
