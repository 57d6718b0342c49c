// Notes each file of a package that this process opens. Required before anything else.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const children = require("node:child_process");
const list = process.env.SLUGSMITH_RECORD;
const append = fs.appendFileSync;
const seen = new Set();
function note(path) {
  try {
    if (path && typeof path === "object" && path.href) path = path.href;
    if (Buffer.isBuffer(path)) path = path.toString();
    if (typeof path !== "string") return;
    if (path.startsWith("file://")) path = require("node:url").fileURLToPath(path);
    path = require("node:path").resolve(path);
    if (!list || seen.has(path) || !path.includes("node_modules")) return;
    seen.add(path);
    append(list, `${path}\n`);
  } catch { /* recording must not change what the app does */ }
}
// Replaced functions keep their own properties (`realpath.native`, util.promisify.custom).
function replace(owner, name, make) {
  const original = owner[name];
  if (typeof original !== "function") return;
  owner[name] = make(original);
  Object.defineProperties(owner[name], Object.getOwnPropertyDescriptors(original));
}
const noting = (original) => function (path, ...rest) { note(path); return original.call(this, path, ...rest); };
for (const name of ["open", "openSync", "readFile", "readFileSync", "createReadStream", "copyFile", "copyFileSync", "stat", "statSync", "lstat", "lstatSync", "access", "accessSync", "exists", "existsSync"]) replace(fs, name, noting);
for (const name of ["open", "readFile", "copyFile", "stat", "lstat", "access"]) replace(fs.promises, name, noting);
replace(Module, "_resolveFilename", (resolve) => function (...words) { const path = resolve.apply(this, words); note(path); return path; });
replace(process, "dlopen", (dlopen) => function (module, path, ...rest) { note(path); return dlopen.call(this, module, path, ...rest); });
// A child with an environment of its own is watched, too.
const ours = { SLUGSMITH_RECORD: list, NODE_OPTIONS: process.env.NODE_OPTIONS, PYTHONPATH: process.env.PYTHONPATH };
function watched(env) {
  const more = Object.entries(ours).filter(([name, value]) => value && !(name in env));
  return { ...env, ...Object.fromEntries(more) };
}
replace(children.ChildProcess.prototype, "spawn", (spawn) => function (options) {
  if (options && Array.isArray(options.envPairs)) {
    const has = (name) => options.envPairs.some((pair) => String(pair).startsWith(`${name}=`));
    for (const [name, value] of Object.entries(ours)) if (value && !has(name)) options.envPairs.push(`${name}=${value}`);
  }
  return spawn.call(this, options);
});
for (const name of ["spawnSync", "execSync", "execFileSync"]) {
  replace(children, name, (original) => function (...words) {
    return original.apply(this, words.map((word) => (word && !Array.isArray(word) && typeof word === "object" && word.env ? { ...word, env: watched(word.env) } : word)));
  });
}
// ES modules are loaded elsewhere; hooks that run in this thread exist since Node 22.15.
if (typeof Module.registerHooks === "function") {
  Module.registerHooks({ load(url, context, next) { note(url); return next(url, context); } });
} else if (typeof Module.register === "function") {
  const hook = `import fs from "node:fs"; import { fileURLToPath } from "node:url"; const seen = new Set();
export async function load(url, context, next) { try { if (url.startsWith("file:") && url.includes("node_modules") && !seen.has(url)) { seen.add(url); fs.appendFileSync(${JSON.stringify(list || "/dev/null")}, fileURLToPath(url) + "\\n"); } } catch {} return next(url, context); }`;
  Module.register(`data:text/javascript,${encodeURIComponent(hook)}`, "file:///");
}
// `import { readFile } from "node:fs"` sees the replaced functions.
Module.syncBuiltinESMExports();
