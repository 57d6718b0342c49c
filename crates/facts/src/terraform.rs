//! What does Terraform give the app: variables, add-ons, formation, drains?
//!
//! Reads the blocks of the `heroku` provider (registry.terraform.io, heroku/heroku: `heroku_app`,
//! `heroku_app_config_association`, `heroku_formation`, `heroku_addon`, `heroku_drain`) from
//! `.tf` files. Only what is written out is known; references keep their names without values.

use super::sources::Sources;

/// What the app's `.tf` files declare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terraform {
    /// Whether there is a `heroku_app`.
    pub app: bool,
    pub variables: Vec<Entry>,
    /// Plans: `heroku-postgresql:essential-0`.
    pub addons: Vec<Entry>,
    pub formation: Vec<Formation>,
    pub drains: bool,
    pub buildpacks: Vec<Entry>,
}

/// One name with its place; the value where it is a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub value: Option<String>,
    pub path: String,
    /// 1-based.
    pub line: u32,
}

/// A process type with its number and size of dynos, as declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Formation {
    pub process: String,
    /// Dynos; `None` where it is an expression.
    pub quantity: Option<u64>,
    /// Lower case: `standard-1x`.
    pub size: Option<String>,
    pub path: String,
    /// 1-based.
    pub line: u32,
}

/// Reads every `.tf` file.
#[must_use]
pub fn read(sources: &Sources) -> Terraform {
    let mut found = Terraform::default();
    for (path, text) in &sources.texts {
        let terraform = path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "tf");
        if terraform && text.contains("heroku_") {
            file(path, text, &mut found);
        }
    }
    found
}

fn file(path: &str, text: &str, found: &mut Terraform) {
    let mut resource: Option<String> = None;
    // The attribute whose braces or brackets are open (`config_vars = {`).
    let mut inside: Option<String> = None;
    let mut formation = Formation::default();
    let mut depth = 0_usize;
    for (line, number) in text.lines().zip(1_u32..) {
        let line = code(line).trim();
        if depth == 0 {
            resource = line
                .strip_prefix("resource")
                .and_then(|rest| rest.split('"').nth(1))
                .map(str::to_owned);
            formation = Formation {
                path: path.to_owned(),
                line: number,
                ..Formation::default()
            };
            inside = None;
        }
        if let Some(kind) = &resource {
            let at = Position { path, line: number };
            attribute(kind, inside.as_deref(), line, &at, found, &mut formation);
        }
        let (opened, closed) = brackets(line);
        if depth == 1 && opened > closed {
            inside = line
                .split(['=', '{'])
                .next()
                .map(|name| name.trim().to_owned());
        }
        depth = (depth + opened).saturating_sub(closed);
        if depth <= 1 {
            inside = None;
        }
        if let Some(kind) = resource.take_if(|_| depth == 0) {
            close(&kind, &mut formation, found);
        }
    }
}

struct Position<'a> {
    path: &'a str,
    line: u32,
}

impl Position<'_> {
    fn entry(&self, name: &str, value: Option<&str>) -> Entry {
        Entry {
            name: name.to_owned(),
            value: value.map(str::to_owned),
            path: self.path.to_owned(),
            line: self.line,
        }
    }
}

fn attribute(
    kind: &str,
    inside: Option<&str>,
    line: &str,
    at: &Position<'_>,
    found: &mut Terraform,
    formation: &mut Formation,
) {
    let pair = line
        .split_once('=')
        .map(|(name, value)| (name.trim().trim_matches('"'), value.trim()));
    let literal = |value: &str| {
        value
            .strip_prefix('"')?
            .split('"')
            .next()
            .map(str::to_owned)
    };
    match (kind, inside, pair) {
        (
            "heroku_app" | "heroku_app_config_association" | "heroku_config",
            Some("config_vars" | "sensitive_config_vars" | "vars" | "sensitive_vars"),
            Some((name, value)),
        ) => found
            .variables
            .push(at.entry(name, literal(value).as_deref())),
        ("heroku_app", Some("buildpacks"), None) => {
            found
                .buildpacks
                .extend(literal(line).map(|name| at.entry(&name, None)));
        }
        ("heroku_app", None, Some(("buildpacks", list))) => {
            let names = list.split('"').skip(1).step_by(2);
            found
                .buildpacks
                .extend(names.map(|name| at.entry(name, None)));
        }
        ("heroku_addon", None, Some(("plan", plan))) => {
            found
                .addons
                .extend(literal(plan).map(|plan| at.entry(&plan, None)));
        }
        ("heroku_formation", None, Some(("type", value))) => {
            formation.process = literal(value).unwrap_or_default();
        }
        ("heroku_formation", None, Some(("quantity", value))) => {
            formation.quantity = value.trim_matches('"').parse().ok();
        }
        ("heroku_formation", None, Some(("size", value))) => {
            formation.size = literal(value).map(|size| size.to_ascii_lowercase());
        }
        _ => {}
    }
}

fn close(kind: &str, formation: &mut Formation, found: &mut Terraform) {
    match kind {
        "heroku_app" => found.app = true,
        "heroku_drain" => found.drains = true,
        "heroku_formation" if !formation.process.is_empty() => {
            found.formation.push(std::mem::take(formation));
        }
        _ => {}
    }
}

/// A line without its comment.
fn code(line: &str) -> &str {
    let mut quoted = false;
    let bytes = line.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'#' if !quoted => return line.get(..at).unwrap_or_default(),
            b'/' if !quoted && bytes.get(at + 1) == Some(&b'/') => {
                return line.get(..at).unwrap_or_default();
            }
            _ => {}
        }
    }
    line
}

/// Brackets of all kinds opened and closed outside quotes.
fn brackets(line: &str) -> (usize, usize) {
    let (mut opened, mut closed, mut quoted) = (0, 0, false);
    for byte in line.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => opened += 1,
            b'}' | b']' if !quoted => closed += 1,
            _ => {}
        }
    }
    (opened, closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
resource "heroku_app" "shop" {
  name = "shop" # the public one
  buildpacks = ["heroku/nodejs"]
  config_vars = {
    LOG_LEVEL = "info"
    "API_URL" = var.api
  }
  sensitive_config_vars = {
    SECRET = var.secret
  }
}
resource "heroku_addon" "db" {
  app_id = heroku_app.shop.id
  plan   = "heroku-postgresql:essential-0"
}
resource "heroku_formation" "web" {
  type     = "web"
  quantity = 2
  size     = "Standard-1x"
}
resource "heroku_drain" "logs" { url = "syslog+tls://a" }
resource "aws_s3_bucket" "b" {
  config_vars = { NOT = "ours" }
}
"#;

    #[test]
    fn blocks_become_facts() {
        let mut found = Terraform::default();
        file("main.tf", TEXT, &mut found);
        let names: Vec<_> = found
            .variables
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(names, ["LOG_LEVEL", "API_URL", "SECRET"]);
        assert_eq!(found.variables[0].value.as_deref(), Some("info"));
        assert_eq!(found.addons[0].name, "heroku-postgresql:essential-0");
        assert_eq!(found.buildpacks[0].name, "heroku/nodejs");
        let web = &found.formation[0];
        assert_eq!((web.process.as_str(), web.quantity), ("web", Some(2)));
        assert_eq!(web.size.as_deref(), Some("standard-1x"));
        assert!(found.app && found.drains);
    }

    #[test]
    fn broken_files_give_what_they_can() {
        for text in [
            "}}}}",
            "resource \"heroku_app\" {",
            "resource",
            "= = {[",
            "\"\"\"#",
        ] {
            file("a.tf", text, &mut Terraform::default());
        }
    }
}
