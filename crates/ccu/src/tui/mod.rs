//! The dashboard's look: its colours, characters and the parts that its screens are drawn with.
#![cfg_attr(not(test), expect(dead_code, reason = "the screens that draw with these parts come next"))]

pub mod theme;
pub mod widget;
