//! Someone who watches a sync: told how far it is, and asked nothing.

use ccu_core::time::UtcMillis;

/// Is told how far a sync is; often, so it must be cheap.
pub trait Watch {
    /// So many of these bytes are sent.
    fn sending(&self, _sent: u64, _total: u64) {}

    /// So many of these files are taken in.
    fn receiving(&self, _n_files: usize, _n_total: usize) {}

    /// Waits until then, because somebody else writes or GitHub asked for it.
    fn waiting(&self, _until: UtcMillis) {}
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWatch;

impl Watch for NoWatch {}
