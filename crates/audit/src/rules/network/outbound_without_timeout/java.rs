//! Clients of Java that wait without end unless they are told otherwise.

use super::{App, Verdict};
use crate::Site;

pub(super) fn client(app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    let sets = |names: &[&str]| site.code.calls_one_of(names);
    match call.method() {
        // `URLConnection`: both default to 0, which is endless.
        "openConnection" if site.code.imports("java.net") => Verdict::of(sets(&["setReadTimeout"])),
        // The client of the JDK has a timeout for each request only.
        "newHttpClient" if call.receiver() == "HttpClient" => {
            Verdict::of(sets(&["timeout", "orTimeout"]))
        }
        "RestTemplate" if call.receiver().is_empty() && call.arguments.is_empty() => {
            Verdict::of(*app.rest_template.get_or_init(|| configured(app)))
        }
        "createDefault" if call.receiver() == "HttpClients" => Verdict::of(sets(&[
            "setConnectTimeout",
            "setSocketTimeout",
            "setResponseTimeout",
        ])),
        _ => Verdict::None,
    }
}

/// Whether the app sets timeouts for its `RestTemplate` anywhere.
fn configured(app: &App<'_>) -> bool {
    const SET: &[&str] = &[
        "setConnectTimeout",
        "setReadTimeout",
        "setConnectionRequestTimeout",
        "connectTimeout",
        "readTimeout",
    ];
    let mut files = app.facts.sources.files.iter();
    files.any(|code| code.calls_one_of(SET))
}
