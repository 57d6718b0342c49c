// One app, started through each kind of command that compiles it or hands it over.
"use strict";

const source = `import express from "express";
import { z } from "zod";
const query: z.ZodObject<{ name: z.ZodString }> = z.object({ name: z.string() });
const app = express();
app.get("/", (request: express.Request, response: express.Response) => { response.json({ ok: true, parsed: query.safeParse(request.query).success, at: process.version }); });
app.listen(Number(process.env.PORT));
`;
const npm = ["express@4", "zod@3", "typescript@5.5", "@types/node@20", "@types/express@4", "@tsconfig/node20@20"];
const base = (scripts = {}, more = {}) => ({
  "package.json": { name: "started", version: "1.0.0", private: true, scripts },
  "tsconfig.json": { extends: "@tsconfig/node20/tsconfig.json", compilerOptions: { module: "commonjs", moduleResolution: "node", strict: true, esModuleInterop: true }, include: ["src"] },
  "src/app.ts": source,
  ...more,
});
const typed = (name, packages, start, procfile, scripts, more, rest) => ({
  name: `start-${name}`, npm: [...npm, ...packages], start, urls: ["/", "/?name=a"], seconds: 120,
  files: { ...base(scripts, more), Procfile: `web: ${procfile || start}\n` }, ...rest,
});
const js = `const express = require("express"); const app = express(); app.get("/", (q, r) => r.json({ a: process.env.A || 0 })); app.listen(process.env.PORT);\n`;
const plain = (name, packages, start, more = {}, rest = {}) => ({
  name: `start-${name}`, npm: ["express@4", ...packages], start, seconds: 60, ...rest,
  files: { "package.json": { name: "started", version: "1.0.0", private: true, scripts: { start: "node server.js", "start:api": "node server.js" } }, Procfile: `web: ${start}\n`, "server.js": js, ...more },
});

