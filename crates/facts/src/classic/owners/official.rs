//! Known classic buildpacks and what they leave in a slug, for the question whose it is.

/// A buildpack, the folders that it fills, and the whole names of its scripts.
pub(super) struct Official {
    pub(super) id: &'static str,
    /// What its `buildpack.toml` calls it; empty where it has none.
    pub(super) name: &'static str,
    pub(super) folders: &'static [&'static str],
    pub(super) scripts: &'static [&'static str],
    /// A buildpack that it runs as a part of itself.
    pub(super) runs: Option<&'static str>,
}

/// One without a `buildpack.toml`.
const fn other(
    id: &'static str,
    folders: &'static [&'static str],
    scripts: &'static [&'static str],
) -> Official {
    official(id, "", folders, scripts)
}

const fn official(
    id: &'static str,
    name: &'static str,
    folders: &'static [&'static str],
    scripts: &'static [&'static str],
) -> Official {
    Official {
        id,
        name,
        folders,
        scripts,
        runs: None,
    }
}

/// A language of the JVM: it downloads heroku/jvm and lets it install (`lib/openjdk.sh`).
const fn on_jvm(
    id: &'static str,
    name: &'static str,
    folders: &'static [&'static str],
    scripts: &'static [&'static str],
) -> Official {
    Official {
        runs: Some(JVM),
        ..official(id, name, folders, scripts)
    }
}

pub(super) const APT: &str = "heroku-community/apt";
pub(super) const JVM: &str = "heroku/jvm";
/// What heroku/jvm leaves in `.heroku/bin`, which other buildpacks fill as well.
pub(super) const JVM_AGENT: &str = ".heroku/bin/heroku-metrics-agent.jar";
pub(super) const CHROME: &str = "heroku-community/chrome-for-testing";
pub(super) const GOOGLE_CHROME: &str = "heroku/google-chrome";
pub(super) const PUPPETEER: &str = "jontewks/puppeteer";
pub(super) const DATADOG: &str = "DataDog/heroku-buildpack-datadog";

/// From `bin/compile`, `lib/` and `buildpack.toml` of each repository: heroku-buildpack-nodejs
/// v363, -python v351, -ruby v361, -jvm-common v183, -php v293, -go v231, -apt v11, -java v81,
/// -gradle v49, -scala v107, -dotnet v55, -nginx v1.18, -pgbouncer v0.18, heroku-geo-buildpack
/// e56fb59, -chrome-for-testing 2.0.0, -google-chrome 5ca79f0, -awscli 665706f, -metrics v2;
/// puppeteer-heroku-buildpack v24, heroku-buildpack-elixir v4, -datadog 2.44.
pub(super) static OFFICIAL: &[Official] = &[
    official(
        "heroku/nodejs",
        "Node.js",
        &[
            ".heroku/node",
            ".heroku/yarn",
            ".heroku/metrics",
            ".heroku/heroku-nodejs-plugin",
        ],
        &["nodejs.sh", "pnpm.sh"],
    ),
    official(
        "heroku/python",
        "Python",
        &[".heroku/python"],
        &["python.sh", "python.gunicorn.sh", "python.nltk.sh"],
    ),
    official(
        "heroku/ruby",
        "Ruby",
        &["vendor/ruby", "vendor/bundle", ".heroku/ruby"],
        &["ruby.sh"],
    ),
    official(
        JVM,
        "JVM",
        &[
            ".jdk",
            ".heroku/with_jmap",
            ".heroku/with_jmap_and_jstack",
            ".heroku/with_jstack",
        ],
        &[
            "jvmcommon.sh",
            "jdbc.sh",
            "default-proc-warning.sh",
            "jvm-spring-configuration.sh",
            "heroku-jvm-metrics.sh",
            "jvm-redis.sh",
            "java-metrics.sh",
        ],
    ),
    on_jvm("heroku/java", "Java", &[], &["maven.sh"]),
    on_jvm("heroku/gradle", "Gradle", &[], &["gradle.sh"]),
    on_jvm("heroku/scala", "Scala", &[".heroku/scala"], &["scala.sh"]),
    official(
        "heroku/php",
        "PHP",
        &[".heroku/php"],
        &["php.sh", "100-composer.sh"],
    ),
    official(
        "heroku/go",
        "Go",
        &[".heroku/go"],
        &["go.sh", "goroot.sh", "goenv.sh", "concurrency.sh"],
    ),
    official("heroku/dotnet", ".NET", &[".heroku/cnb"], &["dotnet.sh"]),
    official(APT, "Apt", &[".apt"], &["000_apt.sh"]),
    other("heroku-community/nginx", &[".heroku-buildpack-nginx"], &[]),
    other("heroku/pgbouncer", &["vendor/pgbouncer"], &[]),
    other(
        "heroku/heroku-geo-buildpack",
        &[".heroku-geo-buildpack"],
        &["heroku-geo-buildpack.sh"],
    ),
    other(CHROME, &[".chrome-for-testing"], &["chrome-for-testing.sh"]),
    other(GOOGLE_CHROME, &[], &["010_google-chrome.sh"]),
    other(PUPPETEER, &[], &["puppeteer.sh"]),
    other("heroku-community/awscli", &[".awscli"], &["awscli.sh"]),
    other("heroku/metrics", &[], &["heroku-metrics-daemon.sh"]),
    other(
        "hashnuke/elixir",
        &[".platform_tools"],
        &["elixir_buildpack_paths.sh"],
    ),
    other(DATADOG, &[], &["datadog.sh"]),
];
