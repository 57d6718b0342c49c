//! `HttpSession`, which a servlet container keeps in the memory of its process.

use crate::guards::calls_to;
use crate::registry::Evidence;
use crate::spring;
use crate::{Facts, Site};
use slugsmith_facts::code::{Expr, Language};
use slugsmith_finding::Severity;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    const SHARED: [&str; 5] = [
        "spring-session",
        "redisson",
        "hazelcast",
        "memcached-session",
        "infinispan",
    ];
    let shared = spring::wants(facts, |name| SHARED.iter().any(|one| name.contains(one)));
    let configured = facts.sources.texts.iter().any(|(path, text)| {
        path.contains("src/main/resources/")
            && text.contains("spring.session.")
            && !text.contains("store-type=none")
            || path == "Procfile" && text.contains("session-store")
    });
    if shared || configured {
        return None;
    }
    let kept = calls_to(facts, Language::Java, |site| {
        site.call.method() == "setAttribute" && is_session(site.call.receiver())
    })
    .next();
    if let Some(site) = kept {
        return Some(at(
            site,
            &format!("`{}` keeps the session", site.call.callee),
        ));
    }
    if let Some(site) = scoped(facts) {
        let what = format!("`{}` keeps its object", site.call.callee);
        return Some(at(site, &what));
    }
    let stateless = facts.calls().any(|site| {
        let call = site.call;
        call.method() == "sessionCreationPolicy"
            && call.arguments.iter().any(|argument| {
                argument.value.any(|value| {
                    value
                        .name()
                        .is_some_and(|name| name.ends_with("STATELESS") || name.ends_with("NEVER"))
                })
            })
    });
    let login = calls_to(facts, Language::Java, |site| {
        matches!(
            site.call.method(),
            "formLogin" | "oauth2Login" | "saml2Login"
        ) && site.code.imports("org.springframework.security")
            && !site
                .call
                .arguments
                .iter()
                .any(|argument| is_disabled(&argument.value))
    })
    .next()
    .filter(|_| !stateless)?;
    Some(
        at(
            login,
            &format!("`{}` keeps who is signed in", login.call.method()),
        )
        .level(Severity::Warn),
    )
}

/// A bean that lives as long as the session (CDI, JSF, Spring).
fn scoped<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    calls_to(facts, Language::Java, |site| {
        let call = site.call;
        let says_session = || {
            call.arguments.iter().any(|argument| {
                argument.value.any(|value| match value {
                    Expr::Text(text) => text == "session",
                    Expr::Name(name) => name.ends_with("SCOPE_SESSION"),
                    _ => false,
                })
            })
        };
        match call.callee.as_str() {
            "@SessionScoped" | "@SessionScope" | "@SessionAttributes" => true,
            "@Scope" => says_session(),
            _ => false,
        }
    })
    .next()
}

/// `formLogin(AbstractHttpConfigurer::disable)`, `formLogin(f -> f.disable())`.
fn is_disabled(value: &Expr) -> bool {
    value.any(|part| match part {
        Expr::Name(name) | Expr::Text(name) => name.contains("disable"),
        Expr::Call { callee, .. } => callee.contains("disable"),
        _ => false,
    })
}

fn is_session(receiver: &str) -> bool {
    let last = receiver.rsplit('.').next().unwrap_or(receiver);
    matches!(last, "session" | "httpSession" | "getSession()" | "sess")
}

fn at(site: Site<'_>, what: &str) -> Evidence {
    let message = format!(
        "{what} in the memory of this process: other dynos don't know it, and a restart, at least \
         once a day, forgets all of them."
    );
    Evidence::line(&site.code.path, site.call.line, message)
        .help("heroku addons:create heroku-redis:mini; add org.springframework.session:spring-session-data-redis")
}
