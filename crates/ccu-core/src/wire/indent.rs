//! JSON that reads well and that git compares well: indented at the top, one line for whatever lies deeper.

use std::io;
use std::ops::Range;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes `value` with two blanks a level down to `depth` levels, and deeper levels on one line. Ends with a line feed.
pub(super) fn to_text(value: &impl Serialize, depth: usize) -> String {
    let mut bytes = Vec::new();
    // Writing to memory does not fail, and no value here has a map whose keys are no texts.
    let _ = write(&mut bytes, value, 0..depth);
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

/// Writes `value` as a part of something: it stands at the level where `levels` begins, and is indented to its end.
pub(super) fn write(out: impl io::Write, value: &impl Serialize, levels: Range<usize>) -> io::Result<()> {
    let layout = Indented { depth: levels.end, level: levels.start, is_empty: true };
    value.serialize(&mut Serializer::with_formatter(out, layout)).map_err(io::Error::from)
}

struct Indented {
    /// Levels that are indented.
    depth: usize,
    /// The level of what is being written.
    level: usize,
    /// Whether the innermost list or object has no part yet.
    is_empty: bool,
}

impl Indented {
    fn begin<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.is_empty = true;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if !self.is_empty && self.level < self.depth {
            self.line_feed(writer)?;
        }
        self.is_empty = false;
        writer.write_all(bracket)
    }

    fn begin_part<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        if !is_first {
            writer.write_all(b",")?;
        }
        if self.level <= self.depth { self.line_feed(writer) } else { Ok(()) }
    }

    fn line_feed<W: ?Sized + io::Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.level).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.begin_part(writer, is_first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.begin_part(writer, is_first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.level <= self.depth { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}
