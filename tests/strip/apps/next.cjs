const { check, ask } = require("./check.cjs");
// Builds a small app with Next before stripping, and starts it after.
const { spawn, spawnSync } = require("child_process");
check("next start", async () => {
  if (!require("fs").existsSync(".next/BUILD_ID")) { const built = spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "build"], { encoding: "utf8", env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } }); if (built.status !== 0) throw new Error(`build ${built.stderr}`); }
  const port = 20000 + (process.pid % 20000);
  const child = spawn(process.execPath, ["node_modules/next/dist/bin/next", "start", "-p", String(port)], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } });
  let log = ""; child.stdout.on("data", (d) => { log += d; }); child.stderr.on("data", (d) => { log += d; });
  const results = [];
  for (let tries = 0; tries < 80 && !/Ready/i.test(log) && child.exitCode === null; tries++) await new Promise((resolve) => setTimeout(resolve, 250));
  for (const path of ["/", "/api/hello", "/old", "/nothing", "/_next/image?url=%2Fa.png&w=64&q=75"]) results.push(await fetch(`http://127.0.0.1:${port}${path}`).then(async (answer) => `${answer.status} ${(await answer.text()).includes("hello")}`, (error) => String(error.cause && error.cause.code)));
  child.kill("SIGKILL");
  return [...results, /Cannot find module/.test(log)];
});
check("react", () => require("react-dom/server").renderToString(require("react").createElement("p", null, "x")));
check("swr", () => typeof require("swr").default);
check("date-fns", () => require("date-fns").format(new Date(0), "yyyy", { locale: require("date-fns/locale").de }));
check("next-auth", async () => { const NextAuth = await import("next-auth"); return typeof NextAuth.default; });
