//! Rust source as the rules see it: comments and literals blanked out, test modules and functions found.
//!
//! It knows as much of Rust's grammar as it takes to match braces; it is no parser.

use std::ops::Range;

/// A function in a source text. Lines count from 0.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// From the line of `fn` to the line of its closing brace.
    pub lines: Range<usize>,
}

/// The text with comments, string and character literals replaced by blanks; every line keeps its number.
pub fn without_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut kept = bytes.to_vec();
    let mut position = 0;
    while position < bytes.len() {
        let end = literal_end(bytes, position);
        for byte in kept.iter_mut().take(end).skip(position) {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        position = end.max(position + 1);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// Where the comment or literal that begins at `start` ends; `start` itself where none begins.
fn literal_end(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    let begins_word = start == 0 || !is_word(bytes[start - 1]);
    match rest {
        [b'/', b'/', ..] => start + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => block_comment_end(bytes, start),
        [b'"', ..] => quoted_end(bytes, start + 1),
        [b'r', b'"' | b'#', ..] if begins_word => raw_string_end(bytes, start, start + 1),
        [b'b' | b'c', b'r', b'"' | b'#', ..] if begins_word => raw_string_end(bytes, start, start + 2),
        [b'\'', b'\\', _, after @ ..] => {
            let closing = after.iter().position(|&byte| byte == b'\'');
            closing.map_or(bytes.len(), |distance| start + 3 + distance + 1)
        }
        [b'\'', ..] => character_end(bytes, start),
        _ => start,
    }
}

fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut position = start;
    while position < bytes.len() {
        match &bytes[position..] {
            [b'/', b'*', ..] => {
                depth += 1;
                position += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                position += 2;
                if depth == 0 {
                    return position;
                }
            }
            _ => position += 1,
        }
    }
    bytes.len()
}

fn quoted_end(bytes: &[u8], mut position: usize) -> usize {
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 2,
            b'"' => return position + 1,
            _ => position += 1,
        }
    }
    bytes.len()
}

/// `r#"..."#` with any number of hashes; a raw identifier such as `r#fn` is left as it is.
fn raw_string_end(bytes: &[u8], start: usize, after_prefix: usize) -> usize {
    let n_hashes = bytes[after_prefix..].iter().take_while(|&&byte| byte == b'#').count();
    let body = after_prefix + n_hashes + 1;
    if bytes.get(body - 1) != Some(&b'"') {
        return start;
    }
    let mut closing = vec![b'"'];
    closing.resize(1 + n_hashes, b'#');
    let found = bytes[body..].windows(closing.len()).position(|window| window == closing);
    found.map_or(bytes.len(), |distance| body + distance + closing.len())
}

/// A character literal is one character between quotes; a lifetime has no closing quote there.
fn character_end(bytes: &[u8], start: usize) -> usize {
    let width = match bytes.get(start + 1) {
        Some(0xf0..) => 4,
        Some(0xe0..) => 3,
        Some(0xc0..) => 2,
        _ => 1,
    };
    if bytes.get(start + 1 + width) == Some(&b'\'') { start + width + 2 } else { start }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The text without literals, in which every `#[cfg(test)] mod name { ... }` is blank too, and its number of lines
/// left.
pub fn without_tests(text: &str) -> (String, usize) {
    const MARK: &str = "#[cfg(test)]";
    let mut source = without_literals(text);
    let mut n_lines = text.lines().count();
    let mut search_from = 0;
    while let Some(found) = source[search_from..].find(MARK) {
        let mark = search_from + found;
        search_from = mark + MARK.len();
        let Some(block) = module_block(&source, search_from) else { continue };
        n_lines -= source[mark..block].matches('\n').count() + 1;
        let blank: String = source[mark..block].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        // Blanks are shorter than the characters they replace, so later positions are sought anew from here.
        source.replace_range(mark..block, &blank);
    }
    (source, n_lines)
}

/// Where the module that follows `from` (after further attributes) ends; `None` where no module with a body follows.
fn module_block(source: &str, from: usize) -> Option<usize> {
    let mut rest = source[from..].trim_start();
    while let Some(attribute) = rest.strip_prefix("#[") {
        rest = attribute.get(attribute.find(']')? + 1..)?.trim_start();
    }
    let name = rest.strip_prefix("pub(crate) ").unwrap_or(rest).strip_prefix("mod ")?;
    let opening = name.find(['{', ';'])?;
    let position = source.len() - name.len() + opening;
    (source.as_bytes()[position] == b'{').then(|| closing_brace(source.as_bytes(), position) + 1)
}

/// The position of the brace that closes the one at `opening`; the last byte where none does.
fn closing_brace(bytes: &[u8], opening: usize) -> usize {
    let mut depth = 0_usize;
    for (position, byte) in bytes.iter().enumerate().skip(opening) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return position;
        }
    }
    bytes.len() - 1
}

/// The functions with a body in a source text that has no literals left, in order; a nested one is listed too.
pub fn functions(source: &str) -> Vec<Function> {
    let bytes = source.as_bytes();
    let line_of = |position: usize| source[..position].matches('\n').count();
    let mut found = Vec::new();
    for (position, _) in source.match_indices("fn ") {
        if position > 0 && (is_word(bytes[position - 1]) || bytes[position - 1] == b'#') {
            continue;
        }
        let signature = &source[position + 3..];
        let name: String = signature.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
        let Some(opening) = body_opening(signature.as_bytes()) else { continue };
        if !name.is_empty() {
            let last = closing_brace(bytes, position + 3 + opening);
            found.push(Function { name, lines: line_of(position)..line_of(last) + 1 });
        }
    }
    found
}

/// The brace that opens a function's body; `None` where a semicolon ends the signature (a trait's method).
fn body_opening(signature: &[u8]) -> Option<usize> {
    let mut depth = 0_i32;
    for (position, byte) in signature.iter().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(position),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn literals_and_comments_are_blanked() {
    let check = |text: &str, expected: &str| assert_eq!(without_literals(text), expected, "{text}");
    check("a // {\nb", "a     \nb");
    check("a /* { /* } */ { */ b", "a                   b");
    check(r#"f("{\"}") g"#, "f(      ) g");
    check(r##"f(r#"{"}"#, b"}") g"##, "f(        , b   ) g");
    check(r"f('{', '\'', '\u{7b}', 'ü') g", "f(   ,     ,         ,     ) g");
    check("fn f<'a>(x: &'a str) { r#fn }", "fn f<'a>(x: &'a str) { r#fn }");
    check("\"open", "     ");
}

#[test]
fn test_modules_are_left_out() {
    let text = "fn a() {}\n#[cfg(test)]\n#[expect(dead_code)]\nmod tests {\n    fn b() { \"}\"; }\n}\nfn c() {}\n";
    let (source, n_lines) = without_tests(text);
    assert_eq!(n_lines, 2);
    assert_eq!(functions(&source).iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    // A test module in a file of its own and a test function take no lines away.
    assert_eq!(without_tests("#[cfg(test)]\nmod tests;\n#[cfg(test)]\nfn b() {}\n").1, 4);
}

#[test]
fn functions_are_measured() {
    let source = "pub fn a(x: [u8; 4]) -> u8\nwhere\n    u8: Copy,\n{\n    if x { y }\n}\ntrait T { fn b(&self); }\ntype F = fn (u8);\n";
    assert_eq!(functions(source), [Function { name: "a".to_owned(), lines: 0..6 }]);
}
