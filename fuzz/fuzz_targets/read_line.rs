//! Any bytes as transcript lines: reading never panics, a line says the same whatever was read before it, and where it is
//! JSON, the scanner and serde_json agree.

#![no_main]

use ccu_core::transcript::{Line, LineReader, is_candidate, read_line, read_with_serde};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: &[u8]| {
    let mut reader = LineReader::default();
    for line in lines.split(|byte| *byte == b'\n') {
        let scanned = read_line(line);
        assert_eq!(reader.read(line), scanned);
        let parsed = read_with_serde(line);
        // A line without the plain key `"usage"` is not parsed at all. The scanner steps over what it does not read, so lines
        // that are not JSON may be called so by the one and not by the other.
        if is_candidate(line) && !matches!(parsed, Line::Malformed(_)) {
            assert_eq!(scanned, parsed);
        }
    }
});
