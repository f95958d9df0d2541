//! Any bytes as a transcript line: reading never panics, and where the line is JSON, the scanner and serde_json agree.

#![no_main]

use ccu_core::transcript::{Line, is_candidate, read_line, read_with_serde};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let scanned = read_line(line);
    let parsed = read_with_serde(line);
    // A line without the plain key `"usage"` is not parsed at all. The scanner steps over what it does not read, so lines
    // that are not JSON, or not UTF-8, may be called so by the one and not by the other.
    if is_candidate(line) && std::str::from_utf8(line).is_ok() && !matches!(parsed, Line::Malformed(_)) {
        assert_eq!(scanned, parsed);
    }
});
