//! The last request of a push: the head, the manifest, today's backup, small segments, and what goes.

use std::collections::BTreeMap;

use ccu_core::report::{Filter, Grouping, Machine, ReportBuilder, ReportRequest, ReportRow, RowKey, UsageCatalog};
use ccu_core::retention::{self, Backup};
use ccu_core::time::UtcMillis;
use ccu_core::wire::file_name::{self, FileKind};
use ccu_core::wire::manifest::Manifest;
use ccu_core::wire::privacy::Privacy;
use ccu_core::wire::time::date;
use ccu_core::wire::{Content, Head, Statistics};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::attempt::Sealing;
use super::error::SyncError;
use super::heads::{Owner, is_encrypted, owner, parse};
use super::listing::{ListedHead, backups};
use super::push::{Effort, Notice};
use super::session::Session;
use super::standing::Standing;
use super::state::Own;
use super::view::{MANIFEST, View};
use crate::gist::{BlobId, Changes};

/// What goes out with a head, and what holds once it has arrived.
pub(super) struct HeadParts<'a> {
    pub view: View<'a>,
    /// What we then remember.
    pub after: Own,
    /// The request.
    pub changes: Changes,
    /// What is to be removed after it.
    pub removals: Vec<String>,
    /// The manifest as it is sent.
    pub manifest: Manifest,
}

/// For how many days backups are kept, and which day it is.
#[derive(Clone, Copy)]
struct Retention {
    days: u32,
    today: Date,
}

impl<'a> Session<'a> {
    /// Makes the request that carries the head.
    pub(super) fn head_parts(
        &mut self,
        standing: Standing<'a>,
        sealing: Sealing,
        effort: &mut Effort,
    ) -> Result<HeadParts<'a>, SyncError> {
        let now = self.clock.now();
        let mut after = standing.own.clone();
        (after.generation, after.sealed, after.segments) = (sealing.generation, sealing.sealed, sealing.segments);
        let head = self.head(&after, now, effort)?;
        after.head_sequence = head.head_sequence;
        let file = file_name::head(&after.slug);
        let text = self.sealed_if_wanted(&file, head.to_text())?;
        after.head_blob = Some(BlobId::of(text.as_bytes()).to_string());
        after.packing = Some(self.packing());

