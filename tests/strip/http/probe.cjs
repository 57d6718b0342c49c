// A server that answers with what a piece of code gives: for packages that are no servers.
"use strict";

/** `code` is the body of an async function; what it returns is the answer. */
exports.probe = (name, npm, code, more = {}) => ({
  name, npm: [].concat(npm), follow: false, start: "node server.js",
  files: {
    "package.json": { name: name.replace(/[^a-z0-9-]/g, "-"), version: "1.0.0", private: true, scripts: { start: "node server.js" } },
    "Procfile": "web: node server.js\n",
    "server.js": `const http = require("http");
const path = require("path");
const work = async () => { ${code} };
http.createServer(async (request, response) => {
  let answer;
  try { answer = await work(); } catch (error) { response.statusCode = 500; answer = "failed: " + String(error && error.message || error); }
  response.end(Buffer.isBuffer(answer) ? answer : typeof answer === "string" ? answer : JSON.stringify(answer));
}).listen(process.env.PORT);
`,
    ...more.files,
  },
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "files")),
});

/** An express app: `code` has `app`, `express` and `path`. */
exports.express = (name, npm, code, more = {}) => ({
  name, npm: ["express@4", ...[].concat(npm)], start: "node server.js",
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "files")),
  files: {
    "package.json": { name, version: "1.0.0", private: true, scripts: { start: "node server.js" } },
    "Procfile": "web: node server.js\n",
    "server.js": `const express = require("express");
const path = require("path");
(async () => {
  const app = express();
  ${code}
  app.listen(process.env.PORT);
})();
`,
    ...more.files,
  },
});

/** Several probes behind one install: a path each. */
exports.routes = (name, npm, codes, more = {}) => ({
  name, npm: [].concat(npm), follow: false, start: "node server.js", urls: Object.keys(codes).map((key) => `/${key}`), seconds: 60,
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "files")),
  files: {
    "package.json": { name: name.replace(/[^a-z0-9-]/g, "-"), version: "1.0.0", private: true, scripts: { start: "node server.js" } },
    "Procfile": "web: node server.js\n",
    "server.js": `const http = require("http");
const path = require("path");
${Object.entries(codes).map(([key, code]) => `const ${key} = async () => { ${code} };`).join("\n")}
const work = { ${Object.keys(codes).join(", ")} };
http.createServer(async (request, response) => {
  let answer;
  try { answer = await work[request.url.slice(1)](); } catch (error) { response.statusCode = 500; answer = "failed: " + String(error && error.message || error); }
  response.end(Buffer.isBuffer(answer) ? answer : typeof answer === "string" ? answer : JSON.stringify(answer));
}).listen(process.env.PORT);
`,
    ...more.files,
  },
});
