// Folders that are copied, packed or served as a whole: whatever kind of file is in them is meant.
"use strict";
const inside = { "README.md": "R", ".eslintrc.json": "{}", ".gitignore": "node_modules\n", "eslint.config.js": "module.exports = [];\n", "types.d.ts": "T", "app.js": "A", "app.js.map": "M", "app.ts": "S", "test/app.js": "E", "CHANGELOG.md": "C", "tsconfig.app.json": "{}", ".npmrc": "a=b\n" };
const below = (folder) => Object.fromEntries(Object.entries(inside).map(([name, text]) => [`${folder}/${name}`, text]));
const list = "const list = (dir) => fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => one.name).sort().join();\n";
const head = "const fs = require('fs'), path = require('path'), os = require('os'), { spawnSync } = require('child_process');\n";
const out = "const out = fs.mkdtempSync(path.join(os.tmpdir(), 'copied-'));\n";
const q = (code) => ({ "node_modules/q/package.json": { name: "q", version: "1.0.0", main: "index.js" }, "node_modules/q/index.js": code });
const app = (name, server, files, more = {}) => ({ name, run: more.run || "node server.js", files: { "package.json": { name: "a", version: "1.0.0", private: true, dependencies: { p: "1", q: "1" } }, Procfile: "web: node server.js\n", "server.js": server, "node_modules/p/package.json": { name: "p", version: "1.0.0", main: "lib/index.js", dependencies: { q: "1" }, ...more.pkg }, "node_modules/p/lib/index.js": "module.exports = 1;\n", ...files } });
/** The package copies; the app prints what came. */
const copies = (name, call, files = {}) => app(name, `${head}${list}${out}Promise.resolve(require('p')(out)).then(() => console.log(list(out)));\n`, { "node_modules/p/lib/index.js": `${head}module.exports = (out) => ${call};\n`, ...below("node_modules/p/templates/app"), ...files });
/** The package or the app serves; the app asks for every name. */
const names = JSON.stringify(Object.keys(inside));
const asks = (serve) => `${head}const serve = ${serve};\nfor (const name of ${names}) { let text; try { text = serve(name); } catch { text = 'missing'; } console.log(name, String(text)); }\n`;
const server = "module.exports = (dir) => (name) => require('fs').readFileSync(require('path').join(dir, name), 'utf8');\n";

module.exports = [
  copies("copied-cp-sync", "fs.cpSync(path.join(__dirname, '../templates/app'), out, { recursive: true })"),
  copies("copied-cp-promise", "fs.promises.cp(path.resolve(__dirname, '..', 'templates', 'app'), out, { recursive: true })"),
  copies("copied-by-package", "require('q').copySync(path.join(__dirname, '..', 'templates', 'app'), out)", q("exports.copySync = (a, b) => require('fs').cpSync(a, b, { recursive: true });\n")),
  copies("copied-by-cp", "spawnSync('cp', ['-r', `${path.join(__dirname, '../templates/app')}/.`, out])"),
  copies("copied-by-tar", "spawnSync('bash', ['-c', `tar -cf - -C ${__dirname}/../templates/app . | tar -xf - -C ${out}`])"),
  copies("copied-by-name", "fs.cpSync(path.join(__dirname, '../templates', process.env.KIND || 'app'), out, { recursive: true })"),
  copies("copied-from-root", "fs.cpSync(path.join(path.dirname(require.resolve('../package.json')), 'templates/app'), out, { recursive: true })"),
  app("served-by-package", asks("require('p')"), { "node_modules/p/lib/index.js": "module.exports = require('q')(require('path').join(__dirname, '../web'));\n", ...q(server), ...below("node_modules/p/web") }),
  app("served-folder-exported", asks("require('q')(require('p').dir)"), { "node_modules/p/lib/index.js": "exports.dir = require('path').join(__dirname, '..', 'web');\n", ...q(server), ...below("node_modules/p/web") }),
  app("served-folder-function", asks("require('q')(require('p').absolutePath())"), { "node_modules/p/lib/index.js": "exports.absolutePath = () => require('path').resolve(__dirname, '../bundle');\n", ...q(server), ...below("node_modules/p/bundle") }),
  app("served-by-app", asks("require('q')(path.join(__dirname, 'node_modules/p/dist'))"), { ...q(server), ...below("node_modules/p/dist") }),
  app("served-by-app-relative", asks("require('q')('node_modules/p/dist')"), { ...q(server), ...below("node_modules/p/dist") }),
  app("served-by-app-top", asks("require('q')(path.join(__dirname, 'node_modules', 'p'))"), { ...q(server), ...below("node_modules/p") }),
  app("served-by-app-resolved", asks("require('q')(path.dirname(require.resolve('p/package.json')))"), { ...q(server), ...below("node_modules/p") }),
  app("served-by-app-resolved-join", asks("require('q')(path.join(path.dirname(require.resolve('p/package.json')), 'dist'))"), { ...q(server), ...below("node_modules/p/dist") }),
  app("served-by-configuration", asks("require('q')(JSON.parse(fs.readFileSync('serve.json')).public)"), { "serve.json": { public: "node_modules/p/dist" }, ...q(server), ...below("node_modules/p/dist") }),
];