        let mut changes: Changes = sealing.batch.into_iter().map(|file| (file.name, Some(file.text))).collect();
        let mut manifest = match standing.manifest.clone() {
            Some(manifest) => manifest,
            None if standing.view.index.id.is_empty() => Manifest::new(now),
            None => {
                effort.pushed.notice(Notice::ManifestRebuilt);
                self.rebuilt_manifest(&standing.view)?
            }
        };
        let when = Retention { days: manifest.retention_days(), today: date(now) };
        let removals = self.removals(&standing, &after, when);
        effort.pushed.removed.clone_from(&removals.obsolete);
        effort.pushed.backups_removed.clone_from(&removals.backups);
        after.leftovers.clone_from(&removals.obsolete);
        let removals: Vec<String> = removals.obsolete.into_iter().chain(removals.backups).collect();
        let backup = if effort.options.no_backup { None } else { self.backup(&standing, when)? };
        let mut backup_files: Vec<String> = backups(&standing.view, &file);
        backup_files.retain(|name| !removals.contains(name));
        if let Some((name, text)) = backup {
            backup_files.insert(0, name.clone());
            backup_files.dedup();
            effort.pushed.backup = Some(name.clone());
            changes.insert(name, Some(text));
        }
        let before = manifest.entry(head.machine).cloned();
        let listed = ListedHead { head: &head, file: &file, text: &text, backups: backup_files };
        manifest.upsert(self.entry_of(before.as_ref(), listed));
        manifest.set_last_updated(now);
        after.head_text = Some(text.clone());
        changes.insert(file, Some(text));
        changes.insert(MANIFEST.to_owned(), Some(manifest.to_text()));
        note_files(&changes, effort);
        Ok(HeadParts { view: standing.view, after, changes, removals, manifest })
    }

    /// The head as of now.
    fn head(&self, own: &Own, now: UtcMillis, effort: &mut Effort) -> Result<Head, SyncError> {
        let mut privacy = Privacy::new(self.settings.projects);
        let tail = self.outgoing_records(own.sealed + 1..=u64::MAX, &mut privacy, effort)?;
        let last = tail.last().map_or(own.sealed, |numbered| numbered.sequence);
        let machines = self.store.machines()?;
        let machine = self.settings.machine;
        let others = machines.iter().filter(|stored| stored.id != machine);
        let machine_names: BTreeMap<_, _> = others.map(|stored| (stored.id, stored.name.clone())).collect();
        let row = self.usage_of_this_machine(now)?;
        let segments = own.frozen.iter().cloned().chain(own.segments.iter().map(|segment| segment.entry.clone()));
        Ok(Head {
            machine,
            machine_name: self.settings.machine_name.clone(),
            database: own.database,
            generation: own.generation,
            exported: now,
            head_sequence: last,
            record_count: self.store.count_own(0)?,
            range: row.as_ref().and_then(|row| Some((row.first_activity?, row.last_activity?))),
            statistics: row.map_or_else(Statistics::default, statistics),
            tail,
            segments: segments.collect(),
            machine_names,
        })
    }

    /// The sums over this machine's records; `None` where it has none.
    fn usage_of_this_machine(&self, now: UtcMillis) -> Result<Option<ReportRow>, SyncError> {
        let request = ReportRequest {
            grouping: Grouping::Device,
            zone: TimeZone::UTC,
            now,
            since: None,
            until: None,
            instants: None,
            last: None,
            week_start: Weekday::Monday,
            order: None,
            by_project: false,
            filter: Filter::default(),
        };
        let _moment = self.store.snapshot()?;
        let machines = self.store.machines()?.into_iter().map(|machine| Machine {
            is_this_machine: machine.id == self.settings.machine,
            id: machine.id,
            name: machine.name,
            last_sync: machine.last_sync,
        });
        let catalog = UsageCatalog { contexts: self.store.contexts()?, machines: machines.collect() };
        let mut builder = ReportBuilder::new([&request], &catalog, &self.settings.prices);
        self.store.usage_entries((None, None), &mut |entry| builder.add(&entry))?;
        let [report] = builder.finish(&|_| ccu_core::ids::CompactId::new(""));
        Ok(report.rows.into_iter().find(|row| row.key == RowKey::Machine(self.settings.machine)))
    }

    /// A head's text as it goes out: readable, or sealed where the user wants that.
    fn sealed_if_wanted(&self, file: &str, text: String) -> Result<String, SyncError> {
        if self.settings.codec.encrypts { self.pack(file, &text) } else { Ok(text) }
    }

    /// Today's backup: the head as it was before the first push of the UTC day.
    fn backup(&self, standing: &Standing<'_>, when: Retention) -> Result<Option<(String, String)>, SyncError> {
        let name = file_name::backup(&standing.own.slug, when.today);
        let is_made = standing.view.index.files.contains_key(&name);
        let wants_none = !retention::makes_backups(when.days);
        let Some(text) = standing.own.head_text.clone().filter(|_| !is_made && !wants_none) else { return Ok(None) };
        let text = self.backup_text(&name, text)?;
        Ok(Some((name, text)))
    }

    /// What a head stood as, to stand on as a backup: with no more in it, and no more readable, than is wanted now.
    pub(super) fn backup_text(&self, name: &str, text: String) -> Result<String, SyncError> {
        let head = match parse(self.codec(), name, &text) {
            Ok(Content::Head(head)) => head,
            // What cannot be opened here stays closed.
            _ if is_encrypted(&text) => return Ok(text),
            _ => return self.sealed_if_wanted(name, text),
        };
        let (mut privacy, mut cleared) = (Privacy::new(self.settings.projects), head.clone());
        for numbered in &mut cleared.tail {
            privacy.apply(&mut numbered.record);
        }
        if cleared == head && is_encrypted(&text) == self.settings.codec.encrypts {
            return Ok(text);
        }
        self.sealed_if_wanted(name, cleared.to_text())
    }

    /// What nothing will name any more, and backups past their days.
    fn removals(&self, standing: &Standing<'_>, after: &Own, when: Retention) -> Removals {
        let files = &standing.view.index.files;
        let is_named = |file: &String| {
            after.segments.iter().any(|segment| &segment.entry.file == file)
                || after.frozen.iter().any(|entry| &entry.file == file)
        };
        let spares = standing.spares.iter().map(|segment| &segment.entry.file);
        let obsolete = spares.chain(&standing.obsolete).filter(|file| !is_named(file) && files.contains_key(*file));
        let mut obsolete: Vec<String> = obsolete.cloned().collect();
        obsolete.extend(self.left_over_head(standing, after));
        obsolete.sort_unstable();
        obsolete.dedup();
        let own: Vec<Backup<'_>> = files.keys().filter_map(|name| own_backup(name, &after.slug)).collect();
        let past = retention::backups_to_delete(&own, when.today, when.days, files.len());
        Removals { obsolete, backups: past.iter().map(|backup| backup.file.to_owned()).collect() }
    }
}

/// Files that go.
struct Removals {
    /// What nothing names any more.
    obsolete: Vec<String>,
    /// Backups past their days.
    backups: Vec<String>,
}

impl Session<'_> {
    /// A head of ours under the name that another machine took from us, and that was put back since.
    fn left_over_head(&self, standing: &Standing<'_>, after: &Own) -> Option<String> {
        let file = file_name::head(&file_name::slug(&self.settings.machine_name));
        let is_other = file != file_name::head(&after.slug) && standing.view.index.files.contains_key(&file);
        let found = is_other.then(|| owner(self.codec(), &standing.view, &file)).and_then(Result::ok).flatten();
        match found {
            Some(Owner::Head(head)) if head.machine == self.settings.machine => Some(file),
            _ => None,
        }
    }
}

fn own_backup<'n>(name: &'n str, own: &str) -> Option<Backup<'n>> {
    match file_name::kind(name) {
        FileKind::Backup { slug, date } if slug == own => Some(Backup { file: name, date }),
        _ => None,
    }
}

fn statistics(row: ReportRow) -> Statistics {
    let tokens = &row.usage.tokens;
    Statistics {
        total_records: row.usage.responses,
        total_sessions: row.sessions,
        total_tokens: tokens.total(),
        input_tokens: tokens.input,
        output_tokens: tokens.output,
        cache_creation_tokens: tokens.cache_write(),
        cache_read_tokens: tokens.cache_read,
        total_cost: row.usage.cost,
    }
}

fn note_files(changes: &Changes, effort: &mut Effort) {
    for (name, text) in changes {
        if let Some(text) = text
            && !effort.pushed.files.iter().any(|(known, _)| known == name)
        {
            effort.pushed.files.push((name.clone(), text.len() as u64));
        }
    }
}
