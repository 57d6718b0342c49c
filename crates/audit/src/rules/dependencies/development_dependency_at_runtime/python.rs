//! Packages of development's groups, imported by code that production runs.

use super::only_development;
use crate::rules::prelude::*;
use slugsmith_facts::code::ScopeKind;

/// Python packages of development groups that code of production imports.
pub(super) fn python(facts: &Facts<'_>) -> Option<Vec<Evidence>> {
    facts.packages.manifest(Ecosystem::Pypi)?;
    // What only tests are written with: a file that imports it is there for them.
    let for_tests = [
        "factory-boy",
        "pytest",
        "pytest-django",
        "model-bakery",
        "hypothesis",
        "locust",
    ];
    // Files that a server loads whatever they import.
    let served = [
        "views", "urls", "models", "settings", "wsgi", "asgi", "apps", "admin",
    ];
    let is_served = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.strip_suffix(".py")
            .is_some_and(|stem| served.contains(&stem))
    };
    let development = only_development(facts, Ecosystem::Pypi);
    let mut evidence: Vec<Evidence> = Vec::new();
    for code in facts
        .code(Language::Python)
        .filter(|code| !guards::is_maintenance(facts, &code.path))
    {
        for import in &code.imports {
            let top = import.module.split('.').next().unwrap_or_default();
            let Some(name) = development.iter().find(|name| is_module_of(top, name)) else {
                continue;
            };
            if for_tests.contains(name) && !is_served(&code.path) {
                continue;
            }
            let checked = branch(code, import.scope) != Branch::Always
                || code
                    .around(import.scope)
                    .any(|scope| matches!(scope.kind, ScopeKind::Try));
            // The file asks elsewhere whether the package is there.
            let asked = code.imports.iter().any(|other| {
                other.module == import.module
                    && code
                        .around(other.scope)
                        .any(|scope| matches!(scope.kind, ScopeKind::Try))
            });
            let own = asked
                || facts.sources.has(&format!("{top}.py"))
                || facts.sources.below(&format!("{top}/")).next().is_some();
            let told = evidence.iter().any(|other| other.is_about(name));
            if !checked && !own && !told {
                evidence.push(
                    Evidence::line(
                        &code.path,
                        import.line,
                        format!(
                            "`{name}` is imported here, \
                        but only a development group has it: it is not installed on the platform, \
                        and this line fails."
                        ),
                    )
                    .about(*name)
                    .help(format!(
                        "uv add {name}   (or: poetry add {name}; requirements.txt)"
                    )),
                );
            }
        }
    }
    Some(evidence)
}

/// Whether a top-level module comes from the package; a few have another name.
fn is_module_of(module: &str, package: &str) -> bool {
    let known = match package {
        "django-debug-toolbar" => "debug_toolbar",
        "python-dotenv" => "dotenv",
        "pyyaml" => "yaml",
        "beautifulsoup4" => "bs4",
        "pillow" => "PIL",
        "factory-boy" => "factory",
        "python-dateutil" => "dateutil",
        "psycopg2-binary" => "psycopg2",
        "django-silk" => "silk",
        "scikit-learn" => "sklearn",
        _ => return module == package.replace('-', "_"),
    };
    module == known
}
