//! The fake GitHub as a client sees it: bytes over TCP.

mod caching;
mod faults;
mod interleavings;
mod life;
mod limits;
mod refusals;
mod sizes;
mod violations;
mod wire;
