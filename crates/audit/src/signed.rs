//! Which calls sign, check or encrypt, and which argument is the key?
//!
//! A call is known by the library that its file imports, whatever the file calls it; where no import tells, by the
//! name that the library's own documentation gives it.

mod go;

use super::facts::Site;
use slugsmith_facts::code::{Call, Code, Expr, Language};

/// Calls of libraries that take the key by its place: the module, the method, the place.
const BY_PLACE: &[(Language, &str, &str, usize)] = &[
    (Language::JavaScript, "jsonwebtoken", "sign", 1),
    (Language::JavaScript, "jsonwebtoken", "verify", 1),
    (Language::JavaScript, "jwt-simple", "encode", 1),
    (Language::JavaScript, "jwt-simple", "decode", 1),
    (Language::JavaScript, "jwt-encode", "", 1),
    (Language::JavaScript, "jose", "jwtVerify", 1),
    (Language::JavaScript, "jose", "compactVerify", 1),
    (Language::JavaScript, "jose", "jwtDecrypt", 1),
    (Language::JavaScript, "njwt", "create", 1),
    (Language::JavaScript, "njwt", "verify", 1),
    (Language::JavaScript, "jws", "verify", 2),
    (Language::JavaScript, "hono/jwt", "sign", 1),
    (Language::JavaScript, "hono/jwt", "verify", 1),
    (Language::Python, "jwt", "encode", 1),
    (Language::Python, "jwt", "decode", 1),
    (Language::Python, "jose", "encode", 1),
    (Language::Python, "jose", "decode", 1),
    (Language::Python, "authlib", "encode", 2),
    (Language::Python, "authlib", "decode", 1),
    (Language::Python, "cryptography", "Fernet", 0),
    (
        Language::Python,
        "itsdangerous",
        "URLSafeTimedSerializer",
        0,
    ),
    (Language::Python, "itsdangerous", "URLSafeSerializer", 0),
];

/// Calls of libraries that take the key by its name.
const BY_NAME: &[(&str, &str, &str)] = &[
    ("fast-jwt", "createSigner", "key"),
    ("fast-jwt", "createVerifier", "key"),
    ("jws", "sign", "secret"),
    ("jws", "createSign", "secret"),
    ("@fastify/jwt", "register", "secret"),
    ("fastify-jwt", "register", "secret"),
    ("@fastify/session", "register", "secret"),
    ("hapi-auth-jwt2", "strategy", "key"),
    ("@nestjs/jwt", "register", "secret"),
    ("@nestjs/jwt", "sign", "secret"),
    ("@nestjs/jwt", "signAsync", "secret"),
    ("@nestjs/jwt", "verify", "secret"),
    ("@nestjs/jwt", "verifyAsync", "secret"),
    ("hono/jwt", "jwt", "secret"),
];

/// The key that a call gets.
pub(super) fn key_of(site: Site<'_>) -> Option<&Expr> {
    let call = site.call;
    match site.code.language {
        Language::JavaScript => javascript(site.code, call),
        Language::Python => by_place(site.code, call).or_else(|| {
            let tokens = ["encode", "decode"].contains(&call.method());
            let known = tokens && ["jwt", "jose"].iter().any(|one| site.code.imports(one));
            call.named("key").filter(|_| known)
        }),
        Language::Ruby => {
            let known = matches!(call.callee.as_str(), "JWT.encode" | "JWT.decode");
            call.positional(1).filter(|_| known)
        }
        Language::Php => {
            let known = matches!(call.callee.as_str(), "JWT.encode" | "JWT.decode");
            // `JWT::decode($token, new Key($key, "HS256"))`
            let place = if call.callee == "InMemory.plainText" {
                Some(0)
            } else {
                known.then_some(1)
            };
            call.positional(place?)
        }
        Language::Go => go::key_of(site.code, call),
        Language::Java => None,
    }
}

fn javascript<'a>(code: &'a Code, call: &'a Call) -> Option<&'a Expr> {
    let by_name = || {
        let of_module = BY_NAME.iter().filter(|(module, method, _)| {
            code.imports(module) && (call.method() == *method || call.callee == *method)
        });
        let mut keys = of_module.filter_map(|(_, _, name)| call.named(name));
        keys.next()
    };
    match call.callee.as_str() {
        "jwt.sign" | "jwt.verify" | "jsonwebtoken.sign" | "jsonwebtoken.verify" => {
            return call.positional(1);
        }
        "cookieParser" => return call.positional(0),
        "session" | "expressSession" | "cookieSession" | "jwt" | "expressJwt" | "expressjwt"
        | "expressJWT" | "JwtModule.register" | "koaJwt" => {
            return call.named("secret").or_else(|| call.named("keys"));
        }
        _ => {}
    }
    // `new SignJWT({ … }).setProtectedHeader({ … }).sign(key)`
    let made = ["SignJWT()", "EncryptJWT()", "CompactSign()"];
    if matches!(call.method(), "sign" | "encrypt")
        && made.iter().any(|one| call.callee.contains(one))
    {
        return call.positional(0);
    }
    // Passport's strategy, also where a class of the app's own hands it on: `super({ secretOrKey })`.
    call.named("secretOrKey")
        .or_else(|| strategy(code, call))
        .or_else(by_name)
        .or_else(|| by_place(code, call))
}

