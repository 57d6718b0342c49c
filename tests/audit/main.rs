//! The audit from outside: fixtures of every rule, and the pages made from code.

mod docs;
mod fixtures;
mod hostile;
