//! Every ecosystem's key and commands, with tools that only say their version: one change
//! at a time, and what has to be noticed, what must not be, and what runs.

mod ecosystems;
mod named;

use self::ecosystems::{ECOSYSTEMS, Ecosystem};
use super::support::Bed;
use crate::apply::{Bounds, Read};
use crate::inputs::Inputs;
use crate::presets::{self, Project, Recognised};
use crate::store::Stored;
use crate::{Context, Verdict};
use slugsmith_facts::environment::World;

/// Says its version, and notes with what else it was called.
const TOOL: &str = "#!/bin/sh\ncase \"$1\" in --version|env|-e|-r|-c) echo 1.0 a b;; *) echo \"$(basename $0) \
    $*\" >> $BED/commands; mkdir -p node_modules/x vendor/bundle bin target build/libs .venv/bin; touch bin/s \
    target/s;; esac\n";

fn bed(ecosystem: &Ecosystem) -> Bed {
    let bed = Bed::new();
    for tool in [
        "pnpm", "yarn", "bun", "python3", "uv", "poetry", "pipenv", "ruby", "bundle", "php",
        "composer", "go", "cargo", "mvn", "gradle",
    ] {
        bed.tool(tool, TOOL);
    }
    for (path, text) in ecosystem.files {
        bed.put(path, text);
    }
    bed
}

fn with_site<T>(
    bed: &Bed,
    name: &str,
    look: impl FnOnce(&Context<'_>, presets::Site<'_>) -> T,
) -> T {
    let store = bed.store();
    let app = slugsmith_facts::app::read(&bed.app());
    let config = bed.config();
    let context = Context {
        app: &app,
        config: &config,
        environment: &bed.environment,
        store: &store,
        neighbours: slugsmith_facts::neighbours::Neighbours::none(),
        finish: &crate::finish::AsInstalled,
    };
    let place = Project::new(&context, std::path::Path::new(""));
    let all = presets::recognise(&place).into_iter();
    let mut all = all.chain(presets::recognise_compiled(&place));
    let found = all.find_map(|found| {
        let Recognised::Site(site) = found else {
            panic!("{name} can't be used");
        };
        (site.name == name).then_some(site)
    });
    look(
        &context,
        found.unwrap_or_else(|| panic!("{name} is not recognised")),
    )
}

fn inputs(bed: &Bed, name: &str) -> Inputs {
    with_site(bed, name, |context, site| {
        let bounds = Bounds {
            outside: site.trees.clone(),
            ..Bounds::default()
        };
        let mut job = (site.job)().unwrap();
        let read = Read::of(context, &job, &Stored::Nothing, &bounds, &[]);
        read.add(&mut job.inputs);
        job.inputs
    })
}

#[test]
fn each_change_is_noticed_and_named_or_does_not_matter() {
    for ecosystem in ECOSYSTEMS {
        let name = ecosystem.name;
        let before = inputs(&bed(ecosystem), name);
        for (path, from, to, named) in ecosystem.edits {
            let bed = bed(ecosystem);
            let text = fs_err::read_to_string(bed.app().join(path)).unwrap();
            assert!(text.contains(from), "{name}: {path} has no {from}");
            bed.put(path, &text.replacen(from, to, 1));
            let changes = before.changes(&inputs(&bed, name));
            if named.is_empty() {
                assert!(changes.is_empty(), "{name}: {path} {to}: {changes:?}");
            } else {
                assert!(
                    changes.iter().any(|change| change.name.contains(named)),
                    "{name}: {path} {to} is not named: {changes:?}"
                );
            }
        }
        // Another machine, and another version of the tool.
        let mut other = bed(ecosystem);
        other.environment.target.distro = "heroku-26".to_owned();
        assert_eq!(before.changes(&inputs(&other, name))[0].name, "distro");
    }
}

#[test]
fn what_runs_is_what_the_docs_say() {
    let commands = |name: &str| {
        let ecosystem = ECOSYSTEMS.iter().find(|all| all.name == name).unwrap();
        let bed = bed(ecosystem);
        with_site(&bed, name, |_, site| {
            let job = (site.job)().unwrap();
            let steps = job.install.iter().map(|step| {
                let words = [&[step.program.clone()][..], &step.arguments].concat();
                words.join(" ").replace(bed.app().to_str().unwrap(), ".")
            });
            steps.collect::<Vec<_>>().join("; ")
        })
    };
    for (name, wanted) in [
        ("pnpm", "pnpm install --frozen-lockfile --prod"),
        ("yarn", "yarn workspaces focus --all --production"),
        (
            "bun",
            "bun install --frozen-lockfile --no-progress --production",
        ),
        ("uv", "uv sync --locked --no-default-groups --no-progress"),
        (
            "poetry",
            "python3 -m venv --without-pip ./.venv; poetry sync --only main --no-interaction --no-ansi",
        ),
        (
            "pipenv",
            "python3 -m venv --without-pip ./.venv; pipenv install --deploy",
        ),
        (
            "pip",
            "python3 -m venv --without-pip ./.venv; uv pip install --no-progress --requirement requirements.txt",
        ),
        ("bundler", "bundle install"),
        (
            "composer",
            "composer install --no-dev --prefer-dist --no-progress --no-scripts --no-autoloader",
        ),
        ("go", "go build -trimpath -o bin/ ./..."),
        (
            "cargo",
            "cargo install --locked --no-track --force --path . --root .",
        ),
        (
            "maven",
            "mvn --batch-mode --no-transfer-progress -DskipTests package",
        ),
        ("gradle", "gradle --no-daemon --console=plain assemble"),
    ] {
        assert_eq!(commands(name), wanted);
    }
}