/// `const options = { secretOrKey: … }` or `options.secretOrKey = …`, behind `new JwtStrategy(options, …)`.
fn strategy<'a>(code: &'a Code, call: &'a Call) -> Option<&'a Expr> {
    if !code.imports("passport-jwt") || !call.method().ends_with("Strategy") {
        return None;
    }
    let options = call.positional(0)?;
    let given = || {
        let field = format!("{}.secretOrKey", options.name()?);
        let mut assigned = code.assignments.iter().rev();
        Some(&assigned.find(|one| one.target == field)?.value)
    };
    code.resolve_from(options, call.scope)
        .key("secretOrKey")
        .or_else(given)
}

fn by_place<'a>(code: &Code, call: &'a Call) -> Option<&'a Expr> {
    let callee = plain(code, call);
    let method = callee.rsplit('.').next().unwrap_or(callee);
    let root = callee.split(['.', '(']).next().unwrap_or(callee);
    let whole = root == callee;
    let bound = |module: &str| {
        code.imports.iter().any(|import| {
            let named = import.names.iter().any(|name| name == root);
            let below = import.module.strip_prefix(module);
            // `require("jsonwebtoken").sign(…)` binds no name.
            let unbound = root == "require" && import.names.is_empty();
            (named || unbound)
                && below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
        })
    };
    let mut forms = BY_PLACE.iter().filter(|(language, module, name, _)| {
        let is_meant = if name.is_empty() {
            whole
        } else {
            *name == method
        };
        *language == code.language && is_meant && bound(module)
    });
    call.positional(forms.next()?.3)
}

/// The name of what a call runs: `promisify(jwt.sign)(…)` and a name that holds such a function run `jwt.sign`.
fn plain<'a>(code: &'a Code, call: &'a Call) -> &'a str {
    let of = |value: &'a Expr| match value {
        Expr::Call { callee, arguments } if callee.ends_with("promisify") => {
            arguments.first()?.value.name()
        }
        _ => None,
    };
    if call.callee.ends_with("promisify()") {
        let mut beside = code.calls.iter().filter(|other| {
            other.callee.ends_with("promisify") && other.line.number() == call.line.number()
        });
        return beside
            .find_map(|other| other.positional(0)?.name())
            .unwrap_or(&call.callee);
    }
    let mut given = code
        .assignments
        .iter()
        .filter(|one| one.target == call.callee);
    given.find_map(|one| of(&one.value)).unwrap_or(&call.callee)
}

/// What a value is made of: through names, and through calls that only give it another form (`[]byte(secret)`,
/// `new TextEncoder().encode(secret)`, `SECRET.encode()`).
pub(super) fn origin<'a>(code: &'a Code, value: &'a Expr, scope: usize) -> &'a Expr {
    const TURNS: &[&str] = &[
        "TextEncoder().encode",
        "encoder.encode",
        "Buffer.from",
        "createSecretKey",
        "crypto.createSecretKey",
        "bytes",
        "str",
        "Key",
        "InMemory.plainText",
        "Uint8Array.from",
        "base64_decode",
    ];
    let mut value = code.resolve_from(value, scope);
    for _ in 0..4 {
        let (callee, arguments) = match value {
            Expr::Call { callee, arguments } => (callee, arguments),
            // Ruby calls a method by its bare name.
            Expr::Name(name) => {
                let ruby = code.language == Language::Ruby;
                let given = || code.given_by(name).filter(|_| ruby);
                return of_class(code, name).or_else(given).unwrap_or(value);
            }
            _ => return value,
        };
        let first = arguments.first().map(|one| &one.value);
        let turns = TURNS.contains(&callee.as_str())
            || code.language == Language::Go && matches!(callee.as_str(), "[]byte" | "string");
        let of_receiver = || {
            let (before, method) = callee.rsplit_once('.')?;
            let same = matches!(method, "encode" | "toString" | "trim" | "strip" | "to_s");
            let mut given = code.assignments.iter().chain(&code.imported);
            same.then(|| given.find(|one| one.target == before))?
        };
        let inner = match (first, of_receiver()) {
            (Some(first), _) if turns => first,
            (_, Some(given)) => &given.value,
            _ => match code.given_by(callee) {
                Some(given) => given,
                None => return value,
            },
        };
        value = code.resolve_from(inner, scope);
    }
    value
}

/// `Tokens.KEY`, a field that the file's own class declares for all its objects.
fn of_class<'a>(code: &'a Code, name: &str) -> Option<&'a Expr> {
    let (class, field) = name.split_once('.')?;
    let target = format!("this.{field}");
    let mut declared = code.assignments.iter().filter(|one| {
        let own = code.class(one.scope).is_some_and(|(name, _)| name == class);
        own && (one.target == target || one.target == field) && code.function(one.scope).is_none()
    });
    declared.next().map(|one| &one.value)
}
