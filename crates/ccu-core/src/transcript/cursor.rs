//! A cursor over the bytes of one JSON line: steps over values without reading them, reads short texts and whole numbers.
//!
//! Every step returns `None` on anything it did not expect; the caller then hands the whole line to serde_json.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// Containers nested deeper than this are left to serde_json.
const DEEPEST: u32 = 64;
/// A whole number of so many digits always fits.
const MOST_DIGITS: usize = 18;

pub(super) struct Cursor<'a> {
    /// The line as text, for slices that need no look at their bytes any more.
    text: &'a str,
    line: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Cursor { text, line: text.as_bytes(), position: 0 }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    /// Steps over exactly these bytes.
    pub fn step_over(&mut self, bytes: &[u8]) -> Option<()> {
        self.line[self.position..].starts_with(bytes).then(|| self.position += bytes.len())
    }

    /// The text of so many bytes at this position, where it is not empty.
    pub fn text_at(&self, start: usize, length: usize) -> Option<Cow<'a, str>> {
        self.text.get(start..start + length).filter(|text| !text.is_empty()).map(Cow::Borrowed)
    }

    fn peek(&self) -> Option<u8> {
        self.line.get(self.position).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.position += 1;
        }
    }

    fn take(&mut self, expected: u8) -> Option<()> {
        self.skip_blanks();
        (self.peek()? == expected).then(|| self.position += 1)
    }

    /// Whether nothing but blanks is left.
    pub fn is_at_end(&mut self) -> bool {
        self.skip_blanks();
        self.position == self.line.len()
    }

    /// Steps over the members of an object. `member` is called with each key, the cursor before the value, and must step
    /// over that value.
    pub fn object(&mut self, mut member: impl FnMut(&mut Self, &'a [u8]) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        self.skip_blanks();
        if self.peek()? == b'}' {
            self.position += 1;
            return Some(());
        }
        loop {
            let key = self.key()?;
            self.take(b':')?;
            self.skip_blanks();
            member(self, key)?;
            self.skip_blanks();
            match self.peek()? {
                b',' => self.position += 1,
                b'}' => {
                    self.position += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// A key without escapes.
    fn key(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let rest = &self.line[self.position..];
        let end = quote_or_backslash(rest)?;
        self.position += end + 1;
        (rest[end] == b'"').then(|| &rest[..end])
    }

    /// Whether the value ahead is an object.
    pub fn is_before_object(&self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Reads a text; an empty text and a value of another type are `Some(None)`.
    pub fn text(&mut self) -> Option<Option<Cow<'a, str>>> {
        if self.peek()? != b'"' {
            self.skip_value()?;
            return Some(None);
        }
        let start = self.position;
        let inner = &self.line[start + 1..];
        let end = quote_or_backslash(inner)?;
        if inner[end] == b'\\' {
            self.skip_string()?;
            let text: String = serde_json::from_slice(&self.line[start..self.position]).ok()?;
            return Some(Some(text).filter(|text| !text.is_empty()).map(Cow::Owned));
        }
        self.position = start + end + 2;
        let text = self.text.get(start + 1..start + 1 + end)?;
        Some(Some(text).filter(|text| !text.is_empty()).map(Cow::Borrowed))
    }

    /// Reads a whole number of up to 18 digits; null is 0; anything else is a surprise.
    pub fn count(&mut self) -> Option<u64> {
        if self.peek()? == b'n' && self.line[self.position..].starts_with(b"null") {
            self.position += 4;
            return Some(0);
        }
        let rest = &self.line[self.position..];
        let mut value = 0;
        for (digits, byte) in rest.iter().enumerate().take(MOST_DIGITS + 1) {
            match byte {
                b'0'..=b'9' => value = value * 10 + u64::from(byte - b'0'),
                b',' | b'}' | b' ' if digits == 1 || (digits > 1 && rest[0] != b'0') => {
                    self.position += digits;
                    return Some(value);
                }
                _ => return None,
            }
        }
        None
    }

    /// Reads `true`; any other value is false, as it is to serde_json's side.
    pub fn is_true(&mut self) -> Option<bool> {
        let start = self.position;
        self.skip_value()?;
        Some(&self.line[start..self.position] == b"true")
    }

    /// Steps over one value and gives its bytes.
    pub fn raw_value(&mut self) -> Option<&'a [u8]> {
        let start = self.position;
        self.skip_value()?;
        Some(&self.line[start..self.position])
    }

    /// Steps over one value.
    pub fn skip_value(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_container(),
            _ => self.skip_scalar(),
        }
    }

    /// Looks for quotes only and counts the backslashes before each: text is full of `\n`, quotes are rarer.
    fn skip_string(&mut self) -> Option<()> {
        let start = self.position + 1;
        if let Some(length) = length_of_short_string(self.line.get(start..)?) {
            self.position = start + length + 1;
            return Some(());
        }
        let mut from = start;
        loop {
            let quote = from + memchr(b'"', self.line.get(from..)?)?;
            from = quote + 1;
            let backslashes = self.line[start..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
            if backslashes % 2 == 0 {
                self.position = from;
                return Some(());
            }
        }
    }

    /// Brackets must balance in kind, and between texts there is nothing but JSON's own: a torn line fused with the next one must
    /// not pass as one object. Where a write was torn inside a text, the quotes of the next row swap what is text and what is not;
    /// then a word of that row stands where none can.
    fn skip_container(&mut self) -> Option<()> {
        let (mut depth, mut kinds) = (0, 0_u64);
        loop {
            match self.peek()? {
                b'"' => {
                    self.skip_string()?;
                    self.ends_before(b",:}]")?;
                    continue;
                }
                open @ (b'{' | b'[') => {
                    depth += 1;
                    if depth > DEEPEST {
                        return None;
                    }
                    kinds = kinds << 1 | u64::from(open == b'{');
                }
                close @ (b'}' | b']') => {
                    if (kinds & 1 == 1) != (close == b'}') {
                        return None;
                    }
                    depth -= 1;
                    kinds >>= 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => {
                    self.skip_scalar()?;
                    self.ends_before(b",}]")?;
                    continue;
                }
            }
            self.position += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Whether one of these comes next, after blanks.
    fn ends_before(&mut self, expected: &[u8]) -> Option<()> {
        self.skip_blanks();
        expected.contains(&self.peek()?).then_some(())
    }

    fn skip_scalar(&mut self) -> Option<()> {
        let start = self.position;
        while matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.')) {
            self.position += 1;
        }
        (self.position > start).then_some(())
    }
}

/// Most keys and ids end within so many bytes; a vector search takes longer to start than they are long.
const SHORT: usize = 48;

/// The first quote or backslash, eight bytes at a time as long as it is near.
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    let mut position = 0;
    while position < SHORT {
        let Some(word) = bytes[position..].first_chunk::<8>() else { break };
        let word = u64::from_le_bytes(*word);
        let hits = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES);
        if hits != 0 {
            return Some(position + hits.trailing_zeros() as usize / 8);
        }
        position += 8;
    }
    memchr2(b'"', b'\\', &bytes[position..]).map(|found| position + found)
}

/// The length of a string that ends within 16 bytes and has no escape before its end; most keys, words and `null`s in content.
fn length_of_short_string(bytes: &[u8]) -> Option<usize> {
    let (words, _) = bytes.first_chunk::<16>()?.as_chunks::<8>();
    for (word_idx, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = zero_bytes(word ^ QUOTES);
        let backslashes = zero_bytes(word ^ BACKSLASHES);
        if (quotes | backslashes) != 0 {
            let is_quote_first = quotes.trailing_zeros() < backslashes.trailing_zeros();
            return is_quote_first.then(|| word_idx * 8 + quotes.trailing_zeros() as usize / 8);
        }
    }
    None
}

const EACH_BYTE: u64 = 0x0101_0101_0101_0101;
const QUOTES: u64 = EACH_BYTE * b'"' as u64;
const BACKSLASHES: u64 = EACH_BYTE * b'\\' as u64;

/// The high bit of each byte that is zero; only bits above a true one may be wrong, and the lowest is what is asked for.
///
/// **Source**: "Determine if a word has a zero byte" in <https://graphics.stanford.edu/~seander/bithacks.html>.
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(EACH_BYTE) & !word & (EACH_BYTE << 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_quote_or_backslash_is_found(bytes in prop::collection::vec(prop_oneof![8 => any::<u8>(), 1 => Just(b'"'), 1 => Just(b'\\')], 0..120)) {
            prop_assert_eq!(quote_or_backslash(&bytes), bytes.iter().position(|byte| matches!(byte, b'"' | b'\\')));
        }

        #[test]
        fn a_short_string_is_as_long_as_it_is(text in "[a-z\"\\\\]{0,20}", rest in "[a-z\"\\\\]{0,20}") {
            let bytes = [&text, "\"", &rest].concat().into_bytes();
            let end = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            let expected = end.filter(|end| bytes.len() >= 16 && *end < 16 && bytes[*end] == b'"');
            prop_assert_eq!(length_of_short_string(&bytes), expected);
        }
    }
}
