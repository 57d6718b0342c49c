//! What is too much for a parser: files that a machine wrote, or that are meant to do harm.
//! Above a bound a text is not parsed, which is said where it is, and never a crash.

use ignore::gitignore::GitignoreBuilder;

/// Longest line of a list of patterns, in bytes: no path is longer.
const PATTERN: usize = 4096;
/// Most lines of a list of patterns that are read: each is a program of its own for the matcher, which takes about
/// a kilobyte for it.
pub const PATTERNS: usize = 20_000;
/// Most braces in a line: each may double what it means.
const BRACES: usize = 64;
/// Deepest nesting of YAML in flow style, whose parser takes the square of it.
const YAML_NESTING: usize = 100;
/// Longest YAML that is read, in bytes: a lockfile is read by line.
const YAML: usize = 4_000_000;
/// Longest chain of operators, calls or branches in code. A tree is as deep as that, and
/// whoever follows it by recursion needs a stack for it ([`STACK`]).
const CHAIN: usize = 40_000;
/// Stack of the threads that follow trees, in bytes; only what is used is real memory.
pub const STACK: usize = 512 << 20;

/// Whether a line may be read as a pattern.
#[must_use]
pub fn is_pattern(line: &str) -> bool {
    let braces = line.bytes().filter(|byte| *byte == b'{').count();
    line.len() <= PATTERN && braces <= BRACES
}

/// Adds a line to a list of patterns; one that is no pattern, or beyond the bounds, means nothing.
pub fn add_line(builder: &mut GitignoreBuilder, line: &str) {
    if is_pattern(line) {
        let _ = builder.add_line(None, line);
    }
}

/// Adds a list of patterns. One with more lines than [`PATTERNS`] means nothing: a part of it could mean the
/// opposite, since later lines take back what earlier ones say; the answer is then false.
pub fn add_list(builder: &mut GitignoreBuilder, text: &str) -> bool {
    let short = text.lines().nth(PATTERNS).is_none();
    if short {
        for line in text.lines() {
            add_line(builder, line);
        }
    }
    short
}

/// Reads YAML; `None` also where it is beyond the bounds.
#[must_use]
pub fn yaml(text: &str) -> Option<serde_yaml_ng::Value> {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => open += 1,
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    (text.len() <= YAML && deepest <= YAML_NESTING).then(|| serde_yaml_ng::from_str(text).ok())?
}

/// Whether the tree of a code file may be deeper than [`STACK`] holds. Counts, on each level of
/// brackets, what can follow one another without an end of a statement between.
#[must_use]
pub fn is_deep(code: &str) -> bool {
    let mut levels: Vec<usize> = vec![0];
    // Together, over all levels that are open.
    let mut depth = 0_usize;
    let mut before = b' ';
    for byte in code.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                levels.push(0);
                depth += 1;
            }
            b')' | b']' | b'}' => {
                if levels.len() > 1 {
                    depth -= levels.pop().unwrap_or_default() + 1;
                }
                count(&mut levels, &mut depth);
            }
            b';' | b',' => {
                depth -= std::mem::take(levels.last_mut().unwrap_or(&mut 0));
            }
            // An empty line ends a statement where nothing else does.
            b'\n' if before == b'\n' => {
                depth -= std::mem::take(levels.last_mut().unwrap_or(&mut 0));
            }
            b'!' | b'~' | b'+' | b'-' | b'=' | b'>' | b'?' | b'<' | b'*' | b'/' | b'%' | b'&'
            | b'|' | b'^' | b'.' | b':' => count(&mut levels, &mut depth),
            // `not not x`, `a and b`, `await await x`, `else if`.
            b' ' | b'\t' if before.is_ascii_lowercase() => count(&mut levels, &mut depth),
            _ => {}
        }
        if depth > CHAIN {
            return true;
        }
        if byte != b'\r' {
            before = byte;
        }
    }
    false
}

fn count(levels: &mut [usize], depth: &mut usize) {
    if let Some(level) = levels.last_mut() {
        *level += 1;
        *depth += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_deep_and_long_files_are_not() {
        let long = |part: &str| part.repeat(1_000_000);
        for chain in [
            "a +\n",
            ".b()",
            "!",
            "a ? b : ",
            "not ",
            "(",
            "else if (a) {b()} ",
            "a => ",
            "[0]",
        ] {
            assert!(is_deep(&long(chain)), "{chain}");
        }
        for flat in [
            "a = b + c;\n",
            "{ a: 1, b: [2] },\n",
            "def f(x):\n    return x.y + 1\n\n",
            "\"text, with a word\",\n",
        ] {
            assert!(!is_deep(&long(flat)), "{flat}");
        }
    }

    #[test]
    fn bombs_are_no_yaml_and_no_patterns() {
        assert!(yaml(&"{a: ".repeat(100_000)).is_none());
        assert!(yaml("a: [{b: 1}]").is_some());
        let mut builder = GitignoreBuilder::new("");
        add_line(
            &mut builder,
            &format!("{}b{}", "{a,".repeat(100_000), "}".repeat(100_000)),
        );
        assert!(!add_list(&mut builder, &"a\n".repeat(PATTERNS + 1)));
        assert!(builder.build().unwrap().is_empty());
        assert!(add_list(&mut builder, &"a\n".repeat(PATTERNS)));
        assert_eq!(builder.build().unwrap().len(), PATTERNS);
    }
}
