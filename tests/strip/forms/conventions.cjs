// Ways in which frameworks find packages and files by convention, configuration and decorators; one tiny app each.
"use strict";
const S = ".venv/lib/python3.11/site-packages/";
const forms = [];
const pkg = (name, files, more = {}) => ({
  [`node_modules/${name}/package.json`]: { name, version: "1.0.0", main: "index.js", ...more },
  ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`node_modules/${name}/${file}`, text])),
});
const node = (name, server, packages, files = {}, more = {}) => forms.push({
  name, run: "node server.js",
  files: {
    "package.json": { name: "a", version: "1.0.0", private: true, dependencies: Object.fromEntries((more.needs || []).map((one) => [one, "1"])), ...more.root },
    Procfile: "web: node server.js\n", "server.js": server, ...packages, ...files,
  },
});
const dist = (name, files, more = {}) => {
  const info = `${S}${name.replace(/-/g, "_")}-1.0.dist-info/`;
  const all = Object.keys(files).concat(["METADATA", "RECORD", "INSTALLER"].map((one) => `${name.replace(/-/g, "_")}-1.0.dist-info/${one}`));
  return {
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [S + file, text])),
    [`${info}METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${(more.needs || []).map((one) => `Requires-Dist: ${one}\n`).join("")}`,
    [`${info}RECORD`]: all.map((one) => `${one},,\n`).join(""), [`${info}INSTALLER`]: "pip\n",
    ...(more.entries ? { [`${info}entry_points.txt`]: more.entries } : {}),
  };
};
const python = (name, app, packages, files = {}) => forms.push({
  name, run: `PYTHONPATH=${S.slice(0, -1)} python3 -S app.py`,
  files: { "app.py": app, "requirements.txt": "p\nq\n", Procfile: "web: python app.py\n", ".venv/pyvenv.cfg": "home = /usr/bin\n", ...packages, ...files },
});
const say = "module.exports = 'said';\n";

// Folders of a package that others name by where its main file is.
const static_ = "const fs = require('fs'), path = require('path');\n";
for (const [form, code] of Object.entries({
  "match": "const of = (n) => require.resolve(n).replace(/\\\\/g, '/').match(/.*\\/node_modules\\/[^/]+\\//)[0];",
  "dirname": "const of = (n) => path.dirname(require.resolve(n + '/package.json'));",
  "variable": "const of = (n) => { const main = require.resolve(n); return path.dirname(main); };",
  "slice": "const of = (n) => { const m = require.resolve(n); return m.slice(0, m.lastIndexOf('/')); };",
  "up": "const of = (n) => path.join(require.resolve(n), '..');",
  "paths": "const of = (n) => require.resolve.paths(n).map((d) => path.join(d, n)).find((d) => fs.existsSync(d));",
  "pkg-up": "const of = (n) => { let d = require.resolve(n); while (!fs.existsSync(path.join(d, 'package.json'))) d = path.dirname(d); return d; };",
  "function-of-resolve": "const find = (n) => require.resolve(n); const of = (n) => path.dirname(find(n));",
  "resolve-paths-option": "const of = (n) => path.dirname(require.resolve(`${n}/package.json`, { paths: [__dirname] }));",
  "parse": "const of = (n) => path.parse(require.resolve(n)).dir;",
  "walk-up": "const of = (n) => { for (let d = __dirname; d !== '/'; d = path.dirname(d)) { const at = path.join(d, 'node_modules', n); if (fs.existsSync(at)) return at; } };",
  "join-node-modules": "const of = (n) => path.join(__dirname, '..', n);",
})) {
  node(`folder-of-package-${form}`, "console.log(require('p')('q'))", {
    ...pkg("p", { "index.js": `${static_}${code}\nmodule.exports = (n) => fs.readFileSync(path.join(of(n), 'dist', 'a.css'), 'utf8');\n` }, { dependencies: { q: "1" } }),
    ...pkg("q", { "index.js": say, "dist/a.css": "a {}" }),
  }, {}, { needs: ["p"] });
}

