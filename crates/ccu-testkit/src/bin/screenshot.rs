//! Takes a picture of a program's screen, after keys that are sent to it.

#[cfg(unix)]
mod unix {
    //! The program itself: it needs a pseudo terminal.

    use std::fs::File;
    use std::io::Write;
    use std::process::{Command, ExitCode};
    use std::time::Duration;

    use ccu_testkit::picture;
    use ccu_testkit::pty::{Background, PATIENCE, Pty, Screen};

    const USAGE: &str = "\
Usage: screenshot [OPTIONS] OUT.svg -- PROGRAM [ARGUMENTS]
       screenshot [OPTIONS] --text -- PROGRAM [ARGUMENTS]

  --columns N      width of the terminal (default: 120)
  --rows N         its height (default: 36)
  --light          a light terminal, and a program that asks is told so
  --title TEXT     what stands above the screen (default: the program's name)
  --wait-for TEXT  wait for this before the first key
  --keys KEYS      send these, one after another, each when the screen is still; \\e, \\r, \\t and \\\\ are understood
  --text           print the screen as text
";

    /// A screen on which nothing has changed for so long is finished.
    const STILL: Duration = Duration::from_millis(300);

    /// How long a program may be without a first word.
    const SILENCE: Duration = Duration::from_secs(5);

    /// What was asked for.
    #[derive(Debug, PartialEq, Eq)]
    pub struct Setup {
        size: (u16, u16),
        background: Background,
        title: Option<String>,
        keys: Vec<String>,
        wait_for: Option<String>,
        is_text: bool,
        out: Option<String>,
        program: Vec<String>,
    }

    pub fn main() -> ExitCode {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        if arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--help") {
            return say(&mut std::io::stdout(), USAGE, ExitCode::SUCCESS);
        }
        let setup = match parse(arguments) {
            Ok(setup) => setup,
            Err(message) => {
                return say(&mut std::io::stderr(), &format!("error: {message}\n\n{USAGE}"), ExitCode::from(2));
            }
        };
        match take(&setup).and_then(|screen| deliver(&setup, &screen)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => say(&mut std::io::stderr(), &format!("error: {message}\n"), ExitCode::FAILURE),
        }
    }

