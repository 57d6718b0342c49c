//! Where in the app does Python look for a module?

use crate::rules::prelude::*;
use slugsmith_facts::sources::paths::join;

/// The modules of Python's own library, of all versions that have support: a file of the app with such a name is not
/// missed where it is not.
const STANDARD: &str = "
    abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb
    binascii bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections
    colorsys compileall compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes
    curses dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno
    faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext
    glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress
    itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap
    modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator
    optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath
    pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline
    reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd
    smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string
    stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios
    textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle
    turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg
    winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
";

/// The path, without its ending, that an import of Python means: `None` where another folder of the app, or a package
/// that is installed, may have it.
///
/// An import without dots starts at a folder of the path (docs.python.org/3/tutorial/modules.html, "The Module Search
/// Path"): of a file in a package that is the folder above its outermost one, never the file's own.
pub(super) fn of(facts: &Facts<'_>, path: &str, module: &str) -> Option<String> {
    let sources = &facts.sources;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let dots = module.len() - module.trim_start_matches('.').len();
    let name = module.trim_start_matches('.').replace('.', "/");
    let first = name.split('/').next().unwrap_or(&name);
    let installed = || {
        let name = first.replace('_', "-");
        facts.packages.has(Ecosystem::Pypi, &name)
    };
    let standard = || STANDARD.split_whitespace().any(|known| known == first);
    if dots > 1 || name.is_empty() || dots == 0 && (standard() || installed()) {
        return None;
    }
    if dots == 1 {
        return Some(join(folder, &name));
    }
    let mut top = folder;
    while !top.is_empty() && sources.has(&format!("{top}/__init__.py")) {
        top = top.rsplit_once('/').map_or("", |(above, _)| above);
    }
    // What starts the file may have put any folder above it on the path.
    let mut above = Some(folder);
    while let Some(at) = above {
        let first = join(at, first);
        let has = sources.has(&format!("{first}.py"))
            || sources.below(&format!("{first}/")).next().is_some();
        if has && at != top {
            return None;
        }
        above = (!at.is_empty()).then(|| at.rsplit_once('/').map_or("", |(above, _)| above));
    }
    // `google/cloud.py` where the app has no `google/`: that is an installed package's.
    let package = join(top, first);
    let is_ours = first == name
        || sources.below(&format!("{package}/")).next().is_some()
        || sources.outputs.ignores(&format!("{package}/__init__.py"));
    is_ours.then(|| join(top, &name))
}
