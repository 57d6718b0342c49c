// Notes each file of a package that this process opens. Required before anything else.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
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
for (const name of ["open", "openSync", "readFile", "readFileSync", "createReadStream", "stat", "statSync", "readdir", "readdirSync"]) {
  const original = fs[name];
  fs[name] = function (path, ...rest) { note(path); return original.call(this, path, ...rest); };
  Object.assign(fs[name], original);
}
for (const name of ["open", "readFile", "stat", "readdir"]) {
  const original = fs.promises[name];
  fs.promises[name] = function (path, ...rest) { note(path); return original.call(this, path, ...rest); };
}
const load = Module._load;
const resolve = Module._resolveFilename;
Module._resolveFilename = function (...words) { const path = resolve.apply(this, words); note(path); return path; };
Module._load = function (...words) { return load.apply(this, words); };
const dlopen = process.dlopen;
process.dlopen = function (module, path, ...rest) { note(path); return dlopen.call(this, module, path, ...rest); };
// ES modules are loaded elsewhere; hooks that run in this thread exist since Node 22.15.
if (typeof Module.registerHooks === "function") {
  Module.registerHooks({ load(url, context, next) { note(url); return next(url, context); } });
} else if (typeof Module.register === "function") {
  const hook = `import fs from "node:fs"; import { fileURLToPath } from "node:url"; const seen = new Set();
export async function load(url, context, next) { try { if (url.startsWith("file:") && url.includes("node_modules") && !seen.has(url)) { seen.add(url); fs.appendFileSync(${JSON.stringify(list || "/dev/null")}, fileURLToPath(url) + "\\n"); } } catch {} return next(url, context); }`;
  Module.register(`data:text/javascript,${encodeURIComponent(hook)}`, "file:///");
}
