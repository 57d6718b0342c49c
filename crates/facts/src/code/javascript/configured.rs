//! Blocks that a framework runs in the environments that it is given: `app.configure("development", () => {…})` of
//! Express 3.

use super::{Argument, Expr};

/// The environments as a condition; `None` where a call takes none.
pub(super) fn environments(callee: &str, arguments: &[Argument]) -> Option<String> {
    let (last, names) = arguments.split_last()?;
    if !callee.ends_with(".configure") || last.value != Expr::Function {
        return None;
    }
    let names: Option<Vec<_>> = names.iter().map(|name| name.value.text()).collect();
    names
        .filter(|names| !names.is_empty())
        .map(|names| names.join(" or "))
}
