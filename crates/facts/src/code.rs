//! What does a source file say, whatever its language?
//!
//! Each file is parsed once, by a real parser, into the same plain data: imports, calls
//! with their arguments, assignments, and the scopes they stand in. Rules read only this,
//! so they can be tested without a parser, and a file costs one parse for all rules.
//!
//! Names are dotted whatever the language writes (`Rails.root.join`, `Storage.put` for
//! `Storage::put`, `file.store` for `$file->store`); a call inside a name keeps its
//! parentheses without the arguments (`express().listen`).

use slugsmith_ecosystems as ecosystems;
use slugsmith_finding::LineSpan;

mod aliases;
mod arms;
mod branch;
mod builder;
mod defaults;
mod expression;
pub(crate) mod given;
pub(crate) mod javascript;
pub mod mentions;
mod resolve;
mod syntax;

pub use branch::{Branch, branch, names_in};
pub use defaults::DefaultParameter;
pub use expression::{Argument, Expr};

/// The languages that are parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    JavaScript,
    Python,
    Ruby,
    Go,
    Java,
    Php,
}

impl Language {
    /// The language of a file with this name; `None` if it is not parsed.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if matches!(
            name,
            "Rakefile" | ecosystems::ruby::GEMFILE | "config.ru" | "Guardfile"
        ) {
            return Some(Self::Ruby);
        }
        let (_, extension) = name.rsplit_once('.')?;
        match extension {
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Some(Self::JavaScript),
            "py" => Some(Self::Python),
            "rb" | "ru" | "rake" => Some(Self::Ruby),
            "go" => Some(Self::Go),
            "java" => Some(Self::Java),
            "php" => Some(Self::Php),
            _ => None,
        }
    }
}

/// What a scope is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeKind {
    File,
    Class {
        name: String,
        bases: Vec<String>,
    },
    Function {
        name: String,
    },
    /// Runs only if the condition (as source text) holds, or does not; the handler of an error
    /// has an empty one.
    Branch {
        condition: String,
        holds: bool,
    },
    Try,
    Loop,
}

impl ScopeKind {
    /// The condition of a branch.
    #[must_use]
    pub fn condition(&self) -> Option<&str> {
        match self {
            Self::Branch { condition, .. } => Some(condition),
            _ => None,
        }
    }
}

/// A piece of a file; scopes form a tree with the file at index 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub kind: ScopeKind,
    /// Index of the scope around it; its own for the file's.
    pub parent: usize,
    /// 1-based line of its start.
    pub line: u32,
}

/// One imported module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// As written: `./a`, `express`, `celery.schedules`, `github.com/gin-gonic/gin`.
    pub module: String,
    /// Local names bound by it.
    pub names: Vec<String>,
    pub line: LineSpan,
    /// Index of the scope that it stands in.
    pub scope: usize,
}

/// One call, also when it stands inside another.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub callee: String,
    pub arguments: Vec<Argument>,
    pub line: LineSpan,
    /// Index of the scope that it stands in.
    pub scope: usize,
}

/// `target = value`, also a key of a settings hash at file level.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    pub target: String,
    pub value: Expr,
    pub line: LineSpan,
    /// Index of the scope that it stands in.
    pub scope: usize,
}

/// One parsed file.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// Relative to the app.
    pub path: String,
    pub language: Language,
    pub scopes: Vec<Scope>,
    pub imports: Vec<Import>,
    pub calls: Vec<Call>,
    pub assignments: Vec<Assignment>,
    /// What names of other modules hold that this file uses (`crate::facts::sources` fills
    /// it); [`Code::resolve`] follows them.
    pub imported: Vec<Assignment>,
    /// What functions give back, one for each `return`; [`Code::given_by`] asks it.
    pub returns: Vec<Returned>,
    /// Parameters that have a value where a call leaves them out; [`Code::default_of`] asks for them.
    pub defaults: Vec<DefaultParameter>,
    /// Variables read from the environment, with their line and whether a default stands there.
    pub reads: Vec<EnvRead>,
    /// A load whose name is computed; what it loads is not known.
    pub computed_imports: bool,
    /// The parser met errors; what it understood is kept.
    pub broken: bool,
    memo: given::Memo,
}

