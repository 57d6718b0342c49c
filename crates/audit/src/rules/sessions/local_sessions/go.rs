//! Sessions that code of Go keeps in a map of its own.

use crate::rules::prelude::*;

/// `m.sessions[id] = session` in a file that sets a cookie, where no statement of SQL keeps them as well.
pub(super) fn in_map(facts: &Facts<'_>) -> Option<Evidence> {
    let in_database = facts.calls().any(|site| {
        let says = |value: &Expr| {
            value.text().is_some_and(|text| {
                let text = text.to_ascii_lowercase();
                text.contains("insert into") && text.contains("session")
            })
        };
        site.code.language == Language::Go
            && site.call.arguments.iter().any(|one| one.value.any(says))
    });
    if in_database {
        return None;
    }
    facts.code(Language::Go).find_map(|code| {
        let sets_cookie = code.calls.iter().any(|call| call.method() == "SetCookie");
        let kept = code.assignments.iter().find(|one| {
            let map = one.target.split_once('[').map_or("", |(map, _)| map);
            let map = map.rsplit('.').next().unwrap_or(map);
            matches!(map.to_ascii_lowercase().as_str(), "sessions" | "sessionstore" | "dbsessions" | "activesessions")
                && code.function(one.scope).is_some()
        })?;
        let message = "Sessions are kept in a map of this process: other dynos don't know them, and a restart forgets \
                       them all.";
        sets_cookie.then(|| {
            Evidence::line(&code.path, kept.line, message)
                .help("heroku addons:create heroku-redis:mini, and keep the sessions there")
        })
    })
}
