// Runs the checks of one app and prints what each gave, one line per check. The output
// before and after stripping has to be the same.
"use strict";
const http = require("node:http");
const checks = [];
exports.check = (name, run) => checks.push([name, run]);
/** Answers one request of a handler: status and body. */
exports.ask = (handler, path, options = {}) => new Promise((resolve, reject) => {
  const server = typeof handler.listen === "function" && !handler.handle ? handler : http.createServer(handler);
  server.listen(0, "127.0.0.1", () => {
    const request = http.request({ port: server.address().port, host: "127.0.0.1", path, ...options }, (answer) => {
      let text = "";
      answer.on("data", (data) => { text += data; });
      answer.on("end", () => { server.close(); resolve(`${answer.statusCode} ${text.length > 300 ? text.length : text}`); });
    });
    request.on("error", reject);
    request.end(options.body);
  });
});
setImmediate(async () => {
  for (const [name, run] of checks) {
    let result;
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("timeout")), 20000).unref());
    try { result = JSON.stringify(await Promise.race([run(), late])); } catch (error) { result = `! ${error && error.name}: ${String(error && error.message).split("\n")[0].replaceAll(process.cwd(), ".")}`; }
    console.log(`${name}: ${String(result).slice(0, 600)}`);
  }
  process.exit(0);
});
process.on("unhandledRejection", () => {});
