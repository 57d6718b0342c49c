//! `[com.slugsmith.store]`: which store do builds of several apps, branches and machines share?

use std::time::Duration;

use super::{Key, Section, Sourced};
use slugsmith_finding::error::Result;

/// Who writes into the shared store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreWrite {
    /// Builds of the main branch.
    Main,
    /// All; those of other branches under their own name.
    Always,
    Never,
}

/// `[com.slugsmith.store]`.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `None`: there is none.
    pub url: Option<Sourced<String>>,
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub write: Sourced<StoreWrite>,
    /// The main branch.
    pub main: Sourced<String>,
    /// The branch that is built, where no variable of the platform says so.
    pub branch: Option<String>,
    /// The most that a build waits.
    pub wait: Sourced<Duration>,
    /// Where each build and check writes its report: `store`, or an address.
    pub reports: Option<Sourced<String>>,
    /// The app's name in reports, where no variable of the platform says so.
    pub app: Option<String>,
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "url",
        "",
        "A store of caches that several builds share: `s3://bucket/prefix`, `s3://` for the bucket of an add-on \
         (Bucketeer, Cloudcube, Tigris), `oci://registry/repository`, or a folder. Credentials are variables, see \
         docs/tasks/review-apps.md. Without it there is none, or `s3://` where the table says how a store is used.",
    ),
    Key::new(
        "endpoint",
        "",
        "The address of an S3-compatible server: `https://minio.example`. Without it AWS, or what \
         `AWS_ENDPOINT_URL_S3` says.",
    ),
    Key::new(
        "region",
        "",
        "The region of the bucket; without it `AWS_REGION`, then `us-east-1`.",
    ),
    Key::new(
        "write",
        "\"main\"",
        "Which builds write: `main` (those of the main branch), `always` (others under their own name, for \
         themselves) or `never`.",
    ),
    Key::new(
        "main",
        "\"main\"",
        "The name of the main branch; `master` counts as it, too.",
    ),
    Key::new(
        "branch",
        "",
        "The branch that is built, where no variable of the platform says so; best as `SLUGSMITH_STORE_BRANCH`.",
    ),
    Key::new(
        "wait",
        "\"20\"",
        "The most seconds that a build waits for the store: for what it reads, and for an upload that is not done \
         when everything else is.",
    ),
    Key::new(
        "reports",
        "",
        "Where each build and check writes its report, for `slugsmith fleet`: `store`, or an address or folder of \
         its own.",
    ),
    Key::new(
        "app",
        "",
        "The app's name in reports; without it that of the platform (`HEROKU_APP_NAME`, `GITHUB_REPOSITORY` …), then \
         that of its folder.",
    ),
];

pub(super) fn read(section: &mut Section<'_>) -> Result<StoreConfig> {
    let write = section.word("write", &["main", "always", "never"])?;
    let wait = section.checked("wait", "a number of seconds from 1 to 600", |text| {
        let seconds = text.parse().ok()?;
        (1..=600).contains(&seconds).then_some(seconds)
    })?;
    let plain = |text: Option<Sourced<String>>| text.map(|text| text.value);
    Ok(StoreConfig {
        url: section.text("url")?.or_else(|| addon(section)),
        endpoint: plain(section.text("endpoint")?),
        region: plain(section.text("region")?),
        write: write.map_or(Sourced::default(StoreWrite::Main), |write| {
            write.map(|word| match word.as_str() {
                "always" => StoreWrite::Always,
                "never" => StoreWrite::Never,
                _ => StoreWrite::Main,
            })
        }),
        main: section
            .text("main")?
            .unwrap_or(Sourced::default("main".to_owned())),
        branch: plain(section.text("branch")?),
        wait: wait.map_or(Sourced::default(Duration::from_secs(20)), |wait| {
            wait.map(Duration::from_secs)
        }),
        reports: section.text("reports")?,
        app: plain(section.text("app")?),
    })
}

/// The bucket of an add-on, where the app's table says how a store is used but not which.
fn addon(section: &Section<'_>) -> Option<Sourced<String>> {
    let mut names = section.names();
    let is_used =
        names.any(|name| matches!(name, "endpoint" | "region" | "write" | "main" | "wait"));
    is_used.then(|| Sourced::default("s3://".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use slugsmith_facts::environment::{Environment, World, this_machine};

    fn url(table: &str, variables: &[(&str, &str)]) -> Option<String> {
        let variables = variables.iter();
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).into()));
        let environment = Environment {
            world: World::Classic,
            target: this_machine(None),
            variables: variables.collect::<BTreeMap<_, _>>(),
        };
        let config = crate::parse(table, &environment).unwrap();
        config.store.url.map(|url| url.value)
    }

    #[test]
    fn a_table_that_says_how_a_store_is_used_means_the_bucket_of_an_add_on() {
        let table = "[com.slugsmith.store]\n";
        let addon = Some("s3://".to_owned());
        assert_eq!(url(&format!("{table}write = \"always\"\n"), &[]), addon);
        let own = format!("{table}url = \"s3://shop\"\nwrite = \"always\"\n");
        assert_eq!(url(&own, &[]).as_deref(), Some("s3://shop"));
        // Reports may go to a folder of their own, and a variable is set for all apps at once.
        assert_eq!(url(&format!("{table}reports = \"reports\"\n"), &[]), None);
        assert_eq!(url("", &[("SLUGSMITH_STORE_WRITE", "never")]), None);
    }
}
