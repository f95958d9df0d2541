//! The number columns that all tables share: responses, tokens and cost.

use ccu_core::report::Usage;

use crate::render::grid::{Cell, Column};
use crate::render::number::{dollars, grouped, is_without_price, short};
use crate::render::table::Form;

/// What holds for the numbers of a whole table.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    has_cost: bool,
    /// Whether any cost is incomplete, so that the others keep room for the mark.
    has_unpriced: bool,
}

impl Numbers {
    /// The numbers of a table with these totals.
    pub fn new(totals: &Usage, has_cost: bool) -> Self {
        Numbers { has_cost, has_unpriced: totals.unpriced_tokens > 0 }
    }

    /// The columns in a form.
    pub fn columns(&self, form: Form) -> Vec<Column> {
        let mut names = Vec::new();
        if form.has_details {
            names.push("Responses");
        }
        if form.has_parts {
            names.extend(["Input", "Output"]);
            match form.merges_cache {
                true => names.push("Cache"),
                false => names.extend(["Cache\nwrite", "Cache\nread"]),
            }
        }
        names.push("Total\ntokens");
        if self.has_cost {
            names.push("Cost");
        }
        names.into_iter().map(Column::number).collect()
    }

    /// The cells of a row, one for each column.
    pub fn cells(&self, usage: &Usage, form: Form) -> Vec<Cell> {
        let tokens = &usage.tokens;
        let mut numbers = Vec::new();
        if form.has_details {
            numbers.push(usage.responses);
        }
        if form.has_parts {
            numbers.extend([tokens.input, tokens.output]);
            match form.merges_cache {
                true => numbers.push(tokens.cache_write().saturating_add(tokens.cache_read)),
                false => numbers.extend([tokens.cache_write(), tokens.cache_read]),
            }
        }
        numbers.push(tokens.total());
        let write = if form.has_short_numbers { short } else { grouped };
        let mut cells: Vec<Cell> = numbers.into_iter().map(|number| Cell::Text(write(number))).collect();
        if self.has_cost {
            cells.push(Cell::Text(self.cost_text(usage)));
        }
        cells
    }

    /// The cost; with a `+` where a part of the row has no price, and in words where none of it has.
    fn cost_text(&self, usage: &Usage) -> String {
        let mark = match (self.has_unpriced, usage.unpriced_tokens) {
            (false, _) => "",
            (true, 0) => " ",
            (true, _) => "+",
        };
        if is_without_price(usage) {
            return "no price ".to_owned();
        }
        format!("{}{mark}", dollars(usage.cost))
    }
}
