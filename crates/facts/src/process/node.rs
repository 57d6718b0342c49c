//! Does Node run in a process, and which files does it start?

use super::{has_other_language, read};
use crate::app::App;
use crate::sources::Sources;
use slugsmith_ecosystems as ecosystems;

/// Whether Node runs in a process of the app: a command starts it, or nothing else could.
#[must_use]
pub fn runs_node(app: &App, sources: &Sources) -> bool {
    if !has_other_language(sources) {
        return true;
    }
    read(app, sources)
        .iter()
        .filter(|process| process.name != "release")
        .flat_map(|process| &process.commands)
        .any(|command| {
            let program = command.program();
            let first = command.words.first().map_or("", String::as_str);
            let by_shebang = command
                .in_app(first)
                .and_then(|path| sources.text(&path))
                .and_then(|text| text.lines().next())
                .is_some_and(|line| line.starts_with("#!") && line.contains("node"));
            by_shebang
                || matches!(
                    program,
                    "node"
                        | "npm"
                        | "yarn"
                        | "pnpm"
                        | "next"
                        | "nuxt"
                        | "tsx"
                        | "ts-node"
                        | "pm2"
                        | "bun"
                )
        })
}

/// Programs that load an app's code by folder, not by import.
const FOLDER_LOADERS: &[&str] = &[
    "next",
    "nuxt",
    "nuxi",
    "sails",
    "strapi",
    "medusa",
    "remix-serve",
    "astro",
    "gatsby",
    "ember",
    "meteor",
    "adonis",
    "egg-scripts",
    "nest",
    "keystone",
    "payload",
    "directus",
    "ghost",
    "redwood",
    "blitz",
    "pm2",
    "forever",
    "foreman",
    "nf",
    "sst",
    "moleculer-runner",
    "probot",
    "fastify",
    "serve",
];

/// The JavaScript files that processes start; `None` if some can't be known.
#[must_use]
pub fn node_entries(app: &App, sources: &Sources) -> Option<Vec<String>> {
    app.package_json.good()?;
    let mut entries = Vec::new();
    let mut processes = read(app, sources);
    if processes
        .iter()
        .any(|process| !process.is_for_development())
    {
        processes.retain(|process| !process.is_for_development());
    }
    for process in processes {
        for command in &process.commands {
            let Some(first) = command.words.first() else {
                continue;
            };
            if FOLDER_LOADERS.contains(&command.program()) {
                return None;
            }
            let is_node = matches!(
                command.program(),
                "node"
                    | "nodejs"
                    | "ts-node"
                    | "tsx"
                    | "babel-node"
                    | "nodemon"
                    | "coffee"
                    | "bun"
                    | "iojs"
                    | "ts-node-dev"
            );
            let source = |path: &str| {
                command
                    .in_app(path)
                    .and_then(|path| source_of(sources, &path))
            };
            if !is_node {
                entries.extend(source(first));
                continue;
            }
            let target = command.words.iter().skip(1).find(|word| {
                !word.starts_with('-')
                    && (word.contains('.') || word.contains('/') || source(word).is_some())
            });
            match target.map(|target| source(target)) {
                Some(Some(entry)) => entries.push(entry),
                Some(None) => return None,
                None => {
                    let main = app
                        .package_json
                        .good()
                        .and_then(|manifest| manifest.get("main"))
                        .and_then(|main| main.as_str())
                        .unwrap_or("index.js");
                    entries.push(source_of(sources, main)?);
                }
            }
        }
    }
    if entries.is_empty() {
        // Without Procfile and start script the Node buildpack runs server.js.
        entries.extend(source_of(sources, "server.js"));
    }
    (!entries.is_empty()).then_some(entries)
}

/// What `node .` runs at the root: `main` of package.json, else `index` (nodejs.org, "Folders as modules").
fn main_of(sources: &Sources) -> Option<String> {
    let text = sources.text(ecosystems::javascript::MANIFEST);
    let json = text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let main = json.as_ref().and_then(|json| json.get("main")?.as_str());
    let main = main.map(|main| main.trim_start_matches("./"));
    let main = main.filter(|main| !matches!(*main, "" | "."));
    main.and_then(|main| source_of(sources, main))
        .or_else(|| source_of(sources, "index"))
}

/// The file of the app behind a path of a command: itself, with an extension, or the source
/// of what a build puts there (`dist/a.js` from `src/a.ts`).
#[must_use]
pub fn source_of(sources: &Sources, path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_start_matches("/app/");
    let path = path.trim_end_matches('/');
    if matches!(path, "" | ".") {
        return main_of(sources);
    }
    let stem = ["js", "mjs", "cjs"]
        .iter()
        .find_map(|ending| path.strip_suffix(&format!(".{ending}")))
        .unwrap_or(path);
    let mut bases = vec![path.to_owned(), stem.to_owned(), format!("{stem}/index")];
    bases.extend(sources.outputs.sources_of(path));
    for build in ["dist/", "build/", "lib/", "out/"] {
        if let Some(rest) = stem.strip_prefix(build) {
            bases.push(format!("src/{rest}"));
            bases.push(rest.to_owned());
            bases.push(format!("src/{rest}/index"));
            // Some outputs keep the folders above the sources: `dist/server/workers/init.js`.
            let below = rest.match_indices('/').map(|(at, _)| &rest[at + 1..]);
            bases.extend(below.filter(|tail| tail.contains('/')).map(str::to_owned));
        }
    }
    // The same inside a package of a monorepo: `apps/api/dist/a.js` from `apps/api/src/a.ts`.
    for build in ["/dist/", "/build/", "/lib/", "/out/"] {
        if let Some((package, rest)) = stem.split_once(build)
            && sources.has(&format!("{package}/{}", ecosystems::javascript::MANIFEST))
        {
            bases.push(format!("{package}/src/{rest}"));
            bases.push(format!("{package}/{rest}"));
        }
    }
    for base in bases {
        for ending in ["", ".js", ".ts", ".mjs", ".cjs", ".mts", ".tsx", ".jsx"] {
            let candidate = format!("{base}{ending}");
            if sources.has(&candidate) && (ending.is_empty() || !candidate.is_empty()) {
                return Some(candidate);
            }
        }
    }
    None
}
