//! The lines that are no responses: prompts, progress, snapshots, titles. None of them counts, and some look as if they did.

use super::era::{Company, Version};
use super::line::{Hyphenated, Line};
use super::session::{Session, Thread, World};
use crate::random::Quantiles;

/// Bytes of text in each kind.
const PROMPT: Quantiles = Quantiles(&[(0, 10), (5_000, 120), (9_000, 2_300), (9_900, 17_000), (10_000, 100_000)]);
const PASTE: Quantiles =
    Quantiles(&[(0, 50), (6_000, 300), (8_000, 3_000), (9_000, 10_000), (9_500, 86_000), (10_000, 900_000)]);
const PROGRESS: Quantiles = Quantiles(&[(0, 20), (5_000, 150), (9_000, 1_500), (9_900, 6_000), (10_000, 30_000)]);
const QUOTED: Quantiles = Quantiles(&[(0, 100), (5_000, 1_500), (9_000, 8_000), (9_900, 40_000), (10_000, 200_000)]);
const ATTACHMENT: Quantiles = Quantiles(&[(0, 50), (5_000, 150), (9_000, 2_500), (9_900, 10_000), (10_000, 60_000)]);
const QUEUED: Quantiles = Quantiles(&[(0, 0), (6_000, 0), (9_000, 2_500), (10_000, 30_000)]);
/// Files named by a snapshot.
const SNAPSHOT_FILES: Quantiles = Quantiles(&[(0, 0), (4_000, 0), (9_000, 11), (9_900, 35), (10_000, 55)]);

impl Session {
    /// Adds the lines that usually stand beside so many rows.
    pub(super) fn keep_company(&mut self, world: &mut World, thread: &mut Thread, n_rows: u64) {
        for &(kind, per_mille) in self.envelope.version.company() {
            let expected = n_rows * if world.is_lean { per_mille / 10 } else { per_mille };
            for _ in 0..(expected / 1_000 + u64::from(world.random.chance(expected % 1_000))) {
                self.add_company(world, thread, kind);
            }
        }
    }

    /// Adds a prompt.
    pub(super) fn prompt(&mut self, world: &mut World, thread: &mut Thread) {
        self.wait(&mut world.random, 400_000);
        let length = world.length(&PROMPT, self.longest_text);
        let text = world.text(length);
        let body = format!("\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":\"{text}\"}}");
        self.say(world, thread, body);
    }

    fn add_company(&mut self, world: &mut World, thread: &mut Thread, kind: Company) {
        match kind {
            Company::Prompt => self.prompt(world, thread),
            Company::Paste => self.paste(world, thread),
            Company::BashProgress | Company::HookProgress | Company::AgentProgress => {
                self.progress(world, thread, kind)
            }
            Company::Attachment => {
                let length = world.length(&ATTACHMENT, self.longest_text);
                let text = world.text(length);
                let body = format!(
                    "\"attachment\":{{\"type\":\"task_reminder\",\"content\":\"{text}\"}},\"type\":\"attachment\""
                );
                self.say(world, thread, body);
            }
            Company::TurnDuration | Company::StopHooks | Company::ApiError => {
                let fields = match kind {
                    Company::TurnDuration => "\"subtype\":\"turn_duration\",\"durationMs\":48213",
                    Company::StopHooks => {
                        "\"subtype\":\"stop_hook_summary\",\"hookCount\":1,\"hookErrors\":[],\"hasOutput\":false"
                    }
                    _ => {
                        "\"subtype\":\"api_error\",\"level\":\"error\",\"error\":{\"status\":529},\"retryInMs\":583.2,\"maxRetries\":10"
                    }
                };
                self.say(world, thread, format!("\"type\":\"system\",{fields},\"isMeta\":false"));
            }
            _ => self.bare(world, thread, kind),
        }
    }