    /// Reads the command line.
    pub fn parse(arguments: Vec<String>) -> Result<Setup, String> {
        let mut setup = Setup {
            size: (120, 36),
            background: Background::Dark,
            title: None,
            keys: Vec::new(),
            wait_for: None,
            is_text: false,
            out: None,
            program: Vec::new(),
        };
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{name}` lacks its value"));
            match name.as_str() {
                "--columns" => setup.size.0 = number(&name, &value()?)?,
                "--rows" => setup.size.1 = number(&name, &value()?)?,
                "--light" => setup.background = Background::Light,
                "--title" => setup.title = Some(value()?),
                "--keys" => setup.keys = keys(&value()?),
                "--wait-for" => setup.wait_for = Some(value()?),
                "--text" => setup.is_text = true,
                "--" => setup.program = arguments.by_ref().collect(),
                _ if name.starts_with('-') || setup.out.is_some() => return Err(format!("`{name}` is unknown")),
                _ => setup.out = Some(name),
            }
        }
        match (setup.program.is_empty(), setup.is_text == setup.out.is_some()) {
            (true, _) => Err("no program is named after `--`".to_owned()),
            (_, true) => Err("either a file or `--text` must be given".to_owned()),
            _ => Ok(setup),
        }
    }

    fn number(name: &str, value: &str) -> Result<u16, String> {
        let number = value.parse().ok().filter(|number| (1..=1_000).contains(number));
        number.ok_or_else(|| format!("`{name}` takes a number from 1 to 1000, not `{value}`"))
    }

    /// Single keys; an escape sequence is one.
    fn keys(text: &str) -> Vec<String> {
        let text = text.replace("\\e", "\x1b").replace("\\r", "\r").replace("\\t", "\t").replace("\\\\", "\\");
        let mut keys: Vec<String> = Vec::new();
        for character in text.chars() {
            match keys.last_mut().filter(|key| is_open(key) && character != '\x1b') {
                Some(key) => key.push(character),
                None => keys.push(character.to_string()),
            }
        }
        keys
    }

    /// Whether an escape sequence lacks its end: `ESC [`, numbers, and a letter or `~`.
    fn is_open(key: &str) -> bool {
        let Some(rest) = key.strip_prefix('\x1b') else { return false };
        let is_control =
            |rest: &str| rest.chars().all(|character| character.is_ascii_digit() || "[;<".contains(character));
        rest.is_empty() || rest.starts_with('[') && is_control(rest)
    }

    /// Runs the program and sends the keys.
    fn take(setup: &Setup) -> Result<Screen, String> {
        let [program, arguments @ ..] = setup.program.as_slice() else { return Err("no program".to_owned()) };
        let mut command = Command::new(program);
        command.args(arguments).envs(environment()).env_remove("COLUMNS").env_remove("LINES");
        let pty = Pty::start_on(&command, setup.size, setup.background);
        if let Some(text) = &setup.wait_for {
            pty.wait_until(PATIENCE, |screen| screen.has(text)).map_err(|unseen| format!("`{text}`: {unseen}"))?;
        }
        // A program that needs a while for its first word is not finished before. One without any is pictured all the same.
        pty.wait_until(SILENCE, |screen| !screen.to_string().is_empty()).ok();
        let mut screen = pty.wait_until_still(STILL);
        for key in &setup.keys {
            pty.keys(key);
            screen = pty.wait_until_still(STILL);
        }
        Ok(screen)
    }

    #[expect(clippy::disallowed_methods, reason = "it runs programs for its user, in the user's environment")]
    fn environment() -> std::env::VarsOs {
        std::env::vars_os()
    }

    fn deliver(setup: &Setup, screen: &Screen) -> Result<(), String> {
        let Some(out) = &setup.out else {
            return writeln!(std::io::stdout(), "{screen}").map_err(|error| error.to_string());
        };
        let title = setup.title.as_ref().unwrap_or(&setup.program[0]);
        let svg = picture::draw(screen, title, setup.background);
        let write = |mut file: File| file.write_all(svg.as_bytes());
        File::create(out).and_then(write).map_err(|error| format!("cannot write {out}: {error}"))
    }

    /// Writes one message and hands the exit code on; a reader that has gone away is no failure.
    fn say(stream: &mut dyn Write, message: &str, code: ExitCode) -> ExitCode {
        write!(stream, "{message}").ok();
        code
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn arguments_are_read() {
            let check = |arguments: &str, expected: Result<((u16, u16), usize), &str>| {
                let parsed = parse(arguments.split_whitespace().map(str::to_owned).collect());
                let found = parsed.map(|setup| (setup.size, setup.program.len()));
                assert_eq!(found, expected.map_err(str::to_owned), "{arguments}");
            };
            check("--columns 80 --rows 24 a.svg -- ls --color", Ok(((80, 24), 2)));
            check("--light --title T --keys d --wait-for x --text -- vim", Ok(((120, 36), 1)));
            check("a.svg", Err("no program is named after `--`"));
            check("-- ls", Err("either a file or `--text` must be given"));
            check("--text a.svg -- ls", Err("either a file or `--text` must be given"));
            check("--rows 0 a.svg -- ls", Err("`--rows` takes a number from 1 to 1000, not `0`"));
            check("--other a.svg -- ls", Err("`--other` is unknown"));
            check("a.svg --keys", Err("`--keys` lacks its value"));
        }

        #[test]
        fn keys_are_told_apart() {
            assert_eq!(keys(r"d\e[B\e[5~q\r"), ["d", "\x1b[B", "\x1b[5~", "q", "\r"]);
            assert_eq!(keys(r"\e\e[A"), ["\x1b", "\x1b[A"]);
        }
    }
}

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    unix::main()
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    std::io::Write::write_all(&mut std::io::stderr(), b"error: it needs a pseudo terminal, which only Unix has\n").ok();
    std::process::ExitCode::FAILURE
}
