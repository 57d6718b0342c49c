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
        libraries: &["ws", "express-ws", "websocket", "uWebSockets.js", "sockjs"],
        sends: &["send", "sendUTF", "write"],
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

/// A call that sends, in a loop, to what must be one of the sockets that the file keeps: it puts the socket of a
/// visitor into a collection, whatever that is called, and the call is not on that socket.
pub(super) fn sends_to_kept<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    KINDS.iter().find_map(|kind| {
        calls_to(facts, kind.language, |site| {
            let (code, call) = (site.code, site.call);
            // Much else is written to in a loop.
            if !kind.sends.contains(&call.method()) || matches!(call.method(), "Write" | "write") {
                return false;
            }
            let mut around = code.around(call.scope);
            let root = call
                .receiver()
                .split(['.', '[', '('])
                .next()
                .unwrap_or_default();
            around.any(|scope| matches!(scope.kind, ScopeKind::Loop))
                && !root.is_empty()
                && kind.libraries.iter().any(|one| imports_part(code, one))
                && !is_fixed(code, root)
                && keeps_socket(code, root)
        })
        .next()
    })
}

/// Whether a name is an import or has a value of the whole file.
fn is_fixed(code: &Code, name: &str) -> bool {
    let mut given = code.assignments.iter();
    let mut imports = code.imports.iter();
    given.any(|one| one.target == name && code.function(one.scope).is_none())
        || imports.any(|import| import.names.iter().any(|bound| bound == name))
}

/// Whether the file puts a socket into a collection that has another name than the one which is sent to.
fn keeps_socket(code: &Code, sent_to: &str) -> bool {
    let sockets = sockets(code);
    let is_socket =
        |value: &Expr| value.any(|part| part.name().is_some_and(|name| sockets.contains(&name)));
    if sockets.contains(&sent_to) {
        return false;
    }
    let put = code.calls.iter().any(|call| {
        let puts = matches!(call.method(), "push" | "add" | "set" | "append");
        puts && call.arguments.iter().any(|one| is_socket(&one.value))
    });
    let by_key = code.assignments.iter().any(|one| {
        let bracketed = one.target.contains('[');
        let key = one.target.rsplit(['[', '.']).next().unwrap_or_default();
        let of_socket = key != one.target && sockets.contains(&key.trim_end_matches(']'));
        of_socket && !is_socket(&one.value) || bracketed && is_socket(&one.value)
    });
    put || by_key
}

/// Names of the sockets that visitors open: what `Upgrade` gives in Go, what is listened to in JavaScript.
fn sockets(code: &Code) -> Vec<&str> {
    let upgraded = code.assignments.iter().filter(|one| {
        let callee = one.value.callee().unwrap_or_default();
        code.language == Language::Go
            && matches!(callee.rsplit('.').next(), Some("Upgrade" | "Accept"))
    });
    let listened = code.calls.iter().filter(|call| {
        let event = call.positional(0).and_then(Expr::text);
        code.language == Language::JavaScript
            && call.method() == "on"
            && matches!(event, Some("message" | "close" | "data"))
            && !call.receiver().contains(['.', '('])
    });
    let first = |target: &'_ str| target.split(',').next().unwrap_or_default().len();
    upgraded
        .map(|one| one.target[..first(&one.target)].trim())
        .chain(listened.map(slugsmith_facts::code::Call::receiver))
        .collect()
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

/// Whether the package of a file of Go takes in web sockets.
pub(super) fn takes_sockets(facts: &Facts<'_>, own: &Code) -> bool {
    let go = KINDS.iter().find(|kind| kind.language == Language::Go);
    go.is_some_and(|go| {
        facts.code(Language::Go).any(|code| {
            code.folder() == own.folder() && go.libraries.iter().any(|one| imports_part(code, one))
        })
    })
}

/// A function of the package's own that sends, called in a loop for each connection that the file keeps:
/// `for c := range connections { write(c.socket, message) }`.
pub(super) fn by_helper<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    let go = KINDS.iter().find(|kind| kind.language == Language::Go)?;
    calls_to(facts, Language::Go, move |site| {
        let (code, call) = (site.code, site.call);
        let first = call.positional(0).and_then(Expr::name).unwrap_or_default();
        let member = first.split('.').next().unwrap_or_default();
        !call.callee.contains('.')
            && is_member(code, call.scope, member)
            && facts.calls().any(|other| {
                let same = other.code.folder() == code.folder()
                    && other.code.function(other.call.scope) == Some(call.callee.as_str());
                same && matches!(other.call.method(), "WriteMessage" | "WriteJSON")
                    && go.libraries.iter().any(|one| imports_part(other.code, one))
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