    /// A pasted text, or an image where it is large.
    fn paste(&mut self, world: &mut World, thread: &mut Thread) {
        self.wait(&mut world.random, 90_000);
        let length = world.length(&PASTE, self.longest_text);
        let block = if length > 5_000 {
            let data = world.pool.base64(&mut world.random, length);
            format!(
                "{{\"type\":\"image\",\"source\":{{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"{data}\"}}}}"
            )
        } else {
            format!("{{\"type\":\"text\",\"text\":\"{}\"}}", world.text(length))
        };
        let body = format!("\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":[{block}]}}");
        self.say(world, thread, body);
    }

    fn progress(&mut self, world: &mut World, thread: &mut Thread, kind: Company) {
        let data = match kind {
            Company::BashProgress => {
                let length = world.length(&PROGRESS, self.longest_text);
                let text = world.text(length);
                format!("{{\"type\":\"bash_progress\",\"output\":\"{text}\",\"fullOutput\":\"{text}\",\"elapsedTimeSeconds\":3}}")
            }
            Company::AgentProgress => match self.quote(world) {
                Some(data) => data,
                None => return,
            },
            _ => "{\"type\":\"hook_progress\",\"hookEvent\":\"PostToolUse\",\"hookName\":\"PostToolUse:Bash\",\"command\":\"callback\"}"
                .to_owned(),
        };
        let tool_id = world.random.base62(22);
        let body = format!("\"type\":\"progress\",\"data\":{data},\"toolUseID\":\"toolu_01{tool_id}\"");
        // A progress line has a uuid, but nothing hangs on it.
        let parent = thread.parent;
        self.say(world, thread, body);
        thread.parent = parent;
    }

    /// A subagent's row inside a progress line: a whole message with usage, which its own file holds too.
    fn quote(&self, world: &mut World) -> Option<String> {
        let framed = self.quotable.get(world.random.below(self.quotable.len() as u64) as usize)?;
        let request_id = framed.body.row.as_ref()?.request_id.clone().unwrap_or_default();
        let length = world.length(&QUOTED, self.longest_text);
        let (uuid, time, message, text) =
            (Hyphenated(framed.uuid), framed.time, &framed.body.message, world.text(length));
        Some(format!(
            "{{\"message\":{{\"type\":\"assistant\",\"timestamp\":\"{time}\",{message},\"requestId\":\"{request_id}\",\"uuid\":\"{uuid}\"}},\
             \"normalizedMessages\":[],\"type\":\"agent_progress\",\"prompt\":\"{text}\",\"agentId\":\"a{}\"}}",
            world.random.hex(6)
        ))
    }

    /// Lines without envelope.
    fn bare(&mut self, world: &mut World, thread: &mut Thread, kind: Company) {
        let (now, leaf, random) = (self.now, Hyphenated(thread.parent.unwrap_or_default()), &mut world.random);
        let names_session = !matches!(kind, Company::Summary | Company::Snapshot | Company::SnapshotDelta);
        let id = Hyphenated(random.uuid());
        let fields = match kind {
            Company::Summary => {
                format!("\"type\":\"summary\",\"summary\":\"{}\",\"leafUuid\":\"{id}\"", world.text(40))
            }
            Company::Snapshot => {
                let n_files = if world.is_lean { 0 } else { random.sample(&SNAPSHOT_FILES) };
                let files: Vec<String> = (0..n_files)
                    .map(|file_idx| {
                        let backup = random.hex(16);
                        format!("\"src/file-{file_idx}.rs\":{{\"backupFileName\":\"{backup}@v1\",\"version\":1,\"backupTime\":\"{now}\"}}")
                    })
                    .collect();
                format!(
                    "\"type\":\"file-history-snapshot\",\"messageId\":\"{id}\",\"snapshot\":{{\"messageId\":\"{id}\",\
                     \"trackedFileBackups\":{{{}}},\"timestamp\":\"{now}\"}},\"isSnapshotUpdate\":false",
                    files.join(",")
                )
            }
            Company::SnapshotDelta => {
                format!(
                    "\"type\":\"file-history-delta\",\"messageId\":\"{id}\",\"trackingPath\":\"src/lib.rs\",\"timestamp\":\"{now}\""
                )
            }
            Company::Queue => match world.length(&QUEUED, self.longest_text) {
                0 => format!("\"type\":\"queue-operation\",\"operation\":\"dequeue\",\"timestamp\":\"{now}\""),
                length => {
                    let text = world.text(length);
                    format!(
                        "\"type\":\"queue-operation\",\"operation\":\"enqueue\",\"timestamp\":\"{now}\",\"content\":\"{text}\""
                    )
                }
            },
            Company::LastPrompt => {
                format!("\"type\":\"last-prompt\",\"lastPrompt\":\"{}\",\"leafUuid\":\"{leaf}\"", world.text(120))
            }
            Company::PermissionMode => "\"type\":\"permission-mode\",\"permissionMode\":\"acceptEdits\"".to_owned(),
            Company::AiTitle => format!("\"type\":\"ai-title\",\"aiTitle\":\"{}\"", world.text(35)),
            Company::CustomTitle => "\"type\":\"custom-title\",\"customTitle\":\"release\"".to_owned(),
            Company::PullRequest => {
                "\"type\":\"pr-link\",\"prNumber\":7,\"prUrl\":\"https://example.com/o/r/pull/7\"".to_owned()
            }
            Company::Bridge => {
                format!("\"type\":\"bridge-session\",\"bridgeSessionId\":\"cse_01{}\"", random.base62(22))
            }
            _ => "\"type\":\"mode\",\"mode\":\"normal\"".to_owned(),
        };
        self.place(world, thread, Line::Bare { fields, names_session });
    }

    /// The summaries that older versions wrote at the head of a file.
    pub(super) fn old_summaries(&mut self, world: &mut World, thread: &mut Thread) {
        if self.envelope.version < Version(2, 1, 30) && world.random.chance(300) {
            for _ in 0..world.random.between(1, 4) {
                self.bare(world, thread, Company::Summary);
            }
        }
    }
}
