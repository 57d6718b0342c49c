// Answers with what the smoke test wants to know about the running container.
const http = require("http");

function answer() {
  let ms = "not installed";
  try {
    ms = require("ms")("2 days");
  } catch {
    // Not every buildpack list installs the dependencies.
  }
  const { LOG_FORMAT, NODE_ENV, STARTED_BY } = process.env;
  return JSON.stringify({ hello: "tiny", ms, LOG_FORMAT, NODE_ENV, STARTED_BY });
}

const port = process.env.PORT;
http.createServer((_, response) => response.end(answer() + "\n")).listen(port, () => console.log(`listening on ${port}`));