// Packages that words of configuration complete.
const loads = (prefix) => `const at = require('module').createRequire(process.cwd() + '/x'); module.exports = (n) => at(${prefix});\n`;
for (const [file, text] of Object.entries({
  "config/default.json": { log: { transport: "q" } }, ".prc": "{ \"plugins\": [\"q\"] }", "p.config.yaml": "plugins:\n  - q\n", "config/p.toml": "[p]\nuse = [\"q\"]\n", "p.ini": "[p]\nuse = q\n", "p.xml": "<p use=\"q\"/>\n", "p.properties": "p.use=q\n", "p.json5": "{ use: 'q' }", ".p/settings": "use q\n", "config/custom-environment-variables.json": { q: "Q" }, "p.hjson": "{\n  use: q\n}\n", "p.cson": "use: 'q'\n",
})) {
  node(`named-in-${file.replace(/[^a-z0-9]+/gi, "-")}`, `const text = require('fs').readFileSync('${file}', 'utf8'); console.log(require('p')(text.match(/\\bq\\b/)[0]))`, {
    ...pkg("p", { "index.js": loads("n") }), ...pkg("q", { "index.js": say }),
  }, { [file]: text }, { needs: ["p", "q"] });
  node(`prefix-in-${file.replace(/[^a-z0-9]+/gi, "-")}`, `const text = require('fs').readFileSync('${file}', 'utf8'); console.log(require('p')(text.match(/\\bq\\b/)[0]))`, {
    ...pkg("p", { "index.js": loads("'p-plugin-' + n") }), ...pkg("p-plugin-q", { "index.js": say }),
  }, { [file]: text }, { needs: ["p", "p-plugin-q"] });
}
node("decorator-metadata", "const fs = require('fs'); for (const f of fs.readdirSync('dist/test')) require('./dist/test/' + f); console.log(global.found)", {}, { "tsconfig.json": { compilerOptions: { outDir: "dist" } }, "dist/test/a.controller.js": "global.found = 'a'" });
node("migrations-glob", "const { glob } = require('p'); console.log(glob('spec/migrations/*.js').map((f) => require('./' + f)))", pkg("p", { "index.js": "const fs = require('fs'); exports.glob = (g) => fs.readdirSync(g.split('*')[0]).map((f) => g.split('*')[0] + f);\n" }), { "spec/migrations/1.js": say }, { needs: ["p"] });
node("entities-by-env", "const fs = require('fs'); console.log(fs.readdirSync(process.env.DIR || ['e', '2', 'e'].join('')))", {}, { "e2e/a.js": say });
node("theme-of-package", "console.log(require('p')('m'))", pkg("p", { "index.js": "const fs = require('fs'); module.exports = (t) => fs.readFileSync(require.resolve('p/package.json').replace('package.json', 'docs/themes/' + t + '/index.html'), 'utf8');\n", "docs/themes/m/index.html": "<p>" }), {}, { needs: ["p"] });
node("data-of-other-by-name", "console.log(require('p')('eng'))", { ...pkg("p", { "index.js": "const path = require('path'); module.exports = (l) => require('fs').readFileSync(path.join(require.resolve('q'), '..', 'test', l + '.dat'), 'utf8');\n" }, { dependencies: { q: "1" } }), ...pkg("q", { "index.js": "", "test/eng.dat": "d" }) }, {}, { needs: ["p"] });
node("peer-by-name", "console.log(require('p')('q'))", { ...pkg("p", { "index.js": "module.exports = (n) => { try { return require(n); } catch { return 'none'; } };\n" }, { peerDependencies: { q: "1" }, peerDependenciesMeta: { q: { optional: true } } }), ...pkg("q", { "index.js": say }) }, {}, { needs: ["p", "q"] });
node("driver-by-url", "console.log(require('p')('my://host'))", { ...pkg("p", { "index.js": "module.exports = (u) => require(new URL(u).protocol.slice(0, -1) + '-driver');\n" }), ...pkg("my-driver", { "index.js": say }) }, {}, { needs: ["p", "my-driver"] });
node("class-name-to-file", "console.log(require('p')('FooBar'))", pkg("p", { "index.js": "const kebab = (n) => n.replace(/(?!^)[A-Z]/g, (c) => '-' + c).toLowerCase(); module.exports = (n) => require(`./impl/${kebab(n)}`);\n", "impl/foo-bar.js": say }), {}, { needs: ["p"] });
node("locale-fallback", "console.log(require('p').use('de'))", pkg("p", { "index.js": "exports.use = (l) => { const f = require('path').join(__dirname, 'examples', 'locales'); return JSON.parse(require('fs').readFileSync(f + '/' + l + '.json')); };\n", "examples/locales/de.json": "{\"a\":1}" }), {}, { needs: ["p"] });
node("manifest-of-dependencies", "const m = require('./package.json'); console.log(Object.keys(m.dependencies).map((n) => require(n)))", pkg("q", { "index.js": say }), {}, { needs: ["q"] });
node("keywords-of-dependencies", "const m = require('./package.json'); for (const n of Object.keys(m.dependencies)) { const d = require(n + '/package.json'); if ((d.keywords || []).includes('a-plugin')) console.log(require(n)); }", pkg("q", { "index.js": say }, { keywords: ["a-plugin"] }), {}, { needs: ["q"] });
node("script-of-dependency", "console.log(require('child_process').execSync('npm run -s say').toString())", pkg("q", { "bin.js": "console.log('said')" }, { bin: { q: "bin.js" } }), { "node_modules/.bin/q": { link: "../q/bin.js" } }, { needs: ["q"], root: { scripts: { say: "node node_modules/q/bin.js" } } });
node("pug-filter", "console.log(require('p')('q'))", { ...pkg("p", { "index.js": "module.exports = (n) => require('jstransformer-' + n);\n" }), ...pkg("jstransformer-q", { "index.js": say }) }, {}, { needs: ["p", "jstransformer-q"] });
node("import-by-url", "import('p').then(async (p) => console.log((await p.load('q')).default))", { ...pkg("p", { "index.js": "import { pathToFileURL } from 'node:url'; import { createRequire } from 'node:module'; const r = createRequire(process.cwd() + '/x.js'); export const load = (n) => import(pathToFileURL(r.resolve(n)).href);\n" }, { type: "module" }), ...pkg("q", { "index.js": say }) }, {}, { needs: ["p", "q"] });
node("hook-on-load", "require('p'); console.log(require('./spec/a.txt'))", pkg("p", { "index.js": "require.extensions['.txt'] = (m, f) => { m.exports = require('fs').readFileSync(f, 'utf8'); };\n" }), { "spec/a.txt": "t" }, { needs: ["p"] });

