//! Each conflict, made by real buildpacks: the finding, and the consequence as it happens.

mod commands;
mod starts;
mod variables;
