// Package sets, their production trees, and what several harness scripts do with them.
"use strict";
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const repository = path.resolve(__dirname, "../..");
exports.repository = repository;
exports.cache = path.resolve(process.env.SLUGSMITH_HARNESS || path.join(repository, "target/strip-harness"));
exports.binary = process.env.SLUGSMITH_BIN || path.join(repository, "target/release/slugsmith");
exports.sets = JSON.parse(fs.readFileSync(path.join(__dirname, "sets.json"), "utf8"));
exports.pythonSets = JSON.parse(fs.readFileSync(path.join(__dirname, "python-sets.json"), "utf8"));

exports.run = (command, args, cwd) => {
  const done = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.error || done.stderr || done.stdout}`);
  return done.stdout;
};

/** The production tree of a set, with an app that requires every direct dependency. */
exports.install = (name) => {
  const folder = path.join(exports.cache, "sets", name);
  if (fs.existsSync(path.join(folder, "done"))) return folder;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  if (exports.pythonSets[name]) return installPython(name, folder);
  const scripts = { start: "node server.js" };
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: `set-${name}`, version: "1.0.0", private: true, scripts }));
  exports.run("npm", ["install", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error", ...exports.sets[name]], folder);
  const lines = exports.sets[name].map((dependency) => `try { require("${dependency}"); } catch (error) { import("${dependency}"); }\n`);
  fs.writeFileSync(path.join(folder, "server.js"), lines.join(""));
  fs.writeFileSync(path.join(folder, "done"), "");
  return folder;
};

/** A virtual environment with a set in it, as `pip install` leaves it: pip inside, byte code written. */
function installPython(name, folder) {
  exports.run("python3", ["-m", "venv", "--copies", path.join(folder, ".venv")], folder);
  exports.run(path.join(folder, ".venv/bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...exports.pythonSets[name]], folder);
  fs.writeFileSync(path.join(folder, "requirements.txt"), exports.pythonSets[name].map((line) => `${line}\n`).join(""));
  fs.writeFileSync(path.join(folder, "done"), "");
  return folder;
}

/** A copy of a set to strip. */
exports.copy = (folder, name) => {
  const copy = path.join(exports.cache, "work", name);
  fs.rmSync(copy, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(copy), { recursive: true });
  exports.run("cp", ["-a", folder, copy]);
  return copy;
};

/** The folder whose node_modules holds the other tools. */
exports.peers = () => {
  const folder = path.join(exports.cache, "peers");
  if (!fs.existsSync(path.join(folder, "node_modules/@vercel/nft"))) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "package.json"), '{"private":true}');
    exports.run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "clean-modules@3", "modclean@2", "@vercel/nft"], folder);
  }
  return folder;
};

/** Bytes of the files below a folder whose names are wanted. */
exports.bytes = (folder, wanted = () => true) => {
  let sum = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) sum += exports.bytes(full, wanted);
    else if (wanted(entry.name)) sum += fs.lstatSync(full).size;
  }
  return sum;
};
exports.mb = (size) => (size / 1e6).toFixed(1);
exports.percent = (part) => `${(100 * part).toFixed(1)} %`;

/** Results that are kept between runs, by name. */
const kept = (name) => path.join(exports.cache, `${name}.json`);
exports.recall = (name) => { try { return JSON.parse(fs.readFileSync(kept(name), "utf8")); } catch { return undefined; } };
exports.remember = (name, value) => {
  fs.mkdirSync(path.dirname(kept(name)), { recursive: true });
  fs.writeFileSync(kept(name), JSON.stringify(value));
  return value;
};