/// What a function gives back.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    pub value: Expr,
    pub line: LineSpan,
    /// Index of the scope that it stands in.
    pub scope: usize,
}

/// One read of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvRead {
    pub name: String,
    pub has_default: bool,
    /// The read itself fails where the variable is not set (`ENV.fetch`, `os.environ[…]`).
    pub required: bool,
    pub line: LineSpan,
    /// Index of the scope that it stands in.
    pub scope: usize,
}

impl Call {
    /// The last part of the callee.
    #[must_use]
    pub fn method(&self) -> &str {
        self.last_dot()
            .map_or(&self.callee, |at| &self.callee[at + 1..])
    }

    /// Every rule asks for every call: the few bytes of a name are seen one by one sooner than by a search.
    fn last_dot(&self) -> Option<usize> {
        self.callee.bytes().rposition(|byte| byte == b'.')
    }

    /// What stands before the last part; empty for a plain function.
    #[must_use]
    pub fn receiver(&self) -> &str {
        self.last_dot().map_or("", |at| &self.callee[..at])
    }

    /// The positional argument at `index`.
    #[must_use]
    pub fn positional(&self, index: usize) -> Option<&Expr> {
        self.arguments
            .iter()
            .filter(|argument| argument.name.is_none())
            .nth(index)
            .map(|argument| &argument.value)
    }

    /// A keyword argument, or the key of an object among the arguments.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Expr> {
        self.arguments
            .iter()
            .find(|argument| argument.name.as_deref() == Some(name))
            .map(|argument| &argument.value)
            .or_else(|| {
                self.arguments
                    .iter()
                    .find_map(|argument| argument.value.key(name))
            })
    }
}

impl Code {
    /// An empty file; parsers and tests fill it.
    #[must_use]
    pub fn new(path: impl Into<String>, language: Language) -> Self {
        Self {
            path: path.into(),
            language,
            scopes: vec![Scope {
                kind: ScopeKind::File,
                parent: 0,
                line: 1,
            }],
            imports: Vec::new(),
            calls: Vec::new(),
            assignments: Vec::new(),
            imported: Vec::new(),
            returns: Vec::new(),
            defaults: Vec::new(),
            memo: given::Memo::default(),
            reads: Vec::new(),
            computed_imports: false,
            broken: false,
        }
    }

    /// The folder that the file stands in, relative to the app; empty for the app's own.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether the file calls anything by one of these names, whatever stands in front of them.
    #[must_use]
    pub fn calls_one_of(&self, names: &[&str]) -> bool {
        given::calls_one_of(self, names)
    }

    /// The calls whose last part is that name, in the order of the text.
    pub fn calls_named(&self, name: &str) -> impl Iterator<Item = &Call> {
        given::calls_named(self, name)
    }

    /// Scopes of the functions that stand in a scope.
    #[must_use]
    pub fn functions_within(&self, scope: usize) -> &[usize] {
        given::functions_within(self, scope)
    }

    /// Scopes of the functions of a name.
    #[must_use]
    pub fn functions_named(&self, name: &str) -> &[usize] {
        given::functions_named(self, name)
    }

    /// What the function of a scope gives, in the order of the text.
    pub fn returns_of(&self, function: usize) -> impl DoubleEndedIterator<Item = &Returned> {
        given::returns_of(self, function)
    }

    /// The scopes around something, innermost first, without the file itself.
    pub fn around(&self, scope: usize) -> impl Iterator<Item = &Scope> {
        let mut next = scope;
        std::iter::from_fn(move || {
            if next == 0 {
                return None;
            }
            let scope = self.scopes.get(next)?;
            // Parents always stand before their children; this ends whatever the data.
            next = if scope.parent < next { scope.parent } else { 0 };
            Some(scope)
        })
    }