module.exports = [
  typed("ts-node", ["ts-node@10"], "npx ts-node src/app.ts", undefined, {}, {}, { short: true }),
  typed("npm-start-ts-node", ["ts-node@10"], "npm start", undefined, { start: "ts-node --transpile-only src/app.ts" }),
  typed("ts-node-register", ["ts-node@10"], "node -r ts-node/register src/app.ts"),
  typed("ts-node-in-code", ["ts-node@10"], "node index.js", undefined, {}, { "index.js": "require('ts-node').register();\nrequire('./src/app');\n" }),
  typed("ts-node-bash", ["ts-node@10"], "bash start.sh", undefined, {}, { "start.sh": "#!/bin/bash\nset -e\nexec npx ts-node src/app.ts\n" }),
  typed("ts-node-make", ["ts-node@10"], "make serve", undefined, {}, { Makefile: "serve:\n\tnpx ts-node src/app.ts\n" }),
  typed("tsx", ["tsx@4"], "npx tsx src/app.ts"),
  typed("tsx-import", ["tsx@4"], "node --import tsx src/app.ts", undefined, {}, {}, { short: true }),
  typed("tsx-in-code", ["tsx@4"], "node index.js", undefined, {}, { "index.js": "require('tsx/cjs');\nrequire('./src/app.ts');\n" }),
  typed("swc-node", ["@swc-node/register@1.9.0", "@swc/core@1.7.0"], "node -r @swc-node/register src/app.ts"),
  typed("esbuild-register", ["esbuild@0.19", "esbuild-register@3"], "node -r esbuild-register src/app.ts"),
  typed("jiti", ["jiti@1"], "npx jiti src/app.ts"),
  typed("sucrase", ["sucrase@3"], "node -r sucrase/register src/app.ts"),
  typed("vite-node", ["vite-node@1", "vite@5"], "npx vite-node src/app.ts"),
  typed("babel-node", ["@babel/core@7", "@babel/node@7", "@babel/preset-env@7", "@babel/preset-typescript@7"], "npx babel-node -x .ts src/app.ts", undefined, {}, { ".babelrc.json": { presets: [["@babel/preset-env", { targets: { node: "20" } }], "@babel/preset-typescript"] } }),
  typed("prefix", [], "npm start --prefix api", undefined, {}, {
    "api/package.json": { name: "api", private: true, scripts: { start: "ts-node src/app.ts" }, dependencies: { express: "4", zod: "3", typescript: "5.5", "ts-node": "10", "@types/node": "20", "@types/express": "4", "@tsconfig/node20": "20" } },
    "api/tsconfig.json": { extends: "@tsconfig/node20/tsconfig.json", compilerOptions: { module: "commonjs", moduleResolution: "node" } }, "api/src/app.ts": source,
  }, { npm: undefined, build: ["cd api && npm install --no-audit --no-fund --loglevel=error"] }),
  typed("cd-folder", [], "cd api && npm start", undefined, {}, {
    "api/package.json": { name: "api", private: true, scripts: { start: "tsx src/app.ts" }, dependencies: { express: "4", zod: "3", tsx: "4" } }, "api/src/app.ts": source,
  }, { npm: undefined, build: ["cd api && npm install --no-audit --no-fund --loglevel=error"] }),
  typed("pm2-interpreter", ["ts-node@10", "pm2@5"], "npx pm2-runtime ecosystem.config.js", undefined, {}, { "ecosystem.config.js": "module.exports = { apps: [{ name: 'a', script: 'src/app.ts', interpreter: 'node', interpreter_args: '-r ts-node/register' }] };\n" }),
  typed("nodemon", ["ts-node@10", "nodemon@3"], "npx nodemon --exec ts-node src/app.ts"),
  typed("ts-node-dev", ["ts-node-dev@2"], "npx ts-node-dev --transpile-only src/app.ts"),
  typed("bin-start", ["ts-node@10"], "bin/start", undefined, {}, { "bin/start": "#!/usr/bin/env bash\nexec npm run serve\n" }, { files: undefined }),
  plain("env-file", ["dotenv@16"], "node -r dotenv/config server.js", { ".env": "A=1\n" }, { short: true }),
  plain("dotenv-cli", ["dotenv-cli@7"], "npx dotenv -e design.env -- node server.js", { "design.env": "A=2\n" }),
  plain("cross-env", ["cross-env@7"], "npx cross-env A=3 node server.js"),
  plain("foreman", ["foreman@3"], "npx nf start -j Procfile.dev -p $PORT", { "Procfile.dev": "web: node server.js\n" }),
  plain("concurrently", ["concurrently@8"], "npx concurrently \"npm:start:api\" \"node worker.js\"", { "worker.js": "setInterval(() => {}, 1e6);\n" }),
  plain("npm-run-all", ["npm-run-all@4"], "npx run-p start:api"),
  plain("forever", ["forever@4"], "npx forever server.js"),
  plain("pm2", ["pm2@5"], "npx pm2-runtime start pm2.json", { "pm2.json": { apps: [{ script: "server.js" }] } }),
  plain("throng", ["throng@5"], "node cluster.js", { "cluster.js": "require('throng')({ workers: 1, worker: () => require('./server') });\n" }),
  plain("coffee", ["coffeescript@2"], "npx coffee app.coffee", { "app.coffee": "express = require 'express'\napp = express()\napp.get '/', (q, r) -> r.send 'coffee'\napp.listen process.env.PORT\n" }),
  plain("coffee-register", ["coffeescript@2"], "node index.js", { "index.js": "require('coffeescript/register'); require('./app');\n", "app.coffee": "express = require 'express'\napp = express()\napp.get '/', (q, r) -> r.send 'coffee'\napp.listen process.env.PORT\n" }),
  plain("shebang", [], "bin/serve", { "bin/serve": "#!/usr/bin/env node\nrequire('../server');\n" }),
  plain("esm-loader-flag", [], "node --experimental-loader ./hooks.mjs server.js", { "hooks.mjs": "export async function resolve(s, c, n) { return n(s, c); }\n" }),
  plain("workspace", [], "npm start -w packages/api", {
    "package.json": { name: "root", private: true, workspaces: ["packages/*"] },
    "packages/api/package.json": { name: "api", version: "1.0.0", scripts: { start: "node server.js" }, dependencies: { express: "4", core: "1.0.0" } },
    "packages/api/server.js": "require('core');\n" + js, "packages/core/package.json": { name: "core", version: "1.0.0", main: "test/index.js" }, "packages/core/test/index.js": "module.exports = require('../docs/a.json');\n", "packages/core/docs/a.json": "{}",
  }, { npm: undefined, build: ["npm install --no-audit --no-fund --loglevel=error"] }),
].map((app) => app.name !== "start-bin-start" ? app : { ...app, files: { ...base({ serve: "ts-node src/app.ts" }, { "bin/start": "#!/usr/bin/env bash\nexec npm run serve\n" }), Procfile: "web: bin/start\n" } });
