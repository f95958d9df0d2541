//! The machines of the Gist as a table and in JSON.

use ccu_engine::sync::MachineState;
use serde::Serialize;

use crate::commands::gist::context::GistContext;
use crate::render::grid::{Cell, Column, Cut, Grid, Line, Width};
use crate::render::number::grouped;
use crate::sanitize::sanitize;

/// The machines as a table.
pub fn machine_table(machines: &[MachineState], context: &GistContext<'_>) -> Grid {
    let row = |machine: &MachineState| {
        let pushed = machine.last_sync.map(|time| context.local_time(time)).unwrap_or_default();
        let cells = vec![
            Cell::Text(sanitize(&machine.name).into_owned()),
            Cell::Text(pushed),
            Cell::Text(sanitize(machine.last_record_date.as_deref().unwrap_or_default()).into_owned()),
            Cell::Text(grouped(machine.records)),
            Cell::Text(remark(machine)),
        ];
        Line::Row(anstyle::Style::new(), cells)
    };
    Grid {
        columns: vec![
            Column::text("Name", Width::AtLeast(8, Cut::End)),
            Column::text("Last push", Width::Whole),
            Column::text("Newest", Width::Whole),
            Column::number("Records"),
            Column::text("", Width::AtLeast(8, Cut::End)),
        ],
        lines: machines.iter().map(row).collect(),
    }
}

/// What there is to say of a machine beside its numbers; may be nothing.
pub fn remark(machine: &MachineState) -> String {
    let merged = machine.merged_into.as_deref().map(|into| format!("counts for {}", sanitize(into)));
    let remarks = [
        machine.is_this_machine.then(|| "this machine".to_owned()),
        machine.is_earlier.then(|| "earlier tool".to_owned()),
        merged,
        machine.file.is_none().then(|| "file is gone".to_owned()),
    ];
    remarks.into_iter().flatten().collect::<Vec<String>>().join(", ")
}

/// A machine of the Gist in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineJson {
    machine_name: String,
    machine_id: String,
    last_sync: Option<String>,
    last_record_date: Option<String>,
    total_records: u64,
    current_file: Option<String>,
    is_this_machine: bool,
    is_earlier_tool: bool,
    merged_into: Option<String>,
}

impl MachineJson {
    /// A machine of the Gist.
    pub fn new(machine: &MachineState) -> Self {
        MachineJson {
            machine_name: machine.name.clone(),
            machine_id: machine.id.to_string(),
            last_sync: machine.last_sync.map(|time| time.to_string()),
            last_record_date: machine.last_record_date.clone(),
            total_records: machine.records,
            current_file: machine.file.clone(),
            is_this_machine: machine.is_this_machine,
            is_earlier_tool: machine.is_earlier,
            merged_into: machine.merged_into.clone(),
        }
    }
}
