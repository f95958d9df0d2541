//! Questions to the person at the terminal. Callers ask only where [`Terminal::can_ask`] says that somebody is there.
//!
//! [`Terminal::can_ask`]: crate::surroundings::Terminal::can_ask

use std::io::{self, BufRead};

use ccu_engine::hidden::Hidden;
use console::Term;

use crate::error::CommandError;
use crate::printer::Printer;

/// Asks a question whose answer is yes or no; an empty line means `default`. What is neither is asked again, and the end of
/// the input means no.
///
/// **Errors**: when the terminal cannot be read or written.
pub fn yes_or_no(question: &str, default: bool, printer: &mut Printer<'_>) -> Result<bool, CommandError> {
    ask_yes_or_no(question, default, &mut io::stdin().lock(), printer)
}

fn ask_yes_or_no(
    question: &str,
    default: bool,
    answers: &mut impl BufRead,
    printer: &mut Printer<'_>,
) -> Result<bool, CommandError> {
    loop {
        printer.ask(&format!("{question} {}", if default { "[Y/n]" } else { "[y/N]" }))?;
        let mut answer = String::new();
        if answers.read_line(&mut answer)? == 0 {
            return Ok(false);
        }
        match answer.trim().to_lowercase().as_str() {
            "" => return Ok(default),
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => printer.say("Please answer y or n.")?,
        }
    }
}

/// Asks for a secret, which the terminal does not show.
///
/// **Errors**: when the terminal cannot be read or written.
pub fn hidden_line(question: &str, printer: &mut Printer<'_>) -> Result<Hidden<String>, CommandError> {
    printer.ask(question)?;
    Ok(Hidden::new(Term::stderr().read_secure_line()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(input: &str, default: bool) -> bool {
        let mut stdout = Vec::new();
        ask_yes_or_no("Go on?", default, &mut input.as_bytes(), &mut Printer::for_test(&mut stdout)).unwrap()
    }

    #[test]
    fn an_empty_line_is_the_default_and_nonsense_is_asked_again() {
        assert!(answered("\n", true));
        assert!(!answered("\n", false));
        assert!(answered("YES\n", false));
        assert!(!answered("n\n", true));
        assert!(answered("maybe\ny\n", false));
        assert!(!answered("maybe\n", true), "the end of the input is no consent");
    }
}
