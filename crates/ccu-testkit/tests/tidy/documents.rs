//! Documents tied to code: where the code of a format changes, its document has to be read again.
//!
//! Each document ends with a hash of its code. The hash proves no agreement; it makes sure that nobody changes the one
//! without being asked about the other.

use crate::rust_source::without_tests;
use crate::tree::TextFile;

/// A document and the code that it describes: files, or folders with a `/` at their end.
struct Pair {
    document: &'static str,
    code: &'static [&'static str],
}

const PAIRS: [Pair; 5] = [
    Pair {
        document: "docs/formats/earlier-tool.md",
        code: &["crates/ccu-core/src/legacy/", "crates/ccu-store/src/earlier_tool.rs"],
    },
    Pair { document: "docs/formats/gist.md", code: &["crates/ccu-core/src/retention.rs", "crates/ccu-core/src/wire/"] },
    Pair { document: "docs/sync.md", code: &["crates/ccu-core/src/layout.rs", "crates/ccu-engine/src/sync/"] },
    Pair { document: "docs/formats/transcript.md", code: &["crates/ccu-core/src/transcript/"] },
    Pair {
        document: "docs/accuracy.md",
        code: &["crates/ccu-core/src/identity.rs", "crates/ccu-core/src/dedupe.rs", "crates/ccu-core/src/normalize.rs"],
    },
];

const HASH_START: &str = "<!-- code: ";
const HASH_END: &str = " -->";

fn drifted(pairs: &[Pair], files: &[TextFile]) -> Vec<String> {
    pairs.iter().filter_map(|pair| why_drifted(pair, files)).collect()
}

fn why_drifted(pair: &Pair, files: &[TextFile]) -> Option<String> {
    for code in pair.code {
        if !files.iter().any(|file| is_part(file, code)) {
            return Some(format!("{}: its code `{code}` is gone; mend the table in tidy/documents.rs", pair.document));
        }
    }
    let is_code = |file: &&TextFile| pair.code.iter().any(|code| is_part(file, code));
    let hash = code_hash(files.iter().filter(is_code));
    let Some(document) = files.iter().find(|file| file.path == pair.document) else {
        return Some(format!("{}: the document is gone; mend the table in tidy/documents.rs", pair.document));
    };
    let last_line = document.text.trim_end().lines().next_back().unwrap_or_default();
    let stored = last_line.strip_prefix(HASH_START).and_then(|rest| rest.strip_suffix(HASH_END));
    (stored != Some(hash.as_str())).then(|| {
        let code = pair.code.join("`, `");
        format!(
            "{}: the code it describes (`{code}`) has changed; read the document again, mend it, then make its last line \
             `{HASH_START}{hash}{HASH_END}`",
            pair.document
        )
    })
}

fn is_part(file: &TextFile, code: &str) -> bool {
    let is_inside = code.ends_with('/') && file.path.starts_with(code);
    (is_inside || file.path == code) && file.extension() == "rs" && !file.is_test()
}

/// 64-bit FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>) over names and code words, as 16 hexadecimal digits.
/// Comments, tests and white space take no part: they can be mended without reading the document. Literals do take
/// part, because field names are literals.
fn code_hash<'a>(files: impl Iterator<Item = &'a TextFile>) -> String {
    let mut files: Vec<&TextFile> = files.collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |word: &str| {
        for byte in word.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for file in files {
        add(&file.path);
        let (source, _) = without_tests(&file.text);
        for (line, code_line) in file.text.lines().zip(source.lines()) {
            if !code_line.trim().is_empty() {
                let code = line.split(" // ").next().unwrap_or(line);
                code.split_whitespace().for_each(&mut add);
            }
        }
    }
    format!("{hash:016x}")
}

#[test]
fn documents_follow_their_code() {
    crate::assert_none(&drifted(&PAIRS, &crate::tree::text_files().unwrap()));
}

#[test]
fn changed_code_is_caught() {
    use crate::tree::made_up;

    let pair = || Pair { document: "docs/a.md", code: &["src/a/", "src/b.rs"] };
    let files = |code: &str, hash: &str| {
        let document = format!("# A\n\n{HASH_START}{hash}{HASH_END}\n");
        vec![made_up("docs/a.md", &document), made_up("src/a/schema.rs", code), made_up("src/b.rs", "struct B;")]
    };
    let written = "//! Schema.\nstruct A {\n    input: u64,\n}\n";
    let hash = code_hash(files(written, "").iter().skip(1));
    let check =
        |code: &str, n_expected: usize| assert_eq!(drifted(&[pair()], &files(code, &hash)).len(), n_expected, "{code}");

    check(written, 0);
    check(
        "//! The schema.\n\n// Why.\nstruct A { // Why.\n  input:\n u64,\n}\n#[cfg(test)]\nmod tests {\n fn a() {}\n}\n",
        0,
    );
    check("//! Schema.\nstruct A {\n    input: u32,\n}\n", 1);
    check("//! Schema.\nstruct A {\n    #[serde(rename = \"in\")]\n    input: u64,\n}\n", 1);

    let message = drifted(&[pair()], &files(written, "0")).remove(0);
    assert!(message.ends_with(&format!("make its last line `<!-- code: {hash} -->`")), "{message}");
    assert_eq!(
        drifted(&[pair()], &[made_up("docs/a.md", ""), made_up("src/a/tests.rs", "")]),
        ["docs/a.md: its code `src/a/` is gone; mend the table in tidy/documents.rs"]
    );
    assert_eq!(
        drifted(&[pair()], &files(written, &hash)[1..]),
        ["docs/a.md: the document is gone; mend the table in tidy/documents.rs"]
    );
}
