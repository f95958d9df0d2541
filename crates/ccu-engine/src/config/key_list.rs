//! The one list of the keys of the configuration file; help, checks and docs/configuration.md follow it.

/// What is known of a key, for help, checks and documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyInfo {
    /// The key; `MODEL` stands for any model id, `TIER` for `above_100k` or `above_200k`.
    pub name: &'static str,
    /// What its value is, worded to follow "expected".
    pub expected: &'static str,
    /// What holds where it is not set.
    pub default: &'static str,
    /// What it does, as one sentence.
    pub meaning: &'static str,
    /// A value, as `ccu config set` takes it.
    pub example: &'static str,
}

const DOLLARS: &str = "US dollars as a decimal number such as `3` or `0.25`, with at most six decimals";

const NEEDED: &str = "none: needed beside any other of these prices";
const WRITE_5M: &str = "1.25 times `input`";
const WRITE_1H: &str = "twice `input`";
const READ: &str = "a tenth of `input`";

/// Every key of the configuration file.
pub const KEYS: &[KeyInfo] = &[
    KeyInfo {
        name: "machine.name",
        expected: "a name of 1 to 200 bytes without control characters",
        default: "the host name",
        meaning: "The name that reports and other machines show for this machine.",
        example: "laptop",
    },
    KeyInfo {
        name: "report.timezone",
        expected: "an IANA time zone such as `Europe/Berlin`, or `system`",
        default: "`system`",
        meaning: "The time zone whose midnights part the days.",
        example: "Europe/Berlin",
    },
    KeyInfo {
        name: "report.week_start",
        expected: "a day of the week, `monday` to `sunday`",
        default: "`monday`",
        meaning: "The first day of a week.",
        example: "sunday",
    },
    KeyInfo {
        name: "data.path",
        expected: "a directory: an absolute path, or one that begins with `~/`",
        default: "the data directory of the platform",
        meaning: "The directory of the database.",
        example: "~/sync/ccu",
    },
    KeyInfo {
        name: "github.api_url",
        expected: "the `https://` address of a GitHub API, or an `http://` one on this computer, without user, query and fragment",
        default: "`https://api.github.com`",
        meaning: "The GitHub that syncs; GitHub Enterprise Server has its API at `https://HOST/api/v3`.",
        example: "https://github.example.com/api/v3",
    },
    KeyInfo {
        name: "github.ca_bundle",
        expected: "a file: an absolute path, or one that begins with `~/`",
        default: "the file in `SSL_CERT_FILE`, else what the system trusts",
        meaning: "Certificates (PEM) to trust, for a proxy or a GitHub with a certificate of its own.",
        example: "~/company-ca.pem",
    },
    KeyInfo {
        name: "github.use_gh",
        expected: "`true` or `false`",
        default: "`false`",
        meaning: "Whether the token of the GitHub CLI (`gh auth token`) may be used where no other is found.",
        example: "true",
    },
    KeyInfo {
        name: "sync.projects",
        expected: "`full`, `name`, `hash` or `none`",
        default: "`name`",
        meaning: "What of the paths and branches of projects leaves this machine.",
        example: "hash",
    },
    KeyInfo {
        name: "sync.encrypt",
        expected: "`true` or `false`",
        default: "`false`",
        meaning: "Whether records are encrypted before they leave this machine.",
        example: "true",
    },
    KeyInfo {
        name: "sync.auto",
        expected: "`true` or `false`",
        default: "`false`",
        meaning: "Whether the dashboard syncs in the background.",
        example: "true",
    },
    KeyInfo {
        name: "sync.interval",
        expected: "whole minutes, 1 to 10080",
        default: "`10`",
        meaning: "The minutes from one background sync to the next.",
        example: "30",
    },
    KeyInfo {
        name: "dashboard.limit_reset",
        expected: "a day of the week and a time on a quarter of an hour, such as `wednesday 10:00`",
        default: "none",
        meaning: "When the weekly limit of the subscription starts anew, local time; Claude Code shows it with `/usage`.",
        example: "wednesday 10:00",
    },
    KeyInfo {
        name: "dashboard.background",
        expected: "`auto`, `light` or `dark`",
        default: "`auto`",
        meaning: "What is behind the text of the terminal, which the colours of the dashboard must stand out from.",
        example: "light",
    },
    KeyInfo {
        name: "dashboard.charset",
        expected: "`auto`, `unicode` or `ascii`",
        default: "`auto`",
        meaning: "The characters that the dashboard draws with; `auto` goes by the locale.",
        example: "ascii",
    },
    price("prices.MODEL.input", NEEDED, "A million prompt tokens that no cache served.", "5"),
    price("prices.MODEL.output", NEEDED, "A million generated tokens.", "25"),
    price("prices.MODEL.cache_write_5m", WRITE_5M, "A million tokens written to the 5-minute cache.", "6.25"),
    price("prices.MODEL.cache_write_1h", WRITE_1H, "A million tokens written to the 1-hour cache.", "10"),
    price("prices.MODEL.cache_read", READ, "A million tokens read from a cache.", "0.5"),
    price("prices.MODEL.web_search", "the embedded price", "A thousand web searches.", "10"),
    KeyInfo {
        name: "prices.MODEL.fast",
        expected: "a multiple of the standard prices such as `2` or `1.5`, above 0 and at most 1000",
        default: "the embedded multiple",
        meaning: "What fast mode costs, as a multiple of the standard prices.",
        example: "2",
    },
    KeyInfo {
        name: "prices.MODEL.from",
        expected: "a date such as `2026-01-31`",
        default: "all days",
        meaning: "The first day (UTC) that these prices hold; before it the embedded ones do.",
        example: "2026-01-31",
    },
    price(
        "prices.MODEL.TIER.input",
        NEEDED,
        "As `input`, for requests whose whole prompt is above the tier's size.",
        "10",
    ),
    price("prices.MODEL.TIER.output", NEEDED, "As `output`, for such requests.", "37.5"),
    price("prices.MODEL.TIER.cache_write_5m", WRITE_5M, "As `cache_write_5m`, for such requests.", "12.5"),
    price("prices.MODEL.TIER.cache_write_1h", WRITE_1H, "As `cache_write_1h`, for such requests.", "20"),
    price("prices.MODEL.TIER.cache_read", READ, "As `cache_read`, for such requests.", "1"),
    KeyInfo {
        name: "aliases.MODEL",
        expected: "a model id",
        default: "none",
        meaning: "The model whose prices hold for a model id that a proxy made up.",
        example: "claude-opus-4-8",
    },
];

const fn price(name: &'static str, default: &'static str, meaning: &'static str, example: &'static str) -> KeyInfo {
    KeyInfo { name, expected: DOLLARS, default, meaning, example }
}
