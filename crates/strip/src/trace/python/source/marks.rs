//! Which names of functions tell that something is loaded?

/// Functions that read files of a package by its name.
pub(super) const RESOURCES: &[&str] = &[
    "files",
    "resource_filename",
    "resource_string",
    "resource_stream",
    "get_data",
    "open_text",
    "read_text",
    "open_binary",
    "read_binary",
    "PackageLoader",
];
/// Functions that import what their first argument names. Whatever wraps them is a file
/// with such a call itself.
pub(super) const IMPORTERS: &[&str] = &[
    "import_module",
    "__import__",
    "import_string",
    "import_object",
    "import_from_string",
    "import_name",
    "import_path",
    "import_optional_dependency",
    "import_or_raise",
    "importorskip",
    "find_spec",
    "symbol_by_name",
    "load_module",
    "locate",
    "resolve_name",
    "lazy_import",
    "LazyModule",
    "LazyLoader",
    "run_module",
    "get_loader",
    "find_loader",
];
/// Those that only pass a name on: what is unknown there is known where they are called.
pub(super) const WRAPPERS: &[&str] = &[
    "import_string",
    "symbol_by_name",
    "import_object",
    "locate",
    "import_from_string",
];
/// Marks of modules that give their parts only when asked.
pub(super) const LAZY: &[&str] = &[
    "__getattr__",
    "import_module",
    "__import__",
    "lazy",
    "Lazy",
    "_import_structure",
];
/// Built-in functions that run what a text says.
pub(super) const RUNS_CODE: &[&str] = &["exec", "eval", "execfile"];
/// Functions that load what lies at a path, or whatever a folder holds.
pub(super) const LOADS_FILES: &[&str] = &[
    "run_path",
    "spec_from_file_location",
    "SourceFileLoader",
    "load_source",
    "load_compiled",
    "iter_modules",
    "walk_packages",
];
/// What adds a folder to those in which Python looks for modules.
pub(super) const SEARCHES: &[&str] = &[
    "sys.path.insert(",
    "sys.path.append(",
    "sys.path.extend(",
    "sys.path =",
    "sys.path +=",
    "addsitedir(",
];
