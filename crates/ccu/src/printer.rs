//! Where commands write: the answer to standard output, everything else to standard error. Colours and silence are
//! decided here once, so that no command asks for them.

use std::io::{self, BufWriter, Write};

use anstream::AutoStream;

use crate::error::{CommandError, label};
use crate::render::{jq, theme};
use crate::sanitize::sanitize_lines;
use crate::settings::Answer;

/// How the two outputs behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrinterOptions {
    /// Whether standard output takes colours.
    pub has_color_stdout: bool,
    /// Whether standard error takes colours.
    pub has_color_stderr: bool,
    /// Whether warnings are left out.
    pub is_quiet: bool,
}

/// The two outputs of a command.
pub struct Printer<'a> {
    stdout: Box<dyn Write + 'a>,
    stderr: Box<dyn Write + 'a>,
    is_quiet: bool,
}

impl Printer<'static> {
    /// The outputs of this process.
    pub fn for_process(options: PrinterOptions) -> Self {
        let stdout = BufWriter::with_capacity(32 * 1024, stream(io::stdout(), options.has_color_stdout));
        Printer {
            stdout: Box::new(stdout),
            stderr: Box::new(stream(io::stderr(), options.has_color_stderr)),
            is_quiet: options.is_quiet,
        }
    }

    /// Outputs that nobody sees, for work that tells what it does in another way.
    pub fn silent() -> Self {
        Printer { stdout: Box::new(io::sink()), stderr: Box::new(io::sink()), is_quiet: true }
    }
}

impl<'a> Printer<'a> {
    /// Outputs that a test reads; what goes to standard error is dropped.
    #[cfg(test)]
    pub fn for_test(stdout: &'a mut Vec<u8>) -> Self {
        Printer { stdout: Box::new(anstream::StripStream::new(stdout)), stderr: Box::new(io::sink()), is_quiet: false }
    }

    /// Prints an answer in JSON, filtered if that was asked for.
    ///
    /// **Errors**: when the filter fails on it, or it cannot be written.
    pub fn json(&mut self, json: &str, answer: &Answer) -> Result<(), CommandError> {
        match answer {
            Answer::Jq(filter) => write!(self.stdout, "{}", jq::run(filter, json)?)?,
            Answer::Json | Answer::Table(_) | Answer::Csv => writeln!(self.stdout, "{json}")?,
        }
        Ok(())
    }

    /// The answer goes here; commands write to it what scripts may read.
    pub fn stdout(&mut self) -> &mut (dyn Write + 'a) {
        &mut *self.stdout
    }

    /// Warns, unless silence was asked for.
    pub fn warning(&mut self, message: &str) -> io::Result<()> {
        if self.is_quiet {
            return Ok(());
        }
        label(&mut *self.stderr, theme::WARNING, "warning", message)
    }

    /// Says beside the answer what happened that is no reason to worry, unless silence was asked for.
    pub fn note(&mut self, message: &str) -> io::Result<()> {
        if self.is_quiet {
            return Ok(());
        }
        label(&mut *self.stderr, theme::WARNING, "note", message)
    }

    /// Tells a failure beside an answer that is there all the same.
    pub fn failure(&mut self, error: &CommandError) -> io::Result<()> {
        error.write_text(&mut *self.stderr)
    }

    /// Says what a person needs to answer a question. It is never left out: the question would make no sense.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.stderr, "{}", sanitize_lines(text))?;
        self.stderr.flush()
    }

    /// Asks for an answer on the same line.
    pub fn ask(&mut self, question: &str) -> io::Result<()> {
        write!(self.stderr, "{} ", sanitize_lines(question))?;
        self.stderr.flush()
    }

    /// Whether warnings are left out.
    pub fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Hands on everything written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()?;
        self.stderr.flush()
    }
}

/// A stream that passes styles on or strips them.
pub fn stream<W: anstream::stream::RawStream>(raw: W, has_color: bool) -> AutoStream<W> {
    AutoStream::new(raw, if has_color { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(is_quiet: bool, write: impl FnOnce(&mut Printer<'_>) -> io::Result<()>) -> (String, String) {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut printer = Printer {
            stdout: Box::new(&mut stdout),
            stderr: Box::new(anstream::StripStream::new(&mut stderr)),
            is_quiet,
        };
        write(&mut printer).unwrap();
        printer.flush().unwrap();
        drop(printer);
        (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    #[test]
    fn the_answer_and_the_rest_part() {
        let write = |printer: &mut Printer<'_>| {
            writeln!(printer.stdout(), "42")?;
            printer.warning("two\nlines")
        };
        let rest = "warning: two\n  lines\n";
        assert_eq!(print(false, write), ("42\n".to_owned(), rest.to_owned()));
        assert_eq!(print(true, write), ("42\n".to_owned(), String::new()));
    }
}
