//! Which transcripts may have the lines of a session, the likeliest first.
//!
//! **Source**: docs/formats/transcript.md. A session's own lines are in `<project>/<session>.jsonl`, those of its subagents below
//! `<project>/<session>/subagents/`, or with older versions in `<project>/agent-<id>.jsonl`, whose name does not say whose.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::ingest::PROJECTS;
use crate::paths::TranscriptRoot;

/// Links may lead in circles; no subagent's transcript lies deeper.
const DEEPEST: usize = 6;

/// The transcripts that may have lines of a session, below all directories of Claude Code. What cannot be listed has none.
pub(super) fn transcripts_of(roots: &[TranscriptRoot], session: &str) -> Vec<PathBuf> {
    // An id comes from a transcript, and must not lead out of the directory.
    if !is_plain_name(session) {
        return Vec::new();
    }
    let projects: Vec<PathBuf> = roots.iter().flat_map(|root| directories(&root.path.join(PROJECTS))).collect();
    let of_session: Vec<&PathBuf> = projects.iter().filter(|project| has_session(project, session)).collect();
    let own = of_session.iter().map(|project| main_transcript(project, session)).filter(|path| path.is_file());
    let mut transcripts: Vec<PathBuf> = own.collect();
    for project in &of_session {
        subagents(&project.join(session).join("subagents"), DEEPEST, &mut transcripts);
    }
    let flat = if of_session.is_empty() { projects.iter().collect() } else { of_session };
    transcripts.extend(flat.into_iter().flat_map(|project| flat_agents(project)));
    transcripts
}

fn is_plain_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == OsStr::new(name))
}

fn main_transcript(project: &Path, session: &str) -> PathBuf {
    project.join(format!("{session}.jsonl"))
}

fn has_session(project: &Path, session: &str) -> bool {
    main_transcript(project, session).is_file() || project.join(session).is_dir()
}

fn directories(parent: &Path) -> Vec<PathBuf> {
    entries(parent).into_iter().filter(|path| path.is_dir()).collect()
}

fn subagents(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for path in entries(directory) {
        if is_transcript(&path) {
            found.push(path);
        } else if depth > 0 && path.is_dir() {
            subagents(&path, depth - 1, found);
        }
    }
}

fn flat_agents(project: &Path) -> Vec<PathBuf> {
    let is_agents =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"agent-"));
    entries(project).into_iter().filter(|path| is_agents(path) && is_transcript(path)).collect()
}

fn is_transcript(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl") && path.is_file()
}

/// What a directory holds, by name; nothing where it cannot be listed.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
    paths.sort_unstable();
    paths
}
