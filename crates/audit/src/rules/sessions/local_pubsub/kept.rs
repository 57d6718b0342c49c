//! Sockets that one process keeps in a collection of its own and sends to in a loop, whatever
//! the language and the library.

use crate::rules::prelude::*;
use slugsmith_facts::code::ScopeKind;

/// How a library's sockets look in code.
struct Kind {
    language: Language,
    /// Modules of which the file imports one.
    libraries: &'static [&'static str],
    /// Methods that send to one socket.
    sends: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    Kind {
        language: Language::JavaScript,
        libraries: &["ws", "express-ws", "websocket", "uWebSockets.js"],
        sends: &["send", "sendUTF"],
    },
    Kind {
        language: Language::Go,
        libraries: &[
            "github.com/gorilla/websocket",
            "github.com/coder/websocket",
            "nhooyr.io/websocket",
            "golang.org/x/net/websocket",
            "github.com/gofiber/websocket",
            "github.com/gofiber/contrib/websocket",
        ],
        sends: &["WriteMessage", "WriteJSON", "Write"],
    },
    Kind {
        language: Language::Java,
        libraries: &[
            "org.springframework.web.socket",
            "javax.websocket",
            "jakarta.websocket",
        ],
        sends: &["sendMessage", "sendText", "sendObject"],
    },
    Kind {
        language: Language::Php,
        libraries: &["Ratchet", "Workerman"],
        sends: &["send"],
    },
    Kind {
        language: Language::Ruby,
        libraries: &["faye/websocket", "sinatra-websocket", "em-websocket"],
        sends: &["send"],
    },
];

/// Names of collections that hold connections.
const COLLECTIONS: &[&str] = &[
    "clients",
    "connections",
    "sockets",
    "peers",
    "sessions",
    "subscribers",
    "conns",
    "websockets",
];

/// A call that sends to each socket that the file keeps.
pub(super) fn sends<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    KINDS.iter().find_map(|kind| {
        calls_to(facts, kind.language, |site| {
            kind.sends.contains(&site.call.method())
                && kind
                    .libraries
                    .iter()
                    .any(|one| imports_part(site.code, one))
                && over_collection(site)
        })
        .next()
    })
}

/// A hub of Go that sends into the channel of each connection that it keeps (`for client := range h.clients {
/// client.send <- message }`), in a package that takes in web sockets.
pub(super) fn hub<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    let go = KINDS.iter().find(|kind| kind.language == Language::Go)?;
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    calls_to(facts, Language::Go, move |site| {
        let channel = || site.call.positional(0).and_then(Expr::name);
        let member = || channel().and_then(|name| Some(name.rsplit_once('.')?.0));
        site.call.callee == "<-"
            && member().is_some_and(|member| is_member(site.code, site.call.scope, member))
            && facts.code(Language::Go).any(|code| {
                folder(&code.path) == folder(&site.code.path)
                    && go.libraries.iter().any(|one| imports_part(code, one))
            })
    })
    .next()
}

/// Whether a name is one of the connections that the file keeps, in a loop over them.
fn is_member(code: &Code, scope: usize, name: &str) -> bool {
    let mut around = code.around(scope);
    let member = matches!(
        name,
        "client" | "c" | "peer" | "subscriber" | "conn" | "connection" | "sess" | "session" | "sub"
    );
    member && around.any(|scope| matches!(scope.kind, ScopeKind::Loop)) && keeps(code)
}

/// `org.springframework.web.socket.TextMessage` is of `org.springframework.web.socket`.
fn imports_part(code: &Code, library: &str) -> bool {
    code.imports(library)
        || code.imports.iter().any(|import| {
            let rest = import.module.trim_start_matches('\\').strip_prefix(library);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '\\', '/']))
        })
}

/// Whether the call runs for each member of a collection that is named like one of connections:
/// the loop asks for its members, or is itself a call on it.
fn over_collection(site: Site<'_>) -> bool {
    let (code, line) = (site.code, site.call.line.number());
    let of_collection = |name: &str| {
        let last = name
            .rsplit('.')
            .find(|part| !part.ends_with(')'))
            .unwrap_or(name);
        COLLECTIONS.contains(&last.to_ascii_lowercase().as_str())
    };
    // The call that gives the members stands on the line on which the loop begins.
    let starts: Vec<u32> = code
        .around(site.call.scope)
        .filter(|scope| matches!(scope.kind, ScopeKind::Loop))
        .map(|scope| scope.line)
        .collect();
    let by_loop = code.calls.iter().any(|call| {
        starts.contains(&call.line.number())
            && matches!(
                call.method(),
                "entries" | "values" | "keys" | "entrySet" | "keySet"
            )
            && of_collection(call.receiver())
    });
    let by_call = code.calls.iter().any(|call| {
        matches!(
            call.method(),
            "forEach" | "each" | "each_value" | "each_key"
        ) && of_collection(call.receiver())
            && (call.line.number()..=call.line.number() + 8).contains(&line)
            && code.is_within(site.call.scope, call.scope)
    });
    // What a loop over the collection itself gives has a name of one member.
    let member = site.call.receiver().split('.').next().unwrap_or_default();
    let by_name = !starts.is_empty()
        && matches!(
            member,
            "client" | "peer" | "subscriber" | "$client" | "connection" | "sess"
        )
        && keeps(code);
    by_loop || by_call || by_name
}

/// Whether the file puts sockets into a collection.
fn keeps(code: &Code) -> bool {
    let puts = code.calls.iter().any(|call| {
        let last = call.receiver().rsplit('.').next().unwrap_or_default();
        matches!(
            call.method(),
            "add" | "set" | "push" | "put" | "attach" | "append"
        ) && COLLECTIONS.contains(&last.to_ascii_lowercase().as_str())
    });
    let by_key = code.assignments.iter().any(|one| {
        let mut parts = one.target.split(['[', '.']).rev().skip(1);
        parts.any(|part| COLLECTIONS.contains(&part.to_ascii_lowercase().as_str()))
    });
    puts || by_key
}
