//! The parts of the dashboard's screens: plain data and a [`Theme`](crate::tui::theme::Theme) come in, lines and cells go
//! out. None of them keeps state or asks for data, and none fails or panics at any size.

pub mod bar;
pub mod card;
pub mod columns;
pub mod heat;
pub mod list;
pub mod sparkline;
pub mod text;

#[cfg(test)]
mod sample;
