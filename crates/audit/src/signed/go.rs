//! Which argument of a call of Go signs or checks tokens, also behind the function that golang-jwt asks for the key?

use slugsmith_facts::code::{Call, Code, Expr, ScopeKind};

pub(super) fn key_of<'a>(code: &'a Code, call: &'a Call) -> Option<&'a Expr> {
    match call.method() {
        // golang-jwt: `token.SignedString([]byte(secret))`
        "SignedString" => call.positional(0),
        // chi's: `jwtauth.New("HS256", key, nil)`
        "New" if call.callee == "jwtauth.New" => call.positional(1),
        // gin's: `&jwt.GinJWTMiddleware{Key: []byte(secret)}`
        "GinJWTMiddleware" => call.named("Key"),
        "Parse" if imports_tokens(code) => given_by(code, call, call.positional(1)?),
        "ParseWithClaims" if imports_tokens(code) => given_by(code, call, call.positional(2)?),
        _ => None,
    }
}

/// golang-jwt and what it was made of: `github.com/golang-jwt/jwt/v5`, `github.com/dgrijalva/jwt-go`.
fn imports_tokens(code: &Code) -> bool {
    let is_library = |module: &str| module.contains("/jwt-go") || module.contains("golang-jwt/jwt");
    code.imports.iter().any(|import| is_library(&import.module))
}

/// What the function gives that the call asks for the key: the one written there, or one of the file's own. Of several
/// returns the last one is behind the checks.
fn given_by<'a>(code: &'a Code, call: &Call, function: &'a Expr) -> Option<&'a Expr> {
    let first = call.line.number();
    let is_written_there = |at: &&usize| {
        let scope = code.scopes.get(**at);
        scope.is_some_and(|scope| {
            let unnamed = matches!(&scope.kind, ScopeKind::Function { name } if name.is_empty());
            unnamed && scope.line >= first
        })
    };
    let asked = match function {
        Expr::Function => code
            .functions_within(call.scope)
            .iter()
            .find(is_written_there),
        value => code.functions_named(value.name()?).first(),
    };
    let given = asked
        .into_iter()
        .flat_map(|function| code.returns_of(*function));
    let last = given.filter(|one| one.value != Expr::Nil).last();
    last.map(|one| &one.value)
        .or_else(|| code.given_by(function.name()?))
}
