// What can be loaded from a tree? Every answer comes from a fresh process.
//
// Answers are maps from what was tried to { ok, message }. `only` limits a second run to
// the groups (packages, sets of modules) in which something failed.
"use strict";
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const npmProbe = path.join(__dirname, "probe.cjs");
const pythonProbe = path.join(__dirname, "python_probe.py");

exports.npm = {
  group: (key) => key.split("|").slice(0, 2).join("|"),
  weighed: (root) => path.join(root, "node_modules"),
  /** Every package, subpath, bin and named file below a node_modules. */
  async load(root, { bins, only }) {
    const results = new Map();
    const pending = packages(root).filter((one) => !only || only.has(`${one.from}|${one.name}`));
    await Promise.all(Array.from({ length: 2 }, async () => {
      for (let next = pending.shift(); next; next = pending.shift()) await probePackage(root, next, bins, results);
    }));
    return results;
  },
};

exports.python = {
  group: (key) => key.split(".")[0],
  weighed: sitePackages,
  /** Every module that an installer did not bring for itself; tests are what goes. */
  async load(root, { only }) {
    const done = spawnSync(path.join(root, ".venv/bin/python"), [pythonProbe, sitePackages(root), ...(only ?? [])], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (done.status !== 0) throw new Error(done.stderr);
    const lines = done.stdout.split("\n").filter(Boolean).map((line) => line.split("\t"));
    return new Map(lines.map(([name, answer]) => [name, { ok: answer === "ok", message: answer }]));
  },
};

function sitePackages(root) {
  const lib = path.join(root, ".venv/lib");
  return path.join(lib, fs.readdirSync(lib).find((name) => name.startsWith("python3")), "site-packages");
}

/** Every package folder below a node_modules, with the folder it is found from. */
function packages(root) {
  const found = [];
  (function walk(modules, from) {
    for (const name of list(modules)) {
      if (name.startsWith(".")) continue;
      const names = name.startsWith("@") ? list(path.join(modules, name)).map((inner) => `${name}/${inner}`) : [name];
      for (const full of names) {
        const folder = path.join(modules, full);
        if (!fs.existsSync(path.join(folder, "package.json"))) continue;
        found.push({ name: full, from: path.relative(root, from) });
        walk(path.join(folder, "node_modules"), folder);
      }
    }
  })(path.join(root, "node_modules"), root);
  return found;
}
function list(folder) {
  try { return fs.readdirSync(folder).sort(); } catch { return []; }
}

function probePackage(root, found, bins, results) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [npmProbe, path.join(root, found.from), found.name, bins ? "bins" : ""], {
      cwd: root, stdio: ["ignore", "ignore", "ignore", "pipe"], env: { PATH: process.env.PATH, HOME: os.tmpdir() },
    });
    let text = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), bins ? 180000 : 60000);
    child.stdio[3].on("data", (data) => { text += data; });
    child.on("close", () => {
      clearTimeout(timer);
      for (const line of text.split("\n").filter(Boolean)) {
        const [what, ok, message] = JSON.parse(line);
        results.set(`${found.from}|${found.name}|${what}`, { ok, message });
      }
      resolve();
    });
  });
}
