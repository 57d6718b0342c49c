//! The model of the stack against the real lifecycle, and reports against whole trees.

mod differential;
mod generator;
mod lifecycle;
