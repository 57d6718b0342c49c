//! What does a parameter hold where a call leaves it out?

use slugsmith_finding::LineSpan;

use super::builder::Builder;
use super::{Call, Code, Expr, Language};

/// A parameter with a value of its own: `def sign(payload, key="…")`.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultParameter {
    /// Index of the function's scope.
    scope: usize,
    /// The name by which the function is called; of a constructor, the name of its class.
    function: String,
    is_constructor: bool,
    /// Where a call by position gives another value, without the object itself.
    place: usize,
    name: String,
    pub value: Expr,
    pub line: LineSpan,
}

/// Names of constructors: Python's, PHP's, Ruby's and JavaScript's.
const CONSTRUCTORS: &[&str] = &["__init__", "__construct", "initialize", "constructor"];

impl DefaultParameter {
    /// Whether a call in a file gives no other value for it. What hands on a list or a table may give one.
    #[must_use]
    pub fn is_left_out_in(&self, code: &Code) -> bool {
        let leaves_out = |call: &Call| {
            !call.arguments.iter().any(|one| hands_on(&one.value))
                && call.named(&self.name).is_none()
                && call.positional(self.place).is_none()
        };
        // Ruby's objects are made by `Signer.new(…)`.
        let is_made = |call: &&Call| call.receiver().ends_with(&self.function);
        let mut made = code.calls_named("new").filter(is_made);
        code.calls_named(&self.function).any(leaves_out)
            || self.is_constructor && code.language == Language::Ruby && made.any(leaves_out)
    }
}

fn hands_on(value: &Expr) -> bool {
    match value {
        Expr::Object(parts) => parts.iter().any(|(key, _)| key == "..."),
        value => *value == Expr::Other,
    }
}

impl Code {
    /// The default of what a name holds in a scope: of a parameter of a function around it, or of the field that
    /// the constructor of the class makes of one (`constructor(private key = "…")`).
    #[must_use]
    pub fn default_of(&self, name: &str, scope: usize) -> Option<&DefaultParameter> {
        if self.defaults.is_empty() {
            return None;
        }
        // They come in the order of their functions.
        let of = |function: usize| {
            let first = self.defaults.partition_point(|one| one.scope < function);
            let own = self.defaults.iter().skip(first);
            let mut own = own.take_while(move |one| one.scope == function);
            own.find(|one| one.name == name)
        };
        let of_function = || self.enclosing(scope).find_map(of);
        // Ruby's fields look like plain names.
        let field = match name.strip_prefix("this.") {
            None if self.language != Language::Ruby => return of_function(),
            field => field.unwrap_or(name),
        };
        let of_object = || {
            let class = self.class(scope)?.0;
            let mut known = self.defaults.iter();
            known.find(|one| one.is_constructor && one.name == field && one.function == class)
        };
        of_function().or_else(of_object)
    }
}

impl Builder {
    /// Notes a parameter of the function whose scope is open; `function` is its name where it stands.
    pub(super) fn default_parameter(
        &mut self,
        function: &str,
        place: usize,
        name: String,
        value: Expr,
        line: LineSpan,
    ) {
        let is_constructor = CONSTRUCTORS.contains(&function);
        let class = self.code.class(self.scope).map(|(class, _)| class);
        let function = class
            .filter(|_| is_constructor)
            .unwrap_or(function)
            .to_owned();
        self.code.defaults.push(DefaultParameter {
            scope: self.scope,
            function,
            is_constructor,
            place,
            name,
            value,
            line,
        });
    }
}
