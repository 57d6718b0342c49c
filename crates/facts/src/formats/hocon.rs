//! Settings in HOCON, as Ktor and Play have them in `application.conf`: single values by their key.

use slugsmith_finding::LineSpan;

/// The last value of a dotted key: `deployment { port = 8080 }`, also with the whole path in front of it. What a later
/// line takes from the environment (`port = ${?PORT}`) is that line's.
#[must_use]
pub fn value(text: &str, key: &str) -> Option<(LineSpan, String)> {
    let (_, last) = key.rsplit_once('.')?;
    let mut found = None;
    for (line, number) in text.lines().zip(1_u32..) {
        let line = line.split("//").next().unwrap_or(line);
        let line = line.split('#').next().unwrap_or(line).trim();
        // The brackets of a substitution begin no block.
        let line = line.replace("${", "$(");
        let line = line.rsplit('{').next().unwrap_or(&line).trim();
        let Some((name, value)) = line.split_once(['=', ':']) else {
            continue;
        };
        let name = name.trim();
        if name == last || key.ends_with(name) && name.ends_with(last) {
            let value = value.trim_end_matches(['}', ' ', '\t']);
            let value = value.trim().trim_matches('"').replace("$(", "${");
            found = Some((LineSpan::whole(number), value));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_last_value_of_a_key_counts() {
        let port = |text: &str| Some(super::value(text, "ktor.deployment.port")?.1);
        let block = "ktor {\n  deployment {\n    port = 8080\n  }\n}";
        assert_eq!(port(block).as_deref(), Some("8080"));
        assert_eq!(
            port("ktor { deployment { port = 80 } }").as_deref(),
            Some("80")
        );
        assert_eq!(port("ktor.deployment.port = 80").as_deref(), Some("80"));
        let replaced = port("ktor { deployment {\n port = 8080\n port = ${?PORT}\n} }");
        assert_eq!(replaced.as_deref(), Some("${?PORT"));
        assert_eq!(port("support = 80 # port = 81"), None);
    }
}
