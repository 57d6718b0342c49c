//! Twenty shapes of a secret, and what looks like one and is none.

use super::*;

#[test]
fn secrets_in_any_text_are_masked() {
    for text in [
        "fetch https://user:s3cr3t@host/x and more",
        "git+ssh://s3cr3t@h:a/b",
        "postgres://u:s3/cr3t@db.example/shop",
        "redis://:s3cr3t@host:6379",
        "mongodb+srv://u:s3cr3t@cluster.example/db?retryWrites=true",
        "GET https://h/x?api_key=s3cr3t&page=2",
        "https://h/x?page=2&amp;sig=s3cr3t",
        "https://b.s3.example/k?X-Amz-Signature=s3cr3t&X-Amz-Date=1",
        "posted to https://hooks.slack.com/services/T0/B0/s3cr3t",
        "https://discord.com/api/webhooks/1/s3cr3t",
        "Server=h;Password=s3cr3t;Encrypt=true",
        "Server=h;Pwd=s3cr3t",
        "token ghp_s3cr3t0123456789abcdef in a line",
        "Bearer eyJs3cr3t0123456789.eyJzdWI",
        r#"{"url":"https://u:s3cr3t@h/x","n":1}"#,
        "a https://u:p@h/x b https://v:s3cr3t@h/y",
        "https://h/x?q=1#access_token=s3cr3t",
        "https://art.example/x.tgz?X-JFrog-Art-Api=s3cr3t",
        "https://storage.example/k?X-Goog-Signature=s3cr3t",
        "npm error 401 Authorization: Bearer s3cr3t00",
        "curl -H 'Authorization: Basic s3cr3t' https://h",
        r#"{\"Authorization\": \"token s3cr3t\"}"#,
        "curl --header X-Api-Key:s3cr3t h",
        "> X-Auth-Token: s3cr3t",
        "PRIVATE-TOKEN: s3cr3t",
        "AccountName=a;AccountKey=s3cr3t==;EndpointSuffix=x",
        "'AccountKey=s3cr3t=='",
        "jdbc:oracle:thin:scott/s3cr3t@h:1521",
        r#"{"password":"s3cr3t","client_secret": "s3cr3t"}"#,
        r#"{\"password\": \"s3cr3t\"}"#,
        "'api_key' => 's3cr3t'",
        "aws_secret_access_key = s3cr3t00000000000000",
        "shpat_s3cr3t00000000000000000000000",
        "dop_v1_s3cr3t0000000000000000000000",
        "hf_s3cr3t0000000000000000000000000000",
        "ya29.s3cr3t00000000000000000000",
        "sk_test_s3cr3t00000000",
        "https://hooks.example/services/T000/B000/XXXXXs3cr3tXXXXXXXXXXXXX",
        "posted to https://chat.example/hooks/0a1bs3cr3t2c3d4e5f60718293a4b5c6d7e8f9.",
        "https://api.example/build_hooks/5f1e2d3cs3cr3t4b5a6978/run?branch=main",
        "> serve --password=s3cr3t --port 80",
        r#""start": "API_KEY=s3cr3t00 serve --token s3cr3t00""#,
        r#"java -Ddb.password=\"s3cr3t\" -jar a.jar"#,
        "https://ci.example/trigger/Aq7Zs3cr3tT0pXk9LmW2vR8yBd",
        "root:s3cr3t@tcp(db.example:3306)/shop",
        "dsn: \"shop:a:s3cr3t/0@unix(/run/mysql.sock)/shop\"",
        "machine h.example login me password s3cr3t",
        "Cookie: a=1; session=s3cr3t",
        r#"{"headers": "Set-Cookie: sid=s3cr3t; Path=/"}"#,
        "//registry.example/:_authToken=s3cr3t00",
        "host=h user=a password=s3cr3t00 dbname=x",
        "host=h password='s3cr3t00' dbname=x",
        "sqlserver://h:1433;user=sa;password=s3cr3t;encrypt=true",
        "PGPASSWORD=s3cr3t00 psql shop",
        "password: s3cr3t00",
        "password: s3cr3t00: refused",
        r#""postdeploy": "curl -u me:s3cr3t https://h/""#,
        "curl -sf --user 'me:s3cr3t' https://h/",
        "/usr/bin/curl -ume:s3cr3t https://h/",
        r#""release": "mysql -uroot -ps3cr3t shop < a.sql""#,
        "mysqldump --password=s3cr3t shop",
        "mysql -p's3cr3t' shop",
        r#"{"start": "redis-cli -h h -a s3cr3t ping"}"#,
        "sshpass -p s3cr3t ssh me@h",
        r#"sh -c "sshpass -p \"s3cr3t\" ssh me@h""#,
        "openssl enc -d -aes-256-cbc -in a.enc -pass pass:s3cr3t",
        "mongodump -u me -p s3cr3t --db shop",
        "docker login -u me -p s3cr3t registry.example",
        "https://h.example/?user=a&pw=s3cr3t&x=1",
    ] {
        let masked = mask(text);
        assert!(!masked.contains("s3cr3t"), "{text} became {masked}");
        assert_eq!(mask(&masked), masked, "{text}");
    }
    assert_eq!(
        mask("fetch https://user:pass@host/x and http://plain/y"),
        "fetch https://***@host/x and http://plain/y"
    );
    let json = mask(r#"{"a":"https://h/?token=x","b":"y"}"#);
    assert_eq!(json, r#"{"a":"https://h/?token=[masked]","b":"y"}"#);
}

#[test]
fn ordinary_text_is_shown() {
    for text in [
        "https://example.com/@scope/x",
        "http://localhost:3000/a@2x.png",
        "https://packages.example/ms/-/ms-2.0.0.tgz#sha",
        "https://hooks.example/services/T000/B000",
        "https://codeload.github.com/shop/hooks/tar.gz/9f86d081884c7d659a2feaa0c55ad0152f8a1a1c",
        "git+https://github.com/shop/x.git#9f86d081884c7d659a2feaa0c55ad0152f8a1a1c",
        "https://github.com/shop/hooks/archive/9f86d081884c7d659a2feaa0c55ad0152f8a1a1c.zip",
        "https://files.example/wheels/5d/a5/052865e59fdf6c9fbc4b5d2a7d1e4d50cf9c3ae1/flask-3.0-py3.whl",
        "https://x.example/MyComponent2ForTestingThings/OAuth2AuthorizationServerConfig",
        "https://proxy.example/!burnt!sushi/toml/@v/v1.2.0.zip",
        "https://ghcr.example/v2/shop/web/blobs/sha256:9f86d081884c7d659a2feaa0c55ad0152f8a1a1c55ad0152f8a1a1c0",
        "https://docs.example/hooks/useInsertionEffect/synchronizing-with-effects",
        "https://h/x?page=2&q=key",
        "npm_config_registry and sk-learn",
        "password=$DB_PASSWORD; echo",
        "user@example.com",
        "std::fs::read",
        "https://h/x?token=$TOKEN",
        "https://h/x?page=2#key",
        "Authorization: see the manual of your token",
        "The bearer of this token",
        r#"{"jsonwebtoken":"^9.0.0","tiny-secrets":"1.0.2","csrf-token":"2.1"}"#,
        r#"{"SESSION_SECRET": { "generator": "secret" }}"#,
        r##"{"old":{"API_TOKEN":"#85637a2eaca8c7ae9528492520ee8419"},"password":"[masked]"}"##,
        r#"{"key":"models.lock","rule":"secret-committed"}"#,
        "X-Forwarded-For: 10.0.0.1",
        "token = next_token(source)",
        "pass --token to it, or --password with a value of 8 letters",
        "heroku config:set API_KEY=$(openssl rand -hex 32) SECRET_KEY=<value>",
        "API_KEY=true; export NPM_TOKEN=${TOKEN}",
        "const token=sha256sum(body), password: bcrypt2hash(text)",
        "SESSION_DRIVER=database CACHE_KEY=models COOKIE_DOMAIN=shop.example",
        "the login form password field",
        "a cookie: it is set at the login",
        "token: string, password: undefined",
        "x: value@component(b)",
        "curl -u $LOGIN https://h/",
        "mysql -p shop and redis-cli -h h ping",
        "docker run -p 8080:80 shop",
        "unzip -o a.zip",
        "see https://curl.example -u me",
        "",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn secrets_in_commands_are_masked() {
    for (command, shown) in [
        (
            "API_TOKEN=abc node server.js",
            "API_TOKEN=[masked] node server.js",
        ),
        (
            "export KEY_SECRET='a b'; npm start",
            "export KEY_SECRET=[masked]; npm start",
        ),
        (
            "serve --api-key=abc --port=$PORT",
            "serve --api-key=[masked] --port=$PORT",
        ),
        (
            "fetch --token s3cr3t --password=s3cr3t x",
            "fetch --token [masked] --password=[masked] x",
        ),
        (
            "curl -u admin:s3cr3t https://h/",
            "curl -u [masked] https://h/",
        ),
        ("serve -p s3cr3t", "serve -p [masked]"),
        ("mysql -ps3cr3t00 -h db", "mysql -p[masked] -h db"),
        ("redis-cli -a s3cr3t ping", "redis-cli -a [masked] ping"),
        (
            "openssl enc -pass pass:s3cr3t -in x",
            "openssl enc -pass pass:[masked] -in x",
        ),
        ("npm run x -production", "npm run x -production"),
        ("serve -p 3000 -u 1000:1000", "serve -p 3000 -u 1000:1000"),
        ("mkdir -p tmp/pids", "mkdir -p tmp/pids"),
        (
            "java -Ddb.password=s3cr3t -jar a.jar",
            "java -Ddb.password=[masked] -jar a.jar",
        ),
        ("sh -c 'curl -u a:s3cr3t h'", "sh -c 'curl -u [masked] h'"),
        ("SECRET_KEY=$OTHER node .", "SECRET_KEY=$OTHER node ."),
        ("sync https://u:p@h/x && web", "sync https://***@h/x && web"),
        (
            "NODE_ENV=production node 'a b.js'",
            "NODE_ENV=production node 'a b.js'",
        ),
        ("TOKEN=\"never closed", "TOKEN=[masked]"),
        ("web --token $TOKEN", "web --token $TOKEN"),
    ] {
        assert_eq!(in_command(command), shown);
        assert_eq!(in_command(shown), shown);
    }
}

#[test]
fn names_and_shapes_of_secrets_are_masked() {
    for (name, value) in [
        ("API_KEY", "x"),
        ("DATABASE_URL", "postgres://localhost/db"),
        ("NPMTOKEN", "x"),
        ("PIN", "1234"),
        ("COOKIE", "x"),
        ("CONN", "Server=h;Password=s3cr3t;"),
        ("JAVA_OPTS", "-Xmx1g -Ddb.password=s3cr3t"),
        ("OPTS", "--password=s3cr3t"),
        ("SLACK", "https://hooks.slack.com/services/T/B/s3cr3t"),
        ("URLQ", "https://h/?api_key=s3cr3t"),
        ("ANYTHING", "https://user:pass@example.com/"),
        ("BUNDLE_GEMS__EXAMPLE__COM", "user:s3cr3t"),
        ("STORAGE", "AccountKey=s3cr3t=="),
        ("LICENCE", "9f86d081884c7d659a2feaa0c55ad015"),
    ] {
        assert_eq!(shown(name, value), MASK, "{name}={value}");
    }
    for (name, value) in [
        ("PATH", "/layers/a/bin:/usr/bin"),
        ("KEYBOARD", "us"),
        ("SSL_CERT_FILE", "/etc/ssl/ca.crt"),
        ("REGISTRY", "https://example.com/@scope/x"),
        ("JAVA_OPTS", "-Xmx1g -Dport=80"),
        ("API_KEY", ""),
        ("BUNDLE_BUILD__SASSC", "--disable-march-tune-native"),
        ("SOURCE_VERSION", "9f86d081884c7d659a2feaa0c55ad0152f8a1a1c"),
        ("HEROKU_APP_ID", "d3b07384-d113-4ec6-a5b6-1c8f0e4fb4a7"),
    ] {
        assert_eq!(shown(name, value), value, "{name}={value}");
    }
}

#[test]
fn what_a_tool_prints_of_a_config_var_is_masked() {
    let name = "SHOP_PASSWORD".to_owned();
    know([(&name, &OsString::from("correct horse battery"))]);
    assert_eq!(
        mask("using correct horse battery now"),
        "using [masked] now"
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_masked_without_a_panic(text in ".{0,200}") {
        let masked = mask(&text).into_owned();
        let _ = in_command(&text);
        let _ = is_secret(&text, &text);
        proptest::prop_assert!(masked.len() <= text.len() * 12 + 12);
    }
}

#[test]
fn letters_of_several_bytes_between_two_addresses_are_whole() {
    let text = "a://bé\u{fffd}u://user:word@host/x";
    assert!(!mask(text).contains("word"), "{}", mask(text));
}

#[test]
fn the_password_of_an_address_is_known_alone() {
    let name = "QUEUE".to_owned();
    know([(&name, &OsString::from("amqp://shop:hunter2hunter2@h/x"))]);
    assert_eq!(mask("login hunter2hunter2"), "login [masked]");
    let name = "SIGNING_KEY".to_owned();
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n";
    know([(&name, &OsString::from(pem))]);
    assert_eq!(mask("line MIIEvQIBADANBgkq"), "line [masked]");
}

#[test]
fn values_that_look_drawn_at_random_are_known_whatever_their_name() {
    for value in [
        "9f86d081884c7d659a2feaa0c55ad015",
        "d3b07384-d113-4ec6-a5b6-1c8f0e4fb4a7",
        "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA==",
    ] {
        assert!(is_random(value), "{value}");
    }
    for value in [
        "production",
        "my-shop-production-2",
        "heroku-24",
        "1700000000000000000000",
        "https://example.com/a1b2c3d4e5f6",
        "--max-old-space-size=2048",
    ] {
        assert!(!is_random(value), "{value}");
    }
}

#[test]
fn an_address_that_names_a_content_keeps_what_is_drawn() {
    let one = "https://u:s3cr3t@pkg.example/d/Aq7Zs9kT0pXk9LmW2vR8yBd/ms.tgz";
    let other = one.replace("R8", "R9");
    assert!(!without_credentials(one).contains("s3cr3t"));
    assert_ne!(without_credentials(one), without_credentials(&other));
    assert_eq!(mask(one), mask(&other));
}
