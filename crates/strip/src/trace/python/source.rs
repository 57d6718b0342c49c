//! What does one Python file load?
//!
//! Statements count wherever they stand, also inside functions and `try`; what stands
//! under `if TYPE_CHECKING:` never runs. Names made at run time become texts with holes,
//! as far as constants, formats and the module's own name make them.

mod marks;
#[cfg(test)]
mod tests;
mod value;

use std::collections::{HashMap, HashSet};

use tree_sitter::{Node, Parser, Tree};

use crate::python;
use marks::{IMPORTERS, LAZY, LOADS_FILES, RESOURCES, RUNS_CODE, SEARCHES, WRAPPERS};
use value::{Evaluator, HOLE, slice};

pub(super) use value::HOLE as ANY;

/// One thing that a file loads or mentions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Load {
    /// `from ..module import names`; no names where the module itself is meant.
    Import {
        dots: usize,
        module: String,
        names: Vec<String>,
    },
    /// A module's dotted name, with holes.
    Name(String),
    /// One word, which may be a module's name.
    Word(String),
    /// A module of which nothing is known.
    Unknown,
    /// A folder of distributions, by its path.
    Folder,
    /// Modules of a folder that the file adds to those which Python searches.
    Searched,
}

/// What a file loads, with 1-based lines.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) loads: Vec<(Load, u32)>,
    /// Modules are loaded by names that are made at run time or asked for lazily.
    pub(super) lazy: bool,
    /// Modules are run by name: `[sys.executable, "-m", "x"]`.
    pub(super) runs: bool,
}

fn parse(text: &str) -> Option<Tree> {
    if slugsmith_facts::bounds::is_deep(text) {
        return None;
    }
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .ok()?;
    parser.parse(text, None)
}

/// The modules that statements of a file import, with their 1-based lines, as
/// [`python::imports`] names them; documentation has none. `None` for what is no tree.
pub(crate) fn statements(text: &str) -> Option<HashMap<String, u32>> {
    parse(text).filter(|tree| !tree.root_node().has_error())?;
    let mut modules = HashMap::new();
    for (load, line) in read(text, "", "", false).loads {
        if let Load::Import {
            dots,
            module,
            names,
        } = load
        {
            let base = format!("{}{module}", ".".repeat(dots));
            let dot = if module.is_empty() { "" } else { "." };
            for name in names {
                modules.entry(format!("{base}{dot}{name}")).or_insert(line);
            }
            modules.entry(base).or_insert(line);
        }
    }
    Some(modules)
}

/// Reads one file that is the module `name`; `package` is where its relative imports begin.
pub(super) fn read(text: &str, name: &str, package: &str, is_package: bool) -> Source {
    read_code(text, name, package, is_package, false)
}

/// `in_text`: what is read is a text of another source; texts in it are not read in turn.
fn read_code(text: &str, name: &str, package: &str, is_package: bool, in_text: bool) -> Source {
    let tree = parse(text);
    let has = |mark: &&str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    let mut reader = Reader {
        evaluator: Evaluator::new(text, name, package),
        found: Vec::new(),
        seen: HashSet::new(),
        lazy: LAZY.iter().any(has) || is_package && has(&"__all__"),
        runs: false,
        in_text,
    };
    let Some(tree) = tree else {
        reader.unread(text);
        return reader.finish();
    };
    // Python 2, or newer than the grammar: its statements are found line by line, too.
    if tree.root_node().has_error() {
        reader.unread(text);
    }
    if has(&"import_") || has(&"__import__") || has(&"find_spec") {
        reader.evaluator.learn(tree.root_node());
    }
    reader.walk(tree.root_node());
    if SEARCHES.iter().any(has) {
        reader.add(Load::Searched, 1);
    }
    reader.finish()
}

struct Reader<'t> {
    evaluator: Evaluator<'t>,
    found: Vec<(Load, u32)>,
    seen: HashSet<Load>,
    lazy: bool,
    runs: bool,
    in_text: bool,
}

