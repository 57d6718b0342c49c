// Starts an app, asks for pages and for the assets that they link to, and says what came.
"use strict";
const { spawn, spawnSync } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");

const MOST = 400;

const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const get = (port, path, headers = {}) => new Promise((resolve) => {
  const request = http.get({ host: "127.0.0.1", port, path, headers, timeout: 60000 }, (response) => {
    const parts = [];
    response.on("data", (part) => parts.push(part));
    response.on("error", (error) => resolve({ error: error.code }));
    response.on("end", () => resolve({ status: response.statusCode, type: response.headers["content-type"] || "", at: response.headers.location, body: Buffer.concat(parts) }));
  });
  request.on("timeout", () => request.destroy(new Error("no answer")));
  request.on("error", (error) => resolve({ error: error.code || error.message }));
});

/** Paths on the same host that a page or a stylesheet links to. */
function links(body, from) {
  const found = [];
  for (const match of body.matchAll(/(?:src|href)\s*=\s*["']?([^"'\s>]+)|url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)|from\s*["'](\.?\/[^"']+)["']|import\(["'](\.?\/[^"']+)["']\)/g)) {
    const text = (match[1] || match[2] || match[3] || match[4] || match[5]).replace(/&amp;/g, "&");
    try {
      const url = new URL(text, new URL(from, "http://app"));
      if (url.host === "app") found.push(url.pathname + url.search);
    } catch { /* no address */ }
  }
  return found;
}

/** What differs from run to run is left out: times, ports, nonces. */
const steady = (text, port, folder) => text
  .replaceAll(String(port), "PORT").replaceAll(folder, "APP")
  .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, "TIME")
  .replace(/\b[0-9a-f]{16,}\b/gi, "HEX");

/** What the app's processes see. */
const environment = (folder, env) => ({
  PATH: `${folder}/.venv/bin:${folder}/node_modules/.bin:${process.env.PATH}`, HOME: `${folder}.home`,
  NODE_ENV: "production", LANG: "C.UTF-8", NO_COLOR: "1", ...env,
});

/** What commands of a release or a console say, one after the other: "$ command exit fingerprint". */
const ran = (folder, commands, env) => commands.map((command) => {
  const done = spawnSync("bash", ["-c", command], { cwd: folder, encoding: "utf8", timeout: 300000, maxBuffer: 1 << 28, env: environment(folder, env) });
  // eslint-disable-next-line no-control-regex
  const text = steady(done.stdout.replace(/\x1b\[[\d;?]*[A-Za-z]/g, "").replace(/[\d.]+ ?m?s\b|\d\d:\d\d:\d\d[.,\d]*/g, "T"), "PORT", folder);
  const hash = crypto.createHash("sha1").update(text).digest("hex").slice(0, 10);
  return { line: `$ ${command} exit ${done.status} ${hash}`, tail: `${text.slice(-600)}\n${done.stderr.slice(-900)}` };
});

/**
 * Lines "path status type fingerprint", the pages first; `loose` compares pages without their text. `runs` are commands
 * that are run when the app has been asked.
 */
exports.answers = async (folder, { runs = [], ...app }) => {
  const asked = await pages(folder, app);
  const done = ran(folder, runs, app.env);
  return { lines: [...asked.lines, ...done.map(({ line }) => line)], tail: [asked.tail, ...done.map(({ tail }) => tail)].join("\n") };
};

const pages = async (folder, { start, urls = ["/"], follow = true, loose = false, seconds = 90, env = {}, headers }) => {
  const port = await freePort();
  const log = `${folder}.log`;
  const out = fs.openSync(log, "w");
  const child = spawn("bash", ["-c", start.replaceAll("$PORT", String(port))], {
    cwd: folder, detached: true, stdio: ["ignore", out, out],
    env: { ...environment(folder, env), PORT: String(port) },
  });
  let ended = false;
  child.on("exit", () => { ended = true; });
  child.on("error", () => { ended = true; });
  const lines = [];
  try {
    const until = Date.now() + seconds * 1000;
    let first = { error: "not started" };
    while (first.error && Date.now() < until) {
      first = await get(port, urls[0], headers);
      if (first.error && ended) break;
      // Some answer that they are starting.
      const starting = first.status === 503 && Date.now() < until - seconds * 500;
      if (starting) first = { error: "starting" };
      if (first.error) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    if (first.error) {
      const tail = fs.readFileSync(log, "utf8").trim().split("\n").slice(-12).join("\n");
      return { lines: [`does not answer: ${ended ? "it ended" : first.error}`], tail };
    }
    const seen = new Set();
    const pending = urls.map((path) => [path, true]);
    while (pending.length && seen.size < MOST) {
      const [path, page] = pending.shift();
      if (seen.has(path)) continue;
      seen.add(path);
      const answer = await get(port, path, headers);
      if (answer.error) { lines.push(`${path} ${answer.error}`); continue; }
      const text = steady(answer.body.toString("latin1"), port, folder);
      const hash = loose && page ? "" : crypto.createHash("sha1").update(text).digest("hex").slice(0, 10);
      lines.push(`${path} ${answer.status} ${answer.type}${answer.at ? ` -> ${steady(answer.at, port, folder)}` : ""} ${hash}${answer.status >= 500 ? ` ${text.slice(0, 300)}` : ""}`);
      if (!follow) continue;
      if (answer.at) pending.push(...links(`href="${answer.at}"`, path).map((link) => [link, page]));
      if (/html|css|javascript/.test(answer.type) && answer.body.length < 4e6) pending.push(...links(answer.body.toString(), path).map((link) => [link, false]));
    }
    const tail = fs.readFileSync(log, "utf8").trim().split("\n").slice(-12).join("\n");
    return { lines, tail };
  } finally {
    try { process.kill(-child.pid, "SIGKILL"); } catch { /* it ended */ }
    fs.closeSync(out);
  }
};