const P = (code) => dist("p", { "p/__init__.py": code });
const Q = dist("q", { "q/__init__.py": "X = 'Q'\n", "q/deep/__init__.py": "", "q/deep/mod.py": "class C:\n    x = 'C'\n" });
const dotted = "import importlib\ndef load(n):\n    m, c = n.rsplit('.', 1)\n    return getattr(importlib.import_module(m), c)\n";
for (const [file, text] of Object.entries({ "conf/log.yaml": "formatters:\n  a:\n    (): q.deep.mod.C\n", "log.ini": "[formatter_a]\nclass=q.deep.mod.C\n", "conf.toml": "[a]\ntarget = \"q.deep.mod.C\"\n", "conf.json": { _target_: "q.deep.mod.C" }, "a.env": "BACKEND=q.deep.mod.C\n", "a.cfg": "backend = q.deep.mod.C\n", "a.zcml": "<configure class=\"q.deep.mod.C\"/>\n", "a.xml": "<a class='q.deep.mod.C'/>\n", "a.conf": "backend q.deep.mod.C\n", "a.properties": "b=q.deep.mod.C\n", "a.txt": "q.deep.mod.C\n" })) {
  python(`dotted-in-${file.replace(/[^a-z0-9]+/gi, "-")}`, `import p, re\nprint(p.load(re.search(r'q\\.deep\\.mod\\.C', open('${file}').read()).group(0)).x)\n`, { ...P(dotted), ...Q }, { [file]: text });
}
python("prefix-of-type", "import p\nprint(p.load('mod.C').x)\n", { ...dist("p", { "p/__init__.py": "import importlib\ndef load(n):\n    m, c = n.rsplit('.', 1)\n    return getattr(importlib.import_module('q.deep.' + m), c)\n" }, { needs: ["q"] }), ...Q });
python("scheme-alias", "import p\nprint(p.of('my://h').x)\n", { ...dist("p", { "p/__init__.py": "import importlib\nALIASES = {'my': 'q.deep.mod:C'}\ndef of(u):\n    m, c = ALIASES[u.split(':')[0]].split(':')\n    return getattr(importlib.import_module(m), c)\n" }), ...Q });
python("entry-point-by-name", "from importlib.metadata import entry_points\nprint([e.load().x for e in entry_points(group='own')])\n", dist("q", { "q/__init__.py": "", "q/tests/__init__.py": "", "q/tests/mod.py": "class C:\n    x = 'C'\n" }, { entries: "[own]\na = q.tests.mod:C\n" }));
python("namespace-plugins", "import pkgutil, importlib, ns.plugins\nprint([importlib.import_module('ns.plugins.' + m.name).X for m in pkgutil.iter_modules(ns.plugins.__path__)])\n", dist("ns-q", { "ns/plugins/q.py": "X = 'Q'\n" }));
python("prefix-of-modules", "import pkgutil, importlib\nprint([importlib.import_module(m.name).X for m in pkgutil.iter_modules() if m.name.startswith('flask_own_')])\n", dist("flask-own-q", { "flask_own_q/__init__.py": "X = 'Q'\n" }));
python("data-by-locale", "import p\nprint(p.text('de'))\n", dist("p", { "p/__init__.py": "import importlib.resources as r\ndef text(l): return (r.files('p') / 'tests' / f'{l}.json').read_text()\n", "p/tests/__init__.py": "", "p/tests/de.json": "{}" }));
python("scaffold-of-package", "import p\nprint(p.names())\n", dist("p", { "p/__init__.py": "import os\nHERE = os.path.dirname(__file__)\ndef names(): return sorted(f for _, _, fs in os.walk(os.path.join(HERE, 'templates', 'project')) for f in fs if f.endswith('.tmpl'))\n", "p/templates/project/tests/test_a.py.tmpl": "x", "p/templates/project/docs/a.md.tmpl": "x" }));
python("metadata-extras", "from importlib.metadata import requires, version\nprint(requires('p'), version('q'))\n", { ...dist("p", { "p/__init__.py": "" }, { needs: ["q"] }), ...dist("q", { "q/__init__.py": "" }) });
python("pickle-names-class", "import pickle, sys\nprint(pickle.load(open('a.bin', 'rb')).x)\n", { ...dist("q", { "q/__init__.py": "", "q/deep/__init__.py": "", "q/deep/mod.py": "class C:\n    x = 'C'\n" }) }, { "a.bin": "cq.deep.mod\nC\n." });
python("console-script-by-name", "import subprocess, sys\nprint(subprocess.check_output([sys.executable, '-S', '-m', 'q']).decode())\n", dist("q", { "q/__init__.py": "", "q/__main__.py": "print('main')\n" }));
python("runpy-of-name", "import runpy, os\nrunpy.run_module(os.environ.get('M', 'q.cli'))\n", dist("q", { "q/__init__.py": "", "q/cli.py": "print('cli')\n" }));
python("getattr-of-submodules", "import q\nprint(q.deep.X)\n", dist("q", { "q/__init__.py": "import sys, types\nclass Lazy(types.ModuleType):\n    def __getattr__(self, n):\n        import importlib\n        return importlib.import_module(self.__name__ + '.' + n)\nsys.modules[__name__].__class__ = Lazy\n", "q/deep.py": "X = 'D'\n" }));
module.exports = forms;