impl Reader<'_> {
    fn finish(self) -> Source {
        Source {
            loads: self.found,
            lazy: self.lazy,
            runs: self.runs,
        }
    }

    fn add(&mut self, load: Load, line: u32) {
        if self.seen.insert(load.clone()) {
            self.found.push((load, line));
        }
    }

    /// Import statements of a text that is no tree.
    fn unread(&mut self, text: &str) {
        let mut names = Vec::new();
        python::imports(text, |name| names.push(name.to_owned()));
        for name in names {
            let module = name.trim_start_matches('.');
            let import = Load::Import {
                dots: name.len() - module.len(),
                module: module.to_owned(),
                names: Vec::new(),
            };
            self.add(import, 1);
        }
    }

    /// Visits all that has a name in the grammar, in the order of the text.
    fn walk(&mut self, root: Node<'_>) {
        let mut cursor = root.walk();
        let mut skipped = Vec::new();
        let mut above = Vec::new();
        loop {
            let node = cursor.node();
            if node.is_named() && !skipped.contains(&node.id()) {
                let kind = node.kind();
                let parent = above.last().copied().unwrap_or_default();
                skipped.extend(self.visit(node, kind, parent));
                if cursor.goto_first_child() {
                    above.push(kind);
                    continue;
                }
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                above.pop();
            }
        }
    }

    /// Notes what a node of this kind says, given the kind of the node above it; gives the child that is not to be
    /// looked at.
    fn visit(&mut self, node: Node<'_>, kind: &str, above: &str) -> Option<usize> {
        let line = line(node);
        match kind {
            "import_statement" => self.import(node, line),
            "import_from_statement" => self.import_from(node, line),
            "call" => self.call(node, line),
            "identifier" => self.handed(node, line),
            "attribute" => {
                self.handed(node, line);
                self.located(node, line);
            }
            // Documentation, and parts of what was looked at as a whole.
            "string" | "concatenated_string" | "binary_operator"
                if above != "expression_statement" =>
            {
                self.text(node, line);
            }
            "if_statement" => {
                let condition = node.child_by_field_name("condition")?;
                if slice(self.evaluator.text, condition)
                    .rsplit('.')
                    .next()
                    .is_some_and(|name| name == "TYPE_CHECKING")
                {
                    return Some(node.child_by_field_name("consequence")?.id());
                }
            }
            _ => {}
        }
        None
    }

    fn import(&mut self, node: Node<'_>, line: u32) {
        for module in self.names(node) {
            let import = Load::Import {
                dots: 0,
                module,
                names: Vec::new(),
            };
            self.add(import, line);
        }
    }

    fn import_from(&mut self, node: Node<'_>, line: u32) {
        let Some(module) = node.child_by_field_name("module_name") else {
            return;
        };
        let module = slice(self.evaluator.text, module);
        let bare: String = module.chars().filter(|c| !c.is_whitespace()).collect();
        let module = bare.trim_start_matches('.');
        let import = Load::Import {
            dots: bare.len() - module.len(),
            module: module.to_owned(),
            names: self.names(node),
        };
        self.add(import, line);
    }

    /// The names of an import statement, without what they are called here.
    fn names(&self, node: Node<'_>) -> Vec<String> {
        let mut cursor = node.walk();
        node.children_by_field_name("name", &mut cursor)
            .map(|name| name.child_by_field_name("name").unwrap_or(name))
            .map(|name| slice(self.evaluator.text, name).replace(char::is_whitespace, ""))
            .collect()
    }

    fn call(&mut self, node: Node<'_>, line: u32) {
        let Some(function) = node.child_by_field_name("function") else {
            return;
        };
        let function = slice(self.evaluator.text, function);
        let name = function.rsplit('.').next().unwrap_or(function);
        if LOADS_FILES.contains(&name) {
            return self.add(Load::Unknown, line);
        }
        if RUNS_CODE.contains(&function) {
            // What a literal says is looked at as any text is.
            let known = argument(node).and_then(|argument| self.evaluator.evaluate(argument));
            let is_known = |values: Vec<String>| values.iter().all(|value| !value.contains(HOLE));
            if !known.is_some_and(is_known) {
                self.add(Load::Unknown, line);
            }
            return;
        }
        let reads = RESOURCES.contains(&name);
        if !reads && !IMPORTERS.contains(&name) {
            return;
        }
        let values = argument(node).and_then(|argument| self.evaluator.evaluate(argument));
        if reads {
            let known = values.into_iter().flatten().filter(|value| is_name(value));
            for value in known.collect::<Vec<_>>() {
                self.add(Load::Name(value), line);
            }
            return;
        }
        self.lazy = true;
        let Some(dots) = self.level(node) else {
            return self.add(Load::Unknown, line);
        };
        let Some(values) = values else {
            if !WRAPPERS.contains(&name) {
                self.add(Load::Unknown, line);
            }
            return;
        };
        for value in values {
            if value.chars().all(|c| matches!(c, HOLE | '.')) {
                if !WRAPPERS.contains(&name) {
                    self.add(Load::Unknown, line);
                }
            } else {
                self.add(Load::Name(format!("{dots}{value}")), line);
            }
        }
    }

    /// The dots that `level=1` of `__import__` stands for; `None` where it is computed.
    fn level(&self, call: Node<'_>) -> Option<String> {
        let arguments = call.child_by_field_name("arguments");
        let mut cursor = call.walk();
        let named = arguments.and_then(|arguments| {
            let mut all = arguments.named_children(&mut cursor);
            all.find(|one| {
                let name = one.child_by_field_name("name");
                one.kind() == "keyword_argument"
                    && name.is_some_and(|name| slice(self.evaluator.text, name) == "level")
            })
        });
        let Some(value) = named.and_then(|named| named.child_by_field_name("value")) else {
            return Some(String::new());
        };
        let level: usize = slice(self.evaluator.text, value).parse().ok()?;
        Some(".".repeat(level.min(16)))
    }

    /// `map(import_module, names)`, `load = importlib.import_module`: whoever gets the function
    /// loads by names that are not here.
    fn handed(&mut self, node: Node<'_>, line: u32) {
        const TAKE: &[&str] = &[
            "argument_list",
            "assignment",
            "pair",
            "list",
            "tuple",
            "return_statement",
            "conditional_expression",
            "keyword_argument",
            "default_parameter",
        ];
        let text = slice(self.evaluator.text, node);
        let loads = matches!(
            text,
            "import_module" | "__import__" | "importlib.import_module"
        );
        // Asked last: a node does not know what is above it, so the tree is searched from its root.
        let Some(parent) = loads.then(|| node.parent()).flatten() else {
            return;
        };
        let field = |name: &str| parent.child_by_field_name(name).map(|child| child.id());
        let named = [field("left"), field("name"), field("key")].contains(&Some(node.id()));
        if TAKE.contains(&parent.kind()) && !named {
            self.add(Load::Unknown, line);
        }
    }

    /// `package.__path__`: where another package lies, for whoever lists its modules.
    fn located(&mut self, node: Node<'_>, line: u32) {
        if slice(self.evaluator.text, node).ends_with(".__path__") {
            self.add(Load::Unknown, line);
        }
    }

    /// A text that may be a module's name, or hold statements of its own.
    fn text(&mut self, node: Node<'_>, line: u32) {
        for value in self.evaluator.evaluate(node).unwrap_or_default() {
            self.runs |= value == "-m";
            if holds_code(&value) {
                self.unread(&value);
                if self.in_text {
                    continue;
                }
                let (name, package) = (self.evaluator.name, self.evaluator.package);
                let inner = read_code(&value, name, package, false, true);
                for (load, _) in inner.loads {
                    self.add(load, line);
                }
            } else if value.contains("site-packages") {
                self.add(Load::Folder, line);
            } else if let Some(script) = value.strip_suffix(".py") {
                // A program beside the file, run by its path.
                let name = format!(".{}", script.trim_start_matches("./").replace('/', "."));
                if is_name(&name) {
                    self.add(Load::Name(name), line);
                }
            } else if value.len() <= 200 && is_name(&value) {
                let load = if value.contains(['.', ':']) {
                    Load::Name(value)
                } else {
                    Load::Word(value)
                };
                self.add(load, line);
            }
        }
    }
}

/// Whether a text is code that imports something.
fn holds_code(text: &str) -> bool {
    let marks = ["import ", "__import__(", "import_module("];
    text.len() < 100_000 && marks.iter().any(|mark| text.contains(mark))
}

/// The argument that names the module.
fn argument(call: Node<'_>) -> Option<Node<'_>> {
    let arguments = call.child_by_field_name("arguments")?;
    let mut cursor = arguments.walk();
    let first = arguments.named_children(&mut cursor).next()?;
    if first.kind() == "keyword_argument" {
        return first.child_by_field_name("value");
    }
    Some(first)
}

/// Whether a text can be a dotted name, of which something is known: `"%s:%s_list"` may
/// be any module's.
fn is_name(text: &str) -> bool {
    let module = text.split(':').next().unwrap_or_default();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | HOLE);
    // `"a."` alone is a beginning; what it is joined with was looked at.
    text.chars().all(fits) && module.chars().any(char::is_alphabetic) && !text.ends_with('.')
}

fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}
