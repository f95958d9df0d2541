//! What kind of corpus is wanted, and how the command line says it.

use std::path::PathBuf;

/// How to call the generator.
pub const USAGE: &str = "\
Writes made-up Claude Code transcripts and what a correct reader finds in them.

Example: cargo run --release -p ccu-testkit --bin corpus -- /tmp/corpus --bytes 1G --files 10000

Usage: corpus OUT [--bytes N[K|M|G]] [--files N] [--records N] [--seed N] [--machines N] [--edge] [--lean]

  OUT            a new or empty directory; gets projects/ (with --machines m1/projects/, m2/projects/, ...) and truth.json
  --bytes N      about so many bytes in all (default 100M)
  --files N      exactly so many transcripts, the bytes spread over them (default: sizes as measured in the wild)
  --records N    exactly so many distinct responses, however many bytes they take; implies --lean
  --seed N       another corpus of the same kind (default 1); same options, same bytes
  --machines N   sessions spread over so many homes, some transcripts copied between them (default 1)
  --edge         adds what a damaged disk or a foreign writer leaves: torn lines, NUL blocks, odd numbers, missing ids
  --lean         short texts
";

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The wanted size of all transcripts. Unit: bytes.
    pub bytes: u64,
    /// The number of transcripts; `None` leaves it to the sizes met in the wild.
    pub files: Option<u64>,
    /// The number of distinct responses; `None` leaves it to `bytes`.
    pub records: Option<u64>,
    /// Which corpus of the kind.
    pub seed: u64,
    /// The number of homes.
    pub machines: u64,
    /// Whether damaged and foreign lines are mixed in.
    pub edge: bool,
    /// Whether texts are short.
    pub lean: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { bytes: 100_000_000, files: None, records: None, seed: 1, machines: 1, edge: false, lean: false }
    }
}

/// Reads the command line, without the program's name.
///
/// **Errors**: a sentence naming the argument that is not understood.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<(PathBuf, Options), String> {
    let mut arguments = arguments.into_iter();
    let (mut out, mut options) = (None, Options::default());
    while let Some(argument) = arguments.next() {
        let mut number = || match arguments.next() {
            Some(text) => count(&text).ok_or_else(|| format!("`{argument} {text}` is not a whole number")),
            None => Err(format!("`{argument}` needs a number")),
        };
        match argument.as_str() {
            "--bytes" => options.bytes = number()?,
            "--files" => options.files = Some(number()?),
            "--records" => (options.records, options.lean) = (Some(number()?), true),
            "--seed" => options.seed = number()?,
            "--machines" => options.machines = number()?.max(1),
            "--edge" => options.edge = true,
            "--lean" => options.lean = true,
            _ if argument.starts_with('-') => return Err(format!("unknown option `{argument}`")),
            _ if out.is_some() => return Err(format!("unexpected argument `{argument}`")),
            _ => out = Some(PathBuf::from(argument)),
        }
    }
    Ok((out.ok_or("no output directory given")?, options))
}

/// Reads `250`, `10K`, `1.5M`, `1G` (powers of 1,000).
fn count(text: &str) -> Option<u64> {
    let (digits, unit): (&str, u64) = match text.as_bytes().last()?.to_ascii_uppercase() {
        b'K' => (&text[..text.len() - 1], 1_000),
        b'M' => (&text[..text.len() - 1], 1_000_000),
        b'G' => (&text[..text.len() - 1], 1_000_000_000),
        _ => return text.parse().ok(),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut sum = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        sum += u64::from(digit.to_digit(10)?) * place;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Options, &str>) {
        let parsed = parse(line.split_whitespace().map(str::to_owned));
        assert_eq!(parsed.map(|(_, options)| options), expected.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn reads_every_option() {
        check("out", Ok(Options::default()));
        check(
            "out --bytes 1G --files 10000 --seed 7 --machines 3 --edge --lean",
            Ok(Options {
                bytes: 1_000_000_000,
                files: Some(10_000),
                records: None,
                seed: 7,
                machines: 3,
                edge: true,
                lean: true,
            }),
        );
        check("--bytes 1.25m out", Ok(Options { bytes: 1_250_000, ..Options::default() }));
        check("out --records 10K", Ok(Options { records: Some(10_000), lean: true, ..Options::default() }));
    }

    #[test]
    fn names_what_it_does_not_understand() {
        check("", Err("no output directory given"));
        check("out --byte 3", Err("unknown option `--byte`"));
        check("out --bytes", Err("`--bytes` needs a number"));
        check("out --bytes -3", Err("`--bytes -3` is not a whole number"));
        check("out --bytes 1.xM", Err("`--bytes 1.xM` is not a whole number"));
        check("one two", Err("unexpected argument `two`"));
    }
}
