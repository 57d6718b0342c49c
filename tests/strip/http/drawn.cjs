// Apps by the documented quick starts of frameworks and tools, each with its own way to find what it loads.
"use strict";
const app = (name, npm, start, files, more = {}) => ({
  name: `drawn-${name}`, npm, start, seconds: 90, ...more,
  files: { Procfile: `web: ${start}\n`, ...files, "package.json": { name: `drawn-${name}`, version: "1.0.0", private: true, scripts: { start }, ...(files["package.json"] || {}) } },
});
const http = "require('http').createServer((q, r) => r.end(JSON.stringify(answer()))).listen(process.env.PORT);\n";

module.exports = [
  app("hexo", ["hexo@7", "hexo-server@3", "hexo-renderer-ejs@2", "hexo-renderer-marked@6", "hexo-renderer-stylus@3", "hexo-generator-index@3", "hexo-generator-archive@2", "hexo-theme-landscape@1"], "npx hexo server -p $PORT -i 127.0.0.1", { "package.json": { hexo: { version: "" } }, "_config.yml": "title: a\nurl: http://example.com\ntheme: landscape\n", "source/_posts/a.md": "---\ntitle: A\ndate: 2020-01-01\n---\n# Hello\n\n```js\nlet a;\n```\n" }, { urls: ["/", "/2020/01/01/a/"], loose: true, seconds: 180 }),
  app("reveal-md", ["reveal-md@5"], "npx reveal-md docs --port $PORT --host 127.0.0.1 --disable-auto-open", { "docs/a.md": "# A\n\n---\n\n# B\n" }, { urls: ["/a.md"], loose: true }),
  app("local-web-server", ["local-web-server@5"], "npx ws --port $PORT --directory docs", { "docs/index.html": "<img src=a.svg>", "docs/a.svg": "<svg/>" }, { urls: ["/index.html"] }),
  app("grunt", ["grunt@1", "grunt-contrib-connect@3", "load-grunt-tasks@5", "grunt-contrib-concat@2"], "npx grunt serve", { "Gruntfile.js": "module.exports = (g) => { require('load-grunt-tasks')(g); g.initConfig({ concat: { a: { src: 'spec/*.txt', dest: '/tmp/slugsmith-grunt/a.txt' } }, connect: { s: { options: { port: Number(process.env.PORT), base: 'docs', keepalive: true } } } }); g.registerTask('serve', ['concat', 'connect']); };\n", "docs/index.html": "x", "spec/a.txt": "s" }),
  app("zx", ["zx@8"], "npx zx start.mjs", { "start.mjs": "const out = await $`cat docs/a.txt`.quiet(); require('http').createServer((q, r) => r.end(String(out))).listen(process.env.PORT);\n", "docs/a.txt": "x" }),
  app("livescript", ["livescript@1"], "npx lsc server.ls", { "server.ls": "require! <[ http ./docs/words ]>\nhttp.create-server((q, r) -> r.end words.a).listen process.env.PORT\n", "docs/words.ls": "exports.a = \\x\n" }),
  app("nps", ["nps@5", "nps-utils@1"], "npx nps web", { "package-scripts.js": "module.exports = { scripts: { web: 'node test/server.js' } };\n", "test/server.js": "const answer = () => 1;\n" + http }),
];