    /// The function around something, innermost.
    #[must_use]
    pub fn function(&self, scope: usize) -> Option<&str> {
        self.around(scope).find_map(|scope| match &scope.kind {
            ScopeKind::Function { name } => Some(name.as_str()),
            _ => None,
        })
    }

    /// The class around something, with its bases.
    #[must_use]
    pub fn class(&self, scope: usize) -> Option<(&str, &[String])> {
        self.around(scope).find_map(|scope| match &scope.kind {
            ScopeKind::Class { name, bases } => Some((name.as_str(), bases.as_slice())),
            _ => None,
        })
    }

    /// Every value that a name is given or a call gets, with its line and scope.
    pub fn values(&self) -> impl Iterator<Item = (LineSpan, usize, &Expr)> {
        self.given().chain(self.passed())
    }

    /// The values of assignments.
    pub fn given(&self) -> impl Iterator<Item = (LineSpan, usize, &Expr)> {
        let assignments = self.assignments.iter();
        assignments.map(|one| (one.line, one.scope, &one.value))
    }

    /// The arguments of calls.
    pub fn passed(&self) -> impl Iterator<Item = (LineSpan, usize, &Expr)> {
        self.calls.iter().flat_map(|call| {
            let arguments = call.arguments.iter();
            arguments.map(move |argument| (call.line, call.scope, &argument.value))
        })
    }

    /// Whether the file imports a module of this name or below it.
    #[must_use]
    pub fn imports(&self, module: &str) -> bool {
        self.imports
            .iter()
            .any(|import| below(&import.module, module))
    }

    /// The scopes from `scope` outwards, without the file's.
    fn enclosing(&self, scope: usize) -> impl Iterator<Item = usize> {
        std::iter::successors((scope != 0).then_some(scope), |at| {
            let parent = self.scopes.get(*at)?.parent;
            (parent < *at && parent != 0).then_some(parent)
        })
    }

    /// The innermost function around a scope, by its index.
    #[must_use]
    pub fn enclosing_function(&self, scope: usize) -> Option<usize> {
        self.function_scope(scope)
    }

    /// Whether a scope is `outer` or a part of it.
    #[must_use]
    pub fn is_within(&self, scope: usize, outer: usize) -> bool {
        self.enclosing(scope).any(|around| around == outer)
    }

    /// The innermost function that a scope stands in.
    fn function_scope(&self, scope: usize) -> Option<usize> {
        self.enclosing(scope).find(|at| {
            let scope = self.scopes.get(*at);
            scope.is_some_and(|scope| matches!(scope.kind, ScopeKind::Function { .. }))
        })
    }
}

/// Whether `path` is `root` or a part of it, by `/` or `.`.
fn below(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
}

/// Parses one file. Never fails: broken syntax is a fact.
#[must_use]
pub fn parse(path: &str, language: Language, text: &str) -> Code {
    let mut code = match language {
        Language::JavaScript => javascript::parse(path, text),
        _ => syntax::parse(path, language, text),
    };
    code.shrink();
    code
}

impl Code {
    /// Gives back the room that lists grew into: what is parsed is kept until all rules have asked, for every file.
    fn shrink(&mut self) {
        self.scopes.shrink_to_fit();
        self.imports.shrink_to_fit();
        self.calls.shrink_to_fit();
        self.assignments.shrink_to_fit();
        self.returns.shrink_to_fit();
        self.reads.shrink_to_fit();
        for call in &mut self.calls {
            call.arguments.shrink_to_fit();
            for argument in &mut call.arguments {
                argument.value.walk_mut(&mut Expr::shrink);
            }
        }
        let assigned = self.assignments.iter_mut().map(|one| &mut one.value);
        for value in assigned.chain(self.returns.iter_mut().map(|one| &mut one.value)) {
            value.walk_mut(&mut Expr::shrink);
        }
    }
}
