//! Which step of Heroku's buildpacks makes files that the app serves, and is run by nobody here?
//!
//! heroku/python runs Django's `collectstatic` and heroku/ruby Rails' `assets:precompile` after their installs.
//! Where slugsmith installs in their place nobody does, and the app starts without its style sheets. It is said
//! where the app's settings show that it serves such files, they are not there, and no file of it starts the step.

use std::path::{Path, PathBuf};

use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::beneath;

use crate::{Context, Outcome, switches};

/// A line for each step that nobody runs. For the app as all installs and scripts left it.
pub(crate) fn notes(context: &Context<'_>, outcomes: &[Outcome]) -> Vec<String> {
    let ours = outcomes.iter().filter(|outcome| outcome.is_ours());
    let places = ours.filter_map(|outcome| {
        let (folder, manager) = match outcome.decision.name.rsplit_once('/') {
            Some((folder, manager)) => (folder, manager),
            None => ("", outcome.decision.name.as_str()),
        };
        let folder = Path::new(folder);
        if switches::PYTHON.contains(&manager) {
            django(context, folder)
        } else if switches::RUBY.contains(&manager) {
            rails(context, folder)
        } else {
            None
        }
    });
    places.collect()
}

fn line(step: &str, makes: &Path, buildpack: &str) -> String {
    format!(
        "`{step}` is run by nobody, and {} is not in the app: {buildpack} before slugsmith runs it, or a command of \
         your own does (docs/caches.md, \"Static files\")",
        makes.display()
    )
}

/// Django, where the settings say where files are collected and that the app serves them from there.
fn django(context: &Context<'_>, folder: &Path) -> Option<String> {
    let root = &context.app.root;
    let is_off = switches::value(context.environment, "DISABLE_COLLECTSTATIC");
    if is_off.is_some_and(|value| value != "0") {
        return None;
    }
    let manage = beneath::text_in(root, folder.join("manage.py")).ok()?;
    let settings = settings(root, folder, &manage);
    let serves = ["whitenoise", "ManifestStaticFilesStorage"];
    if !serves.iter().any(|name| settings.contains(name)) {
        return None;
    }
    let makes = folder.join(static_root(&settings)?);
    let is_missing =
        !holds_something(&root.join(&makes)) && !is_started(context, folder, "collectstatic");
    is_missing.then(|| line("manage.py collectstatic", &makes, "heroku/python"))
}

/// Text of the settings that manage.py names: of the module, or of each module of its folder where that is all that
/// the folder holds (`settings/base.py`, `settings/production.py`).
fn settings(root: &Path, folder: &Path, manage: &str) -> String {
    let after = manage
        .split_once("DJANGO_SETTINGS_MODULE")
        .map_or("", |(_, after)| after);
    let module = quoted(after.get(1..).unwrap_or_default())
        .next()
        .unwrap_or_default();
    let path = folder.join(module.split('.').collect::<PathBuf>());
    let above = path.parent().filter(|above| above.ends_with("settings"));
    let package = above.map_or_else(|| path.clone(), Path::to_owned);
    let mut files = vec![path.with_extension("py")];
    let listed = fs_err::read_dir(root.join(&package))
        .into_iter()
        .flatten()
        .flatten();
    files.extend(listed.map(|entry| package.join(entry.file_name())));
    files.retain(|file| file.extension().is_some_and(|end| end == "py"));
    let texts = files
        .iter()
        .filter_map(|file| beneath::text_in(root, file).ok());
    let texts: Vec<_> = texts.collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let code = lines.filter(|line| !line.trim_start().starts_with('#'));
    code.collect::<Vec<_>>().join("\n")
}

/// The folder of `STATIC_ROOT = BASE_DIR / "staticfiles"` or `os.path.join(BASE_DIR, 'static', 'root')`.
fn static_root(settings: &str) -> Option<PathBuf> {
    let value = settings.lines().find_map(|line| {
        let value = line
            .strip_prefix("STATIC_ROOT")?
            .trim_start()
            .strip_prefix('=')?;
        // What is looked up has its default there, or none.
        (!["environ", "getenv", "config(", "env("]
            .iter()
            .any(|word| value.contains(word)))
        .then_some(value)
    })?;
    let path: PathBuf = quoted(value).collect();
    let is_inside = path
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    (is_inside && path.components().next().is_some()).then_some(path)
}

