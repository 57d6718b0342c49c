//! Does a process load a package that is pruned?

use super::prelude::*;
use crate::facts::code::ScopeKind;

pub(super) static RULE: Rule = Rule {
    id: "development-dependency-at-runtime",
    code: "SF406",
    title: "A process loads a package that only development installs",
    level: Level::Error,
    group: Group::Dependencies,
    ecosystems: &["node", "ruby"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: "A `require` or `import` in code that a process reaches, of a package that package.json only has under `devDependencies` (and the lockfile \
                marks as such); a start command that runs such a tool (`nodemon`, `ts-node`, `dotenv`); a gem of the development group that \
                production configuration requires.",
        why: "The Node buildpack prunes development dependencies after the build: the process crashes at start, or later, when the code first gets there \
              (\"Cannot find module\").",
        fix: "```\nnpm install --save-prod axios\n```",
        silent: "Build scripts and tests; inside try/catch or a branch for development; type-only imports; a package that another production dependency brings \
                 to the top of node_modules; `NPM_CONFIG_PRODUCTION=false` or skipped pruning.",
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    if facts.app.package_json.good().is_none() || !crate::facts::process::runs_node(facts.app, &facts.sources) {
        return Outcome::not_applicable();
    }
    let kept = [("NPM_CONFIG_PRODUCTION", "false"), ("YARN_PRODUCTION", "false"), ("PNPM_SKIP_PRUNING", "true"), ("YARN2_SKIP_PRUNING", "true"), ("NODE_ENV", "development")]
        .iter()
        .any(|(name, value)| facts.declared(name) == Declared::Value((*value).to_owned()));
    let bundled = is_bundled(facts);
    if kept || bundled {
        return Outcome::of(Vec::new());
    }
    let development: Vec<_> = facts.packages.wanted.iter().filter(|package| package.ecosystem == Ecosystem::Npm && package.dev).map(|package| package.name.as_str()).collect();
    let mut evidence: Vec<Evidence> = Vec::new();
    for code in facts.code(Language::JavaScript).filter(|code| is_of_root(facts, &code.path)) {
        for import in &code.imports {
            let name = package_of(&import.module);
            let guarded = code.around(import.scope).any(|scope| matches!(scope.kind, ScopeKind::Try)) || branch(code, import.scope) == Branch::Development;
            let only_development = development.contains(&name)
                && facts.packages.wants(Ecosystem::Npm, name).is_none()
                && facts.packages.locked.get(&(Ecosystem::Npm, name.to_owned())).is_none_or(|locked| locked.dev || !marks_development(facts));
            if !only_development || guarded || evidence.iter().any(|other| other.message.contains(&format!("`{name}`"))) || loads_types_only(code, name) {
                continue;
            }
            evidence.push(missing(&code.path, import.line, name));
        }
    }
    for process in &facts.processes {
        evidence.extend(process.commands.iter().filter_map(|command| tool(facts, &development, command)));
    }
    Outcome::of(evidence)
}

/// Whether the root's package.json is the nearest one.
fn is_of_root(facts: &Facts<'_>, path: &str) -> bool {
    let mut folder = path;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        if facts.sources.has(&format!("{parent}/package.json")) {
            return false;
        }
        folder = parent;
    }
    true
}

fn missing(path: &str, line: u32, name: &str) -> Evidence {
    Evidence::line(path, line, format!("`{name}` is loaded at run time, but it is only a dev dependency: it is pruned from the slug, and this line fails."))
        .help(format!("npm install --save-prod {name}"))
}

/// Bundlers put dev dependencies into the output: then imports say nothing.
fn is_bundled(facts: &Facts<'_>) -> bool {
    let bundlers = ["next", "nuxt", "@sveltejs/kit", "astro", "@remix-run/dev", "gatsby", "vite", "webpack", "esbuild", "rollup", "tsup", "@vercel/ncc", "parcel", "@nestjs/cli", "react-scripts", "@angular/cli"];
    let built = ["build", "heroku-postbuild", "postinstall"].iter().any(|name| {
        crate::facts::process::script(facts.app, name).is_some_and(|text| {
            ["webpack", "esbuild", "rollup", "ncc ", "tsup", "next build", "nuxt build", "vite build", "parcel", "astro build"].iter().any(|tool| text.contains(tool))
        })
    });
    // A bundle for browsers leaves the server as it is: only where the server's entry is built.
    let entry_is_built = facts.process("web").is_some_and(|web| web.mentions(&["dist/", "build/", ".next", ".output", "next start", "nuxt"]));
    built && entry_is_built && facts.packages.wanted.iter().any(|package| bundlers.contains(&package.name.as_str()))
}

fn marks_development(facts: &Facts<'_>) -> bool {
    facts.packages.locks_of(Ecosystem::Npm).any(|lock| matches!(lock, "package-lock.json" | "npm-shrinkwrap.json"))
}

fn package_of(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    let end = module.match_indices('/').nth(parts - 1).map_or(module.len(), |(at, _)| at);
    &module[..end]
}

/// TypeScript drops imports of which only types are used; `express` of `@types` alone.
fn loads_types_only(code: &Code, name: &str) -> bool {
    let typescript = code.path.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "ts" | "tsx" | "mts" | "cts"));
    if !typescript {
        return false;
    }
    let names: Vec<_> = code.imports.iter().filter(|import| package_of(&import.module) == name).flat_map(|import| &import.names).collect();
    let used = names.iter().any(|local| {
        code.calls.iter().any(|call| call.callee.split('.').next().map(|first| first.trim_end_matches("()")) == Some(local.as_str()))
    });
    !names.is_empty() && !used
}

/// A process that starts a tool of development.
fn tool(facts: &Facts<'_>, development: &[&str], command: &crate::facts::process::Command) -> Option<Evidence> {
    let words = command.words();
    let program = *words.first()?;
    let package = match program {
        "ts-node" | "nodemon" | "tsx" | "ts-node-dev" | "babel-node" | "sequelize" | "sequelize-cli" | "knex" | "prisma" | "typeorm" | "dotenv" | "concurrently" | "cross-env" | "npm-run-all" | "vite" | "next" | "serve" | "env-cmd" => program,
        _ => return None,
    };
    let package = if package == "babel-node" { "@babel/node" } else { package };
    let only_development = development.contains(&package)
        && facts.packages.wants(Ecosystem::Npm, package).is_none()
        && facts.packages.locked.get(&(Ecosystem::Npm, package.to_owned())).is_none_or(|locked| locked.dev || !marks_development(facts));
    only_development.then(|| {
        Evidence::line(&command.path, command.line, format!("`{program}` runs in a process, but it is only a dev dependency: it is pruned from the slug, and the process can't start."))
            .help(format!("npm install --save-prod {package}"))
    })
}
