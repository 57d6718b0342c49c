//! The apps: one whose every secret is a canary, and what builds need around them.

use crate::support::Sandbox;

/// Stands in every secret. Nothing that we print or write may have it.
pub(crate) const CANARY: &str = "TELLTALE";

/// Package managers that print what they were called with, as some do.
const TOOL: &str = r#"#!/bin/sh
case "$0 $1" in
*/node*) echo "20.1.0 115"; exit;;
esac
case "$*" in
*version*|-v) echo "10.9.3"; exit;;
esac
echo "fetching https://user:TELLTALE@registry.example/ms"
echo "npm http fetch GET 401 Authorization: Bearer TELLTALE0"
echo "gems for $BUNDLE_GEMS__EXAMPLE__COM"
case "$0 $1" in
*/npm\ ci)
  /bin/mkdir -p node_modules/ms/test
  echo 'module.exports = 1' > node_modules/ms/index.js
  echo '{"name":"ms","main":"index.js","_resolved":"https://user:TELLTALE@registry.example/ms.tgz"}' \
    > node_modules/ms/package.json;;
esac
exit 0
"#;

const LOCK: &str = r#"{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{
"":{"name":"shop","version":"1.0.0","dependencies":{"ms":"https://user:TELLTALE@registry.example/ms.tgz"}},
"node_modules/ms":{"version":"2.0.0","resolved":"https://user:TELLTALE@registry.example/ms.tgz"}}}"#;

/// Secrets in every place where an app or its platform has them.
pub(crate) fn with_secrets() -> Sandbox {
    let sandbox = Sandbox::new()
        .program("node", TOOL)
        .program("npm", TOOL)
        .program("fetch-models", TOOL)
        .file(
            "package.json",
            r#"{"name":"shop","version":"1.0.0","scripts":{"start":"node server.js"},"dependencies":{
"ms":"https://user:TELLTALE@registry.example/ms.tgz"}}"#,
        )
        .file("package-lock.json", LOCK)
        .file(".npmrc", "//registry.example/:_authToken=TELLTALE\n//r.example/:_password=TELLTALE\n")
        .file(".env", "SECRET_KEY=TELLTALE\nDATABASE_URL=postgres://u:TELLTALE@db.example/shop\n")
        .file("Procfile", "web: API_TOKEN=TELLTALE node server.js\nworker: node w.js -p TELL1TALETELLTALE\nclock: \
            curl -u admin:TELLTALE https://h/?token=TELLTALE\n")
        .file(
            "server.js",
            "const stripe = require('stripe')('sk_live_TELLTALE00000000000000000000');\n\
             const aws = \
             { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'TELLTALETELLTALETELLTALETELLTALETELLTALE' };\
             \nconst db = 'postgres://u:TELLTALE@db.example/shop';\n\
             require('http').createServer(() => stripe).listen(3000);\nprocess.env.SESSION_SECRET;\n",
        )
        .file("key.pem", "-----BEGIN RSA PRIVATE KEY-----\nTELLTALETELLTALETELLTALE\n-----END RSA PRIVATE KEY-----\n")
        .file("app.json", r#"{"name":"shop","buildpacks":[{"url":"https://user:TELLTALE@git.example/x.git"},
            {"url":"https://git.example/y.tgz?private_token=TELLTALE"}],
            "env":{"API_TOKEN":{"value":"TELLTALE"},"SESSION_SECRET":"TELLTALE"}}"#)
        .file(".profile.d/tokens.sh", "export API_TOKEN=TELLTALE\nexport DATABASE_URL=\"postgres://u:TELLTALE@h/d\"\n\
             export CONN=\"Server=h;Password=TELLTALE;\"\nexport JAVA_OPTS=\"-Xmx1g -Ddb.password=TELLTALE\"\n\
             export OPTS=\"--password=TELLTALE\"\nexport SLACK=https://hooks.slack.com/services/T/B/TELLTALE\n\
             export URLQ=\"https://h/?api_key=TELLTALE\"\nexport COOKIE=TELLTALE\nexport PIN=TELLTALE\nexport \
             HASH=ghp_TELLTALE0123456789abcd\n")
        .file(
            "project.toml",
            "[[com.slugsmith.cache]]\nname = \"models\"\npaths = [\"models/\"]\nkey = [\"models.lock\"]\n\
             run = \"fetch-models --token TELLTALE --password=TELLTALE -u a:TELLTALE API_KEY=TELLTALE \
             https://user:TELLTALE@models.example/x?sig=TELLTALE -H 'Authorization: Bearer TELLTALE' \
             --conn AccountKey=TELLTALE\"\nenv = [\"API_TOKEN\"]\n\
             [com.slugsmith.strip]\nverify = [\"fetch-models --secret TELLTALE \
             https://user:TELL/TALETELLTALE@models.example/x\"]\n",
        );
    for (name, value) in VARIABLES {
        fs_err::write(sandbox.path("env").join(name), value).unwrap();
    }
    sandbox
}

/// Config vars, as files in a classic build and as variables elsewhere.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("DATABASE_URL", "postgres://u:TELLTALE@db.example/shop"),
    ("API_TOKEN", "TELLTALE"),
    ("NPM_TOKEN", "TELLTALE"),
    (
        "npm_config_registry",
        "https://user:TELLTALE@registry.example/",
    ),
    ("NPM_CONFIG__AUTH", "TELLTALE"),
    ("PIP_INDEX_URL", "https://user:TELLTALE@pypi.example/simple"),
    ("BUNDLE_GEMS__EXAMPLE__COM", "user:TELLTALE"),
    ("HTTPS_PROXY", "http://user:TELLTALE@proxy.example:3128"),
    ("SESSION_SECRET", "TELLTALE"),
    ("WEB_CONCURRENCY", "2"),
];
