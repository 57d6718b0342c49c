//! Components of Yii 2 that the configuration of a served application sets.

use super::{Facts, guards};
use slugsmith_facts::code::{Code, Expr, Language};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::LineSpan;

/// One component (`'session' => ['class' => …]`) with the place where its application is configured.
pub(super) struct Component<'a> {
    pub(super) code: &'a Code,
    pub(super) line: LineSpan,
    pub(super) value: &'a Expr,
}

/// What the configurations set under a component's name, but for those of consoles, tests and development.
pub(super) fn components<'a>(facts: &'a Facts<'_>, name: &str) -> Vec<Component<'a>> {
    const PACKAGES: &[&str] = &["yiisoft/yii2", "yiisoft/yii2-dev"];
    let asked = facts.packages.wants_any(Ecosystem::Composer, PACKAGES);
    let files = facts.code(Language::Php).filter(|_| asked.is_some());
    let served = files.filter(|code| {
        let mut parts = code.path.split(['/', '.', '-', '_']);
        !parts.any(|part| matches!(part, "console" | "test" | "tests" | "dev" | "codeception"))
            && !guards::is_maintenance(facts, &code.path)
    });
    let mut found: Vec<Component<'a>> = Vec::new();
    for code in served {
        for (line, _, value) in code.values() {
            let Some(component) = value.key("components").and_then(|all| all.key(name)) else {
                continue;
            };
            let line = facts.line(&code.path, &format!("'{name}'")).unwrap_or(line);
            let is_new = found.iter().all(|known| known.code.path != code.path);
            if is_new {
                found.push(Component {
                    code,
                    line,
                    value: component,
                });
            }
        }
    }
    // `web: heroku-php-nginx frontend/web` serves one of several applications.
    let is_served = |one: &Component<'_>| {
        let folder = one.code.path.split('/').next().unwrap_or_default();
        let web = facts.process("web");
        web.is_some_and(|web| web.mentions(&[&format!("{folder}/web")]))
    };
    if found.iter().any(is_served) {
        found.retain(is_served);
    }
    found
}
