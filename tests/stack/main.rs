//! The model of the stack against the real lifecycle, and reports against whole trees.

mod differential;
mod fixtures;
mod generator;
mod large;
mod lifecycle;
mod reused;
mod rules;
mod tree;
mod verbs;