#[test]
fn what_is_not_pinned_expires_and_says_so() {
    for (file, text, more) in [
        ("requirements.txt", "idna>=3\n", ("x", "")),
        ("package.json", r#"{"dependencies":{"ms":"2"}}"#, ("x", "")),
        (
            "Cargo.toml",
            "[package]\nname = \"s\"\n",
            ("src/main.rs", ""),
        ),
        (
            "pom.xml",
            "<project><artifactId>s</artifactId>\
             <dependency><artifactId>a</artifactId><version>1-SNAPSHOT</version></dependency></project>",
            ("src/x", ""),
        ),
        ("build.gradle", "compile 'a:b:1.+'\n", ("src/x", "")),
    ] {
        let bed = bed(&ECOSYSTEMS[0]);
        for path in ["package.json", "pnpm-lock.yaml"] {
            fs_err::remove_file(bed.app().join(path)).unwrap();
        }
        bed.put(file, text);
        bed.put(more.0, more.1);
        let store = bed.store();
        let app = slugsmith_facts::app::read(&bed.app());
        let config = bed.config();
        let context = Context {
            app: &app,
            config: &config,
            environment: &bed.environment,
            store: &store,
            neighbours: slugsmith_facts::neighbours::Neighbours::none(),
            finish: &crate::finish::AsInstalled,
        };
        let place = Project::new(&context, std::path::Path::new(""));
        let Some(Recognised::Site(site)) = presets::recognise(&place)
            .into_iter()
            .chain(presets::recognise_compiled(&place))
            .next()
        else {
            panic!("{file} is not recognised");
        };
        assert!(
            site.what.ends_with("used for 24 hours at most"),
            "{}",
            site.what
        );
        let job = (site.job)().unwrap();
        assert_eq!(job.expires.unwrap().as_secs(), 24 * 3600, "{file}");
    }
}

#[test]
fn browsers_of_production_go_into_the_app() {
    let put = |bed: &Bed, field: &str| {
        bed.put(
            "package.json",
            &format!(r#"{{"{field}":{{"puppeteer":"22","playwright":"1"}}}}"#),
        );
        bed.lock("1");
    };
    let seen = |bed: &Bed| {
        with_site(bed, "npm", |_, site| {
            let trees = site.trees.clone();
            let job = (site.job)().unwrap();
            let names: Vec<_> = job
                .exposes
                .iter()
                .map(|change| change.name.clone())
                .collect();
            let set = job.install[0].variables.len();
            (trees.len(), names, set)
        })
    };
    let mut bed = Bed::new();
    put(&bed, "dependencies");
    let both = vec![
        "PUPPETEER_CACHE_DIR".to_owned(),
        "PLAYWRIGHT_BROWSERS_PATH".to_owned(),
    ];
    assert_eq!(seen(&bed), (2, both, 2));
    put(&bed, "devDependencies");
    assert_eq!(seen(&bed), (1, Vec::new(), 0));
    put(&bed, "dependencies");
    bed.set("PUPPETEER_SKIP_DOWNLOAD", "true");
    bed.set("PLAYWRIGHT_BROWSERS_PATH", "0");
    assert_eq!(seen(&bed), (1, Vec::new(), 0));
}

#[test]
fn a_browser_that_an_install_script_fetched_comes_back_with_its_package() {
    let bed = Bed::new();
    bed.put("package.json", r#"{"dependencies":{"puppeteer":"22"}}"#);
    bed.lock("1");
    bed.tool(
        "npm",
        "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; *) mkdir -p node_modules/puppeteer \
        \"$PUPPETEER_CACHE_DIR/chrome\"; echo x > node_modules/puppeteer/a; echo b > \
        \"$PUPPETEER_CACHE_DIR/chrome/b\";; esac\n",
    );
    bed.build();
    for path in ["node_modules", ".cache"] {
        crate::pack::remove(&bed.app().join(path)).unwrap();
    }
    let (outcomes, _) = bed.rebuild();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    assert!(bed.app().join(".cache/puppeteer/chrome/b").exists());
}

#[test]
fn a_folder_that_the_app_serves_from_is_left_alone() {
    let bed = Bed::npm_app();
    bed.put("node_modules/.cache/x", "1");
    bed.put(".turbo/x", "1");
    bed.put("Procfile", "web: serve node_modules/.cache/site\n");
    bed.build();
    assert!(!bed.store().folder("node_modules/.cache").exists());
    assert!(bed.store().folder(".turbo").exists());
}

#[test]
fn several_ecosystems_are_installed_side_by_side_and_in_folders() {
    let mut bed = bed(&ECOSYSTEMS[0]);
    bed.environment.world = World::Classic;
    for name in ["go", "bundler"] {
        let ecosystem = ECOSYSTEMS.iter().find(|all| all.name == name).unwrap();
        for (path, text) in ecosystem.files {
            bed.put(path, text);
            bed.put(&format!("tools/{path}"), text);
        }
    }
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\npath = \"tools\"\n",
    );
    let (outcomes, log) = bed.build();
    let names: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.decision.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["pnpm", "bundler", "tools/bundler", "go", "tools/go"],
        "{:?}",
        log.lines
    );
}