/// What stands between quotes on a line, without its comment.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let line = text.lines().next().unwrap_or_default();
    let code = line.split('#').next().unwrap_or_default();
    code.split(['"', '\'']).skip(1).step_by(2)
}

/// Rails with a pipeline for assets.
fn rails(context: &Context<'_>, folder: &Path) -> Option<String> {
    let root = &context.app.root;
    let locked = beneath::text_in(root, folder.join(ecosystems::ruby::GEMFILE_LOCK)).ok()?;
    let has = |name: &str| {
        locked
            .lines()
            .any(|line| line.starts_with(&format!("    {name} (")))
    };
    let is_rails = has("railties") && (has("sprockets-rails") || has("propshaft"));
    let makes = folder.join("public/assets");
    let is_missing = is_rails
        && holds_something(&root.join(folder.join("app/assets")))
        && !holds_something(&root.join(&makes))
        && !is_started(context, folder, "assets:precompile");
    is_missing.then(|| line("rake assets:precompile", &makes, "heroku/ruby"))
}

fn holds_something(folder: &Path) -> bool {
    fs_err::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Whether a file that can start a build or a process names the step.
fn is_started(context: &Context<'_>, folder: &Path, step: &str) -> bool {
    let root = &context.app.root;
    let starts = |name: &str| {
        let is_script = Path::new(name).extension().is_some_and(|end| end == "sh");
        is_script
            || [
                "Procfile",
                "project.toml",
                "app.json",
                ecosystems::javascript::MANIFEST,
                "Makefile",
                "justfile",
            ]
            .contains(&name)
    };
    let named = |path: PathBuf| beneath::text_in(root, path).is_ok_and(|text| text.contains(step));
    // heroku/python's hooks are not run here.
    let is_hook = |name: &str| name.ends_with("_compile");
    let below = |at: PathBuf, wants: &dyn Fn(&str) -> bool| {
        let entries = fs_err::read_dir(root.join(&at))
            .into_iter()
            .flatten()
            .flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names
            .filter(|name| wants(name))
            .any(|name| named(at.join(name)))
    };
    [Path::new(""), folder].iter().any(|at| {
        below(at.to_path_buf(), &starts)
            || ["bin", "scripts"]
                .iter()
                .any(|bin| below(at.join(bin), &|name| !is_hook(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_read_from_each_form_that_is_written_out() {
        for (line, path) in [
            (
                "STATIC_ROOT = BASE_DIR / \"staticfiles\"",
                Some("staticfiles"),
            ),
            (
                "STATIC_ROOT=os.path.join(BASE_DIR, 'static', 'root')",
                Some("static/root"),
            ),
            ("STATIC_ROOT = str(BASE_DIR / 'a')  # it's here", Some("a")),
            ("STATIC_ROOT = env('STATIC_ROOT')", None),
            ("STATIC_ROOT = '/var/www/static'", None),
            ("STATIC_ROOT = OTHER", None),
            ("# STATIC_ROOT = 'a'", None),
        ] {
            assert_eq!(static_root(line), path.map(PathBuf::from), "{line}");
        }
    }

    #[test]
    fn settings_are_those_that_manage_py_names() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str| crate::tests::put(folder.path(), path, path);
        put("shop/settings.py");
        put("shop/urls.py");
        put("conf/settings/base.py");
        put("conf/settings/production.py");
        let of = |module: &str| {
            let manage =
                format!("os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"{module}\")\n");
            settings(folder.path(), Path::new(""), &manage)
        };
        assert_eq!(of("shop.settings"), "shop/settings.py");
        assert!(of("conf.settings.production").contains("base.py"));
        assert!(of("conf.settings").contains("production.py"));
    }
}
