//! What a bundler makes of which source: webpack's `entry`, the `input` of Rollup and Vite.

/// Names without an ending, each with the source that the bundle begins with.
pub(super) fn entries(text: &str) -> Vec<(String, String)> {
    let entry = behind(text, "entry");
    let Some(value) = entry.or_else(|| behind(text, "input")) else {
        return Vec::new();
    };
    // Webpack calls the only one so (its guide, "entry"), Rollup after its file.
    let only = |source: &str| {
        let file = source.rsplit('/').next().unwrap_or(source);
        let stem = file.split('.').next().unwrap_or(file);
        if entry.is_some() {
            "main".to_owned()
        } else {
            stem.to_owned()
        }
    };
    let named = ["filename", "entryFileNames", "file"];
    let filename = named.iter().find_map(|name| quoted(behind(text, name)?));
    let made = |name: &str| {
        let file = filename.map(|file| file.replace("[name]", name));
        let file = file.unwrap_or_else(|| name.to_owned());
        let file = file.rsplit('/').next().unwrap_or(&file).to_owned();
        let stem = [".js", ".mjs", ".cjs"]
            .iter()
            .find_map(|ending| file.strip_suffix(ending));
        stem.map_or(file.clone(), str::to_owned)
    };
    let Some(object) = value.strip_prefix('{') else {
        let source = source(first_item(value));
        return source
            .map(|source| (made(&only(&source)), source))
            .into_iter()
            .collect();
    };
    let mut found = Vec::new();
    let mut rest = object;
    while let Some((name, value)) = rest.split_once(':') {
        if name.contains('}') {
            break;
        }
        let name = name.rsplit([',', '\n']).next().unwrap_or(name);
        let name = name.trim().trim_matches(['"', '\'', '`']);
        let item = first_item(value);
        if name.is_empty() || name.contains([' ', '(']) {
            break;
        }
        found.extend(source(item).map(|source| (made(name), source)));
        rest = value.get(item.len()..).unwrap_or_default();
        if rest.trim_start().starts_with('}') {
            break;
        }
    }
    found
}

/// What stands behind `name:`.
fn behind<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.match_indices(name).find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let is_name =
            before.is_none_or(|one| !one.is_alphanumeric() && !matches!(one, '_' | '.' | '-'));
        let rest = text.get(at + name.len()..)?.trim_start_matches(['"', '\'']);
        Some(rest.trim_start().strip_prefix(':')?.trim_start()).filter(|_| is_name)
    })
}

/// The value up to the comma or the bracket that ends it.
fn first_item(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return text.get(..at).unwrap_or(text),
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => return text.get(..at).unwrap_or(text),
            _ => {}
        }
    }
    text
}

fn quoted(text: &str) -> Option<&str> {
    let quote = text
        .chars()
        .next()
        .filter(|one| matches!(one, '"' | '\'' | '`'))?;
    text.get(1..)?.split(quote).next()
}

/// The path of a value: the last of a list (polyfills stand before it), or the parts of `path.join(__dirname, …)`.
fn source(item: &str) -> Option<String> {
    if item.contains("=>") {
        return None;
    }
    let texts: Vec<&str> = item.split(['"', '\'', '`']).skip(1).step_by(2).collect();
    let path = match item.trim_start().chars().next()? {
        '[' => (*texts.last()?).to_owned(),
        _ => texts.join("/"),
    };
    let path = path.replace("/./", "/");
    let path = path.trim_start_matches("./").to_owned();
    (!path.is_empty() && !path.contains(['*', '$', ' ']) && !path.starts_with("..")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(String, String)> {
        entries(text)
    }

    fn pair(name: &str, source: &str) -> (String, String) {
        (name.to_owned(), source.to_owned())
    }

    #[test]
    fn entries_are_told_with_what_is_made_of_them() {
        for (text, expected) in [
            ("entry: './src/a.ts',", vec![pair("main", "src/a.ts")]),
            (
                "entry: './src/a.ts', output: { filename: 'server.js' }",
                vec![pair("server", "src/a.ts")],
            ),
            (
                "entry: {\n  'server-web': './src/web.ts',\n  jobs: ['core-js', './src/jobs.ts']\n},\n\
                 output: { filename: '[name].js' }",
                vec![
                    pair("server-web", "src/web.ts"),
                    pair("jobs", "src/jobs.ts"),
                ],
            ),
            (
                "entry: path.resolve(__dirname, 'src', 'index.ts'), output: { filename: '[name].bundle.js' }",
                vec![pair("main.bundle", "src/index.ts")],
            ),
            ("entry: ['./src/a.js']", vec![pair("main", "src/a.js")]),
            ("entry: glob.sync('./src/*.ts')", Vec::new()),
            ("entry: makeEntries()", Vec::new()),
            ("entry: () => ({ a: './b' })", Vec::new()),
            (
                "input: 'src/main.ts', output: { file: 'dist/server.js', format: 'cjs' }",
                vec![pair("server", "src/main.ts")],
            ),
            (
                "input: 'src/worker.ts', output: { dir: 'dist' }",
                vec![pair("worker", "src/worker.ts")],
            ),
            (
                "build: { ssr: true, rollupOptions: { input: { server: './src/main.ts' } } }",
                vec![pair("server", "src/main.ts")],
            ),
            ("reentry: './src/a.ts'", Vec::new()),
            ("module.exports = {}", Vec::new()),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
