//! Which files are settings of tools, or of environments that are not production, by their names?

/// Configuration of tools that run at build time only.
pub(super) fn is_tool_config(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.contains(".config.") && !is_own_config(path, name)
        || matches!(
            name.split('.').next().unwrap_or_default(),
            "Gruntfile"
                | "gulpfile"
                | "webpack"
                | "karma"
                | "rollup"
                | "vite"
                | "jest"
                | "knexfile"
        )
        || (name.starts_with('.') && name.contains("rc"))
}

/// Settings of the app itself by the same form (`src/config/database.config.ts`): beside other sources, and not called
/// like a tool.
fn is_own_config(path: &str, name: &str) -> bool {
    const SOURCES: &[&str] = &[
        "src", "app", "lib", "server", "api", "config", "configs", "modules", "common", "db",
        "database",
    ];
    const TOOLS: &[&str] = &[
        "astro",
        "babel",
        "capacitor",
        "craco",
        "cypress",
        "drizzle",
        "esbuild",
        "eslint",
        "jest",
        "karma",
        "metro",
        "nuxt",
        "playwright",
        "postcss",
        "prettier",
        "quasar",
        "rollup",
        "rspack",
        "svelte",
        "tailwind",
        "tsup",
        "uno",
        "vite",
        "vitest",
        "vue",
        "wdio",
        "webpack",
        "windi",
    ];
    let tool = name.split('.').next().unwrap_or(name);
    let beside_sources = path
        .split('/')
        .rev()
        .skip(1)
        .any(|folder| SOURCES.contains(&folder));
    matches!(tool, "ecosystem" | "next") || beside_sources && !TOOLS.contains(&tool)
}

/// Settings modules of other environments and of other platforms: `settings/dev.py`,
/// `config/test.py`, `settings/vercel.py`.
pub(super) fn is_other_settings(path: &str) -> bool {
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".py");
    let settings =
        path.contains("settings/") || path.contains("config/") || stem.contains("settings");
    settings
        && stem.split(['_', '-', '.']).any(|word| {
            matches!(
                word,
                "dev"
                    | "development"
                    | "local"
                    | "test"
                    | "testing"
                    | "tests"
                    | "ci"
                    | "docker"
                    | "compose"
                    | "travis"
                    | "circle"
                    | "circleci"
                    | "gitlab"
                    | "jenkins"
                    | "semaphore"
                    | "vagrant"
                    | "vercel"
                    | "render"
                    | "railway"
                    | "flyio"
                    | "netlify"
                    | "pythonanywhere"
                    | "replit"
            )
        })
}
