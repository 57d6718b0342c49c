//! How is a report shown? The only place that prints: one printer per format.
//!
//! The build log, the text of `check` and the classic log have the same content: each
//! capability gives its [`line::Line`]s here, and a [`line::Skin`] writes them.

pub mod budget;
pub mod cache;
pub mod env;
pub mod line;
pub mod stack;
pub mod strip;
