//! What does a specifier say by itself?

use crate::facts::in_packages;

/// Modules of Node itself (`module.builtinModules` of Node 24, without those that exist
/// with the `node:` prefix only).
const BUILTIN: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

pub(in crate::trace) fn is_builtin(specifier: &str) -> bool {
    specifier.starts_with("node:")
        || BUILTIN.contains(&specifier.split('/').next().unwrap_or_default())
            && !specifier.ends_with('/')
            && matches!(
                specifier,
                "assert/strict"
                    | "dns/promises"
                    | "fs/promises"
                    | "inspector/promises"
                    | "path/posix"
                    | "path/win32"
                    | "readline/promises"
                    | "stream/consumers"
                    | "stream/promises"
                    | "stream/web"
                    | "timers/promises"
                    | "util/types"
            )
        || BUILTIN.contains(&specifier)
}

/// `@s/a/lib/x` → (`@s/a`, `lib/x`).
pub(in crate::trace) fn parts(specifier: &str) -> Option<(&str, &str)> {
    let skip = if specifier.starts_with('@') {
        specifier.find('/')? + 1
    } else {
        0
    };
    let end = specifier[skip..]
        .find('/')
        .map_or(specifier.len(), |slash| skip + slash);
    let package = &specifier[..end];
    let rest = specifier[end..]
        .trim_start_matches('/')
        .trim_end_matches('/');
    (!package.is_empty() && end > skip).then_some((package, rest))
}

/// Whether a path belongs to the app rather than to a package.
pub(in crate::trace) fn in_app(path: &str) -> bool {
    !in_packages(path)
}
