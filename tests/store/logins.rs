//! Registries that ask for a login: with a password, and with a token of another server.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::servers::{Server, registry_with};
use crate::support::Ran;
use crate::team::Team;

const USER: &str = "team";
const PASSWORD: &str = "a-password-of-the-test";
/// `htpasswd -nbB` of the two.
const USERS: &str = "team:$2y$05$upwJ3CY61iklR13xf.Qlaea5BMNtd33/y3DQa75Dxym3/polgaViC\n";
/// `Basic` credentials of the two.
const BASIC: &str = "Basic dGVhbTphLXBhc3N3b3JkLW9mLXRoZS10ZXN0";

fn with_password() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users");
    fs_err::write(&users, USERS).unwrap();
    let auth = format!(
        "auth: {{htpasswd: {{realm: test, path: {}}}}}\n",
        users.display()
    );
    registry_with(folder, &auth)
}

/// A key with its certificate, and a token that it has signed, as the registry's documentation
/// describes it (distribution.github.io/distribution/spec/auth/jwt).
const SIGN: &str = r#"
cd "$1"
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=tests -days 2 -keyout key.pem -out certificate.pem 2>/dev/null
chain=$(openssl x509 -in certificate.pem -outform DER | openssl base64 -A)
now=$(date +%s)
head=$(printf '{"typ":"JWT","alg":"RS256","x5c":["%s"]}' "$chain" | b64)
access='[{"type":"repository","name":"team/caches","actions":["pull","push","delete"]}]'
claims=$(printf '{"iss":"tests","sub":"team","aud":"caches","exp":%s,"nbf":%s,"iat":%s,"jti":"1","access":%s}' \
  "$((now + 3600))" "$((now - 60))" "$now" "$access" | b64)
seal=$(printf '%s.%s' "$head" "$claims" | openssl dgst -sha256 -sign key.pem -binary | b64)
printf '%s.%s.%s' "$head" "$claims" "$seal"
"#;

fn signed(folder: &Path) -> String {
    let mut command = Command::new("sh");
    command.args(["-ec", SIGN, "sh"]).arg(folder);
    Ran::from(command.output().unwrap()).expect(0).stdout
}

/// Gives the token to whoever knows the password.
fn answer(stream: &TcpStream, token: &str) {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let knows = head.iter().any(|line| {
        let pair = line.split_once(": ");
        pair.is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value == BASIC
        })
    });
    let is_asked_right = head[0].contains("scope=repository:team/caches:pull,push,delete")
        && head[0].contains("service=caches");
    let (status, body) = match (knows, is_asked_right) {
        (true, true) => ("200 OK", format!("{{\"token\":\"{token}\"}}")),
        (false, _) => ("401 Unauthorized", String::new()),
        (true, false) => ("400 Bad Request", String::new()),
    };
    let length = body.len();
    let mut writer = stream;
    let _ = write!(
        writer,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
}

fn with_token() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let token = signed(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the test's process.
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(&stream, &token);
        }
    });
    let auth = format!(
        "auth: {{token: {{realm: \"http://127.0.0.1:{port}/token\", service: caches, issuer: tests, \
         rootcertbundle: {}/certificate.pem}}}}\n",
        folder.path().display()
    );
    registry_with(folder, &auth)
}

#[test]
#[ignore = "real servers, made with Go"]
fn a_registry_that_asks_for_a_login_gets_it() {
    for (kind, server) in [("password", with_password()), ("token", with_token())] {
        let url = format!("oci+http://127.0.0.1:{}/team/caches", server.port);
        let team = || {
            let team = Team::with(&url, server.port);
            team.set("SLUGSMITH_STORE_USER", USER)
        };
        let wrong = team().set("SLUGSMITH_STORE_PASSWORD", "another-password");
        let refused = wrong.build("one").well();
        refused
            .says("is left aside")
            .says("answers 401")
            .says("MISS, first build");
        let right = team().set("SLUGSMITH_STORE_PASSWORD", PASSWORD);
        let first = right.build("one").well();
        first.says("npm: written");
        let second = right.build("two").well();
        second.says("taken from").says("HIT, restored");
        assert_eq!(second.tree, first.tree, "{kind}");
        for said in [&refused.ran, &first.ran, &second.ran] {
            for text in [PASSWORD, "another-password", "Bearer", BASIC] {
                assert!(!said.stdout.contains(text), "{kind}: {}", said.stdout);
            }
        }
    }
}
