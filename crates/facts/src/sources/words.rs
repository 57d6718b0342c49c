//! Which names in capitals does a file mention?
//!
//! Cheaper than a parse and wider: configuration, templates in YAML and code that no process
//! reaches count too. Declarations (app.json, `.env*`, Terraform, lockfiles) do not.

use super::kinds;

/// Names longer than this are no variables.
const LONGEST: usize = 64;

/// Names such as `DATABASE_URL`, each once, in no order of use.
pub(super) fn find(path: &str, text: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let declares = name == "app.json"
        || name.starts_with(".env")
        || name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| matches!(ending, "tf" | "tfvars" | "env"))
        || kinds::is_lock(path);
    if declares {
        return Vec::new();
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut found: Vec<&str> = text
        .split(|character: char| !character.is_ascii() || !is_word(character as u8))
        .filter(|word| {
            (3..=LONGEST).contains(&word.len())
                && word.starts_with(|first: char| first.is_ascii_uppercase())
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn names_in_capitals_are_found_outside_declarations() {
        let text = "url: <%= ENV['DATABASE_URL'] %> é A ${API_KEY} Mixed_Case API_KEY";
        assert_eq!(
            find("config/database.yml", text),
            ["API_KEY", "DATABASE_URL", "ENV"]
        );
        assert!(find("app.json", text).is_empty());
        assert!(find(".env.example", text).is_empty());
    }
}
