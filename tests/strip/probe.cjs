// Loads one package in every way that its package.json offers, in this fresh process.
//
//   node probe.cjs FOLDER NAME [bins]
//
// FOLDER is where the package is required from. Writes one JSON line per attempt to
// file descriptor 3: [what, worked, message].
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");
const { spawnSync } = require("node:child_process");

const [, , folder, name, bins] = process.argv;
const root = path.join(folder, "node_modules", name);
const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
const requireFrom = createRequire(path.join(folder, "x.js"));
const shim = path.join(folder, `.probe-${process.pid}.mjs`);
const say = (what, ok, error) => {
  const message = ok ? "" : String((error && error.message) || error).split("\n")[0].slice(0, 200);
  fs.writeSync(3, `${JSON.stringify([what, ok, message])}\n`);
};
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});

function subpaths() {
  const found = new Set([name]);
  const exported = manifest.exports;
  if (exported && typeof exported === "object") {
    for (const [key, value] of Object.entries(exported)) {
      if (!key.startsWith("./") || value === null) continue;
      if (!key.includes("*")) found.add(name + key.slice(1));
      else for (const file of matching(key, value)) found.add(file);
    }
  }
  for (const entry of fs.readdirSync(root, { withFileTypes: true })) {
    // Folders with a package.json of their own are subpaths by an older convention.
    if (!exported && entry.isDirectory() && entry.name !== "node_modules" && fs.existsSync(path.join(root, entry.name, "package.json"))) found.add(`${name}/${entry.name}`);
  }
  return [...found].slice(0, 60);
}

/** Some of the modules that a pattern such as `./lib/*` stands for. */
function matching(key, value) {
  const target = firstString(value);
  if (!target || !target.includes("*")) return [];
  const [start, end] = target.split("*");
  const base = path.join(root, start.slice(0, start.lastIndexOf("/") + 1));
  const found = [];
  (function walk(at) {
    for (const entry of list(at)) {
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) { if (entry.name !== "node_modules") walk(full); continue; }
      const relative = `./${path.relative(root, full)}`;
      if (/\.(js|cjs|mjs|json)$/.test(full) && relative.startsWith(start) && relative.endsWith(end)) {
        found.push(name + key.slice(1).replace("*", relative.slice(start.length, relative.length - end.length)));
      }
    }
  })(base);
  // Evenly spread, so that every folder is represented.
  const step = Math.max(1, Math.floor(found.length / 30));
  return found.filter((_, at) => at % step === 0);
}
function list(at) { try { return fs.readdirSync(at, { withFileTypes: true }); } catch { return []; } }
function firstString(value) {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(firstString).find(Boolean);
  if (value && typeof value === "object") return firstString(value.node ?? value.require ?? value.import ?? value.default);
  return undefined;
}

(async () => {
  fs.writeFileSync(shim, "export const load = (name) => import(name);");
  const { load } = await import(shim).finally(() => fs.unlinkSync(shim));
  for (const what of subpaths()) {
    try { requireFrom(what); say(`require ${what}`, true); } catch (error) { say(`require ${what}`, false, error); }
  }
  for (const what of subpaths()) {
    if (what.endsWith(".json")) continue;
    try { await withTimeout(load(what)); say(`import ${what}`, true); } catch (error) { say(`import ${what}`, false, error); }
  }
  const programs = typeof manifest.bin === "string" ? [manifest.bin] : Object.values(manifest.bin || {});
  for (const program of new Set(programs)) {
    const file = path.join(root, program);
    say(`bin ${program}`, fs.existsSync(file), "missing");
    if (bins && fs.existsSync(file)) {
      const done = spawnSync(process.execPath, [file, "--help"], { cwd: "/tmp", timeout: 15000, input: "", encoding: "utf8" });
      say(`run ${program}`, done.status === 0, `${done.status} ${String(done.stderr).match(/Cannot find.*/)?.[0] ?? ""}`);
    }
  }
  for (const file of new Set(named().map((one) => path.normalize(one)))) say(`file ${file}`, fs.existsSync(path.join(root, file)), "missing");
  process.exit(0);
})();

/** Files that package.json names and this Node can pick; not what bundlers, browsers and type checkers read. */
function named() {
  const bins = typeof manifest.bin === "string" ? [manifest.bin] : Object.values(manifest.bin || {});
  const found = manifest.exports ? bins : [manifest.main, ...bins];
  for (const form of ["import", "require"]) {
    const conditions = new Set(["node", "node-addons", "module-sync", "default", form]);
    for (const field of [manifest.exports, manifest.imports]) {
      const keyed = field && typeof field === "object" && Object.keys(field).some((key) => /^[.#]/.test(key));
      for (const value of keyed ? Object.values(field) : [field]) found.push(pick(value, conditions));
    }
  }
  return found.filter((file) => typeof file === "string" && file.startsWith(".") && !file.includes("*") && !/\.d\.[cm]?ts$/.test(file));
}
/** The target of an entry under these conditions, tried in order as Node does. */
function pick(value, conditions) {
  if (typeof value === "string" || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.map((one) => pick(one, conditions)).find(Boolean);
  for (const [key, inner] of Object.entries(value || {})) {
    const target = conditions.has(key) ? pick(inner, conditions) : undefined;
    if (target) return target;
  }
  return undefined;
}
function withTimeout(promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("timeout")), 15000).unref())]);
}
