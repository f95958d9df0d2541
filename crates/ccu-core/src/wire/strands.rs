//! The texts of records that come from the wire, shared again as neighbours shared them before.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::record::Strand;

/// Every text and every strand met so far, once.
#[derive(Debug, Default)]
pub struct Strands {
    texts: FxHashSet<Arc<str>>,
    strands: FxHashSet<Arc<Strand>>,
}

impl Strands {
    /// A text, shared with all that are equal.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(shared) = self.texts.get(text) {
            return shared.clone();
        }
        let shared: Arc<str> = text.into();
        self.texts.insert(shared.clone());
        shared
    }

    /// A strand, shared with all that are equal.
    pub fn strand(&mut self, strand: Strand) -> Arc<Strand> {
        if let Some(shared) = self.strands.get(&strand) {
            return shared.clone();
        }
        let shared = Arc::new(strand);
        self.strands.insert(shared.clone());
        shared
    }
}
