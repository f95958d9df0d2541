//! The content of one transcript line.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::MessagePart;

/// A line of an assistant, as far as its content goes.
#[derive(Debug)]
pub(super) struct AssistantLine {
    pub uuid: String,
    pub message_id: Option<String>,
    pub parts: Vec<MessagePart>,
}

impl AssistantLine {
    /// Reads a line; `None` where it is no assistant's.
    pub fn read(line: &[u8]) -> Option<AssistantLine> {
        let line: Line<'_> = serde_json::from_slice(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)).ok()?;
        let message = line.message.filter(|_| line.kind == "assistant")?;
        let blocks = message.content.map(|content| blocks(content.get())).unwrap_or_default();
        let parts = blocks.into_iter().filter_map(part).collect();
        Some(AssistantLine { uuid: line.uuid?, message_id: message.id, parts })
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type", default)]
    kind: String,
    uuid: Option<String>,
    #[serde(borrow)]
    message: Option<WrittenMessage<'a>>,
}

#[derive(Deserialize)]
struct WrittenMessage<'a> {
    id: Option<String>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

/// A content block; which members there are depends on its kind.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type", default)]
    kind: String,
    text: Option<String>,
    thinking: Option<String>,
    name: Option<String>,
    input: Option<Box<RawValue>>,
}

/// The blocks of a content: a list of them, or a bare text. A block that cannot be read is left out.
fn blocks(content: &str) -> Vec<Block> {
    if let Ok(text) = serde_json::from_str::<String>(content) {
        return vec![Block { kind: "text".to_owned(), text: Some(text), thinking: None, name: None, input: None }];
    }
    let blocks: Vec<&RawValue> = serde_json::from_str(content).unwrap_or_default();
    blocks.into_iter().filter_map(|block| serde_json::from_str(block.get()).ok()).collect()
}

fn part(block: Block) -> Option<MessagePart> {
    match block.kind.as_str() {
        "text" => block.text.filter(|text| !text.is_empty()).map(MessagePart::Text),
        // Newer versions keep its signature alone.
        "thinking" => block.thinking.filter(|text| !text.is_empty()).map(MessagePart::Thinking),
        "tool_use" | "server_tool_use" => {
            let input = block.input.map(|input| input.get().to_owned()).unwrap_or_default();
            Some(MessagePart::ToolUse { name: block.name.unwrap_or_default(), input })
        }
        _ => None,
    }
}
