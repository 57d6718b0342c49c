// The tools that the harness compares, each as a function that strips a folder in place.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const { binary, cache, peers, run } = require("./harness.cjs");

/** The command of an npm package among the peers. */
const peer = (name) => path.join(peers(), "node_modules/.bin", name);

/**
 * node-prune is a Go program: SLUGSMITH_NODE_PRUNE, one on the PATH, or the newest that Go
 * installs. `undefined` where there is none.
 */
let nodePrune;
function findNodePrune() {
  if (nodePrune === undefined) {
    const built = path.join(cache, "peers/bin/node-prune");
    const candidates = [process.env.SLUGSMITH_NODE_PRUNE, built, "node-prune"].filter(Boolean);
    const works = (file) => spawnSync(file, ["--help"]).error === undefined;
    nodePrune = candidates.find(works);
    if (!nodePrune) {
      spawnSync("go", ["install", "github.com/tj/node-prune@latest"], { env: { ...process.env, GOBIN: path.dirname(built) } });
      nodePrune = works(built) ? built : null;
    }
  }
  return nodePrune;
}

/** What people put in a Dockerfile: every folder of tests and all byte code, by name. */
function recipe(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const full = path.join(folder, entry.name);
    if (["test", "tests", "__pycache__"].includes(entry.name)) fs.rmSync(full, { recursive: true });
    else recipe(full);
  }
}

const slugsmith = (folder) => run(binary, ["strip", folder], folder);
exports.npm = {
  slugsmith,
  "node-prune": (folder) => run(findNodePrune(), [path.join(folder, "node_modules")], folder),
  "clean-modules": (folder) => run(peer("clean-modules"), ["clean", "--yes", "--silent", "--directory", path.join(folder, "node_modules")], folder),
  modclean: (folder) => run(peer("modclean"), ["--run", "--no-progress", "--path", folder], folder),
};
exports.python = { slugsmith, recipe: (folder) => recipe(path.join(folder, ".venv")) };

/** Whether a tool can be had here. */
exports.available = (tool) => tool !== "node-prune" || Boolean(findNodePrune());
