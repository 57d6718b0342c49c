//! What do the commands of a dyno switch on?

use super::super::manifest::{Bundles, Runtime};
use super::{Command, words};

/// Programs that compile TypeScript when the app starts.
const TYPESCRIPT: &[&str] = &[
    "ts-node",
    "ts-node-esm",
    "ts-node-dev",
    "tsx",
    "tsnd",
    "esno",
    "bun",
    "deno",
    "tsc",
    "swc-node",
    "jiti",
    "nodemon",
    "@swc-node/register",
    "ts-node/register",
    "tsx/cjs",
    "tsx/esm",
    "esbuild-register",
    "@babel/node",
    "babel-node",
    "--experimental-strip-types",
    "--experimental-transform-types",
    "ttsc",
    "vite-node",
    "coffee",
];
/// Programs that bundle, or serve what they bundle, when the app starts.
const BUNDLERS: &[&str] = &[
    "vite",
    "webpack",
    "webpack-dev-server",
    "rollup",
    "parcel",
    "esbuild",
    "rspack",
    "rsbuild",
    "snowpack",
    "gatsby",
    "react-scripts",
    "vue-cli-service",
    "ng",
    "ember",
    "expo",
    "metro",
    "browserify",
    "watchify",
    "brunch",
    "gulp",
    "grunt",
    "turbo",
    "nx",
    "docusaurus",
    "vuepress",
    "eleventy",
    "remix",
    "vitest",
    "storybook",
    "sb",
];

/// What these commands, with `NODE_OPTIONS`, switch on. The second value tells whether
/// source maps may be read.
#[must_use]
pub fn runtime(commands: &[Command], node_options: Option<&str>) -> (Runtime, bool) {
    let mut runtime = Runtime::default();
    let mut source_maps = false;
    let texts = commands.iter().map(|command| command.text.as_str());
    for text in texts.chain(node_options) {
        let words: Vec<&str> = words(text).collect();
        for (at, word) in words.iter().enumerate() {
            let program = word.rsplit('/').next().unwrap_or(word);
            let is_script = word.ends_with(".ts")
                || word.ends_with(".tsx")
                || word.ends_with(".mts")
                || word.ends_with(".coffee");
            runtime.typescript |=
                TYPESCRIPT.contains(word) || TYPESCRIPT.contains(&program) || is_script;
            if BUNDLERS.contains(&program) {
                runtime.bundles = Bundles::AtStart;
            }
            // `next dev`, `next build`, `nuxt build`, `nest start`, `astro dev` …
            let builds = matches!(
                words.get(at + 1),
                Some(&("dev" | "build" | "develop" | "generate"))
            );
            if builds
                && matches!(
                    program,
                    "next"
                        | "nuxt"
                        | "nuxi"
                        | "astro"
                        | "svelte-kit"
                        | "remix"
                        | "gatsby"
                        | "blitz"
                        | "redwood"
                        | "rw"
                )
            {
                runtime.bundles = Bundles::AtStart;
                runtime.typescript = true;
            }
            runtime.typescript |= program == "nest" && words.get(at + 1) == Some(&"start");
            source_maps |= matches!(
                *word,
                "--enable-source-maps" | "source-map-support" | "source-map-support/register"
            );
            if matches!(*word, "-C" | "--conditions")
                && let Some(condition) = words.get(at + 1)
            {
                runtime.conditions.insert((*condition).to_owned());
            }
        }
    }
    (runtime, source_maps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switched(text: &str) -> (Runtime, bool) {
        let command = Command {
            origin: "Procfile: web".to_owned(),
            text: text.to_owned(),
        };
        runtime(&[command], None)
    }

    #[test]
    fn commands_switch_guards_on() {
        assert_eq!(switched("node server.js"), (Runtime::default(), false));
        assert!(switched("node -r ts-node/register src/a.ts").0.typescript);
        assert!(switched("NODE_OPTIONS='--enable-source-maps' node a.js").1);
        assert!(
            switched("node --conditions=custom a.js")
                .0
                .conditions
                .contains("custom")
        );
        assert_eq!(switched("npx vite preview").0.bundles, Bundles::AtStart);
        assert_eq!(switched("next start").0.bundles, Bundles::No);
        assert_eq!(
            switched("next build && next start").0.bundles,
            Bundles::AtStart
        );
    }
}
