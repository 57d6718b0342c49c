//! What does Terraform give the app: variables, add-ons, formation, drains?
//!
//! Reads the blocks of the `heroku` provider (registry.terraform.io, heroku/heroku: `heroku_app`,
//! `heroku_app_config_association`, `heroku_formation`, `heroku_addon`, `heroku_drain`) from
//! `.tf` files. Only what is written out is known; references keep their names without values.

use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body};
use hcl_edit::{Span, parser};

use slugsmith_finding::LineSpan;

use super::sources::Sources;

/// Larger files are not parsed, in bytes.
const LARGEST: usize = 1_000_000;

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
    /// `heroku-24`.
    pub stacks: Vec<Entry>,
}

/// One name with its place; the value where it is a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub value: Option<String>,
    pub path: String,
    /// 1-based.
    pub line: LineSpan,
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
    pub line: LineSpan,
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
    let Some(body) = parse(text) else {
        return;
    };
    let file = File { path, text };
    for block in body.get_blocks("resource") {
        if let Some(kind) = block.labels.first() {
            file.resource(kind.as_str(), block, found);
        }
    }
}

/// `None` where Terraform itself would refuse the file. The parser bounds how deep values may nest.
fn parse(text: &str) -> Option<Body> {
    (text.len() <= LARGEST).then(|| parser::parse_body(text).ok())?
}

struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn resource(&self, kind: &str, block: &Block, found: &mut Terraform) {
        let body = &block.body;
        match kind {
            "heroku_app" => {
                found.app = true;
                self.variables(body, &["config_vars", "sensitive_config_vars"], found);
                let list = value(body, "buildpacks").and_then(Expression::as_array);
                let names = list.into_iter().flat_map(|list| list.iter());
                let names = names.filter_map(|name| self.entry(name.as_str()?, None, name));
                found.buildpacks.extend(names);
                let stack = value(body, "stack");
                let stack = stack.and_then(|stack| self.entry(stack.as_str()?, None, stack));
                found.stacks.extend(stack);
            }
            "heroku_app_config_association" | "heroku_config" => {
                self.variables(body, &["vars", "sensitive_vars"], found);
            }
            "heroku_addon" => {
                let plan = value(body, "plan");
                let plan = plan.and_then(|plan| self.entry(plan.as_str()?, None, plan));
                found.addons.extend(plan);
            }
            "heroku_formation" => found.formation.extend(self.formation(block)),
            "heroku_drain" => found.drains = true,
            _ => {}
        }
    }

    fn variables(&self, body: &Body, attributes: &[&str], found: &mut Terraform) {
        let maps = attributes
            .iter()
            .filter_map(|name| value(body, name)?.as_object());
        for (key, variable) in maps.flat_map(|map| map.iter()) {
            let name = match key {
                ObjectKey::Ident(name) => Some(name.as_str()),
                ObjectKey::Expression(name) => name.as_str(),
            };
            let entry = name.and_then(|name| self.entry(name, variable.expr().as_str(), key));
            found.variables.extend(entry);
        }
    }

    fn formation(&self, block: &Block) -> Option<Formation> {
        let text = |name: &str| value(&block.body, name)?.as_str();
        let quantity = value(&block.body, "quantity")?;
        let quantity = match quantity.as_str() {
            Some(text) => text.parse().ok(),
            None => quantity.as_number().and_then(hcl_edit::Number::as_u64),
        };
        Some(Formation {
            process: text("type")?.to_owned(),
            quantity,
            size: text("size").map(str::to_ascii_lowercase),
            path: self.path.to_owned(),
            line: self.line(block)?,
        })
    }

    fn entry(&self, name: &str, value: Option<&str>, place: &impl Span) -> Option<Entry> {
        Some(Entry {
            name: name.to_owned(),
            value: value.map(str::to_owned),
            path: self.path.to_owned(),
            line: self.line(place)?,
        })
    }

    fn line(&self, place: &impl Span) -> Option<LineSpan> {
        Some(LineSpan::of(self.text, place.span()?))
    }
}

fn value<'a>(body: &'a Body, name: &str) -> Option<&'a Expression> {
    body.get_attribute(name).map(|attribute| &attribute.value)
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
    fn values_may_stand_as_terraform_allows_it() {
        let text = r#"
/* resource "heroku_app" "old" { config_vars = { GONE = "1" } } */
resource "heroku_app" "shop" {
  config_vars = merge(local.shared, { NOT_READ = "1" })
  buildpacks = [
    "heroku/ruby", # first
    var.other,
  ]
}
resource "heroku_app_config_association" "shop" {
  vars = { A : "1", "C" = "${var.c}"
    B = <<-EOT
      resource "heroku_drain" "not" {
    EOT
  }
}
resource "heroku_formation" "worker" {
  app_id = heroku_app.shop.id
  quantity = var.workers
  type = "worker"
}
"#;
        let mut found = Terraform::default();
        file("main.tf", text, &mut found);
        let variables: Vec<_> = found
            .variables
            .iter()
            .map(|one| (one.name.as_str(), one.value.as_deref(), one.line.number()))
            .collect();
        assert_eq!(
            variables,
            [("A", Some("1"), 11), ("C", None, 11), ("B", None, 12)]
        );
        let buildpacks: Vec<_> = found
            .buildpacks
            .iter()
            .map(|one| (one.name.as_str(), one.line.number()))
            .collect();
        assert_eq!(buildpacks, [("heroku/ruby", 6)]);
        let worker = &found.formation[0];
        assert_eq!(
            (
                worker.process.as_str(),
                worker.quantity,
                worker.line.number()
            ),
            ("worker", None, 17)
        );
        assert!(!found.drains);
    }

    #[test]
    fn broken_and_hostile_files_are_not_read() {
        let deep = format!(
            "resource \"heroku_app\" \"a\" {{ x = {}",
            "[".repeat(200_000)
        );
        let long = format!("x = {}1", "1 + ".repeat(100_000));
        for text in [
            "}}}}",
            "resource \"heroku_app\" {",
            "resource",
            "= = {[",
            "\"\"\"#",
            &deep,
            &long,
        ] {
            let mut found = Terraform::default();
            file("a.tf", text, &mut found);
            assert_eq!(found, Terraform::default());
        }
    }
}
