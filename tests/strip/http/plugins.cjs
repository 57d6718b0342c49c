// Servers that find plugins, themes, drivers and pages by scanning packages or by names in configuration.
"use strict";
const node = (name, npm, start, files, more = {}) => ({
  name: `plugins-${name}`, npm, start, seconds: 120, ...more,
  files: { Procfile: `web: ${start}\n`, ...files, "package.json": { name: `a-${name}`, version: "1.0.0", private: true, scripts: { start }, ...(files["package.json"] || {}) } },
});
module.exports = [
  node("wiki", ["wiki@0.40"], "node node_modules/wiki/index.js --port $PORT --data .wiki --url http://localhost", {}, { urls: ["/", "/view/welcome-visitors", "/system/plugins.json", "/system/factories.json", "/plugins/paragraph/paragraph.js", "/plugins/map/map.js"], loose: true }),
  node("jsreport", ["jsreport-core@2", "jsreport-templates@2", "jsreport-handlebars@2", "jsreport-express@2", "jsreport-studio@2", "jsreport-authorization@2", "jsreport-data@2"], "node server.js", {
    "server.js": "const j = require('jsreport-core')({ httpPort: process.env.PORT, loadConfig: false, templatingEngines: { strategy: 'in-process' }, extensions: { studio: { enabled: true } }, logger: { silent: true } }); j.init().catch((e) => { console.error(e); process.exit(1); });\n",
  }, { urls: ["/studio", "/api/version", "/api/extensions", "/api/engine", "/api/recipe"], loose: true }),
  node("karma-plugins", ["karma@6", "karma-jasmine@5", "jasmine-core@4", "karma-spec-reporter@0.0.36"], "karma start conf.js --port $PORT", {
    "conf.js": "module.exports = (c) => c.set({ frameworks: ['jasmine'], reporters: ['spec'], files: ['lib/*.js', 'test/*.js'], browsers: [], singleRun: false, autoWatch: false });\n", "lib/a.js": "window.a = 1;\n", "test/a.js": "describe('a', () => it('b', () => {}));\n",
  }, { urls: ["/", "/context.html", "/debug.html"] }),
  node("honkit", ["honkit@5", "gitbook-plugin-toggle-chapters@0.0.3"], "honkit serve --port $PORT --lrport 0", {
    "README.md": "# A\n", "SUMMARY.md": "# S\n* [A](README.md)\n* [B](docs/b.md)\n", "docs/b.md": "# B\n", "book.json": { plugins: ["toggle-chapters"] },
  }, { urls: ["/", "/docs/b.html"], loose: true }),
  node("maildev", ["maildev@2"], "maildev --web $PORT --smtp 0 --ip 127.0.0.1", {}, { urls: ["/", "/config", "/email"], loose: true }),
  node("colyseus", ["colyseus@0.15", "@colyseus/monitor@0.15", "@colyseus/playground@0.15", "express@4", "express-status-monitor@1", "swagger-stats@0.99", "prom-client@14"], "node server.js", {
    "server.js": "const app = require('express')(); const { Server, Room } = require('colyseus'); const http = require('http'); const server = http.createServer(app); const g = new Server({ server }); g.define('lobby', class extends Room {}); app.use('/monitor', require('@colyseus/monitor').monitor()); app.use('/play', require('@colyseus/playground').playground); app.use(require('express-status-monitor')({ websocket: g })); app.use(require('swagger-stats').getMiddleware({ name: 'a', swaggerSpec: {} })); g.listen(+process.env.PORT);\n",
  }, { urls: ["/monitor/", "/play/", "/status", "/swagger-stats/ui"], loose: true }),
  node("total4", ["total4"], "node index.js", {
    "index.js": "require('total4').http('release', { port: +process.env.PORT, ip: '127.0.0.1' });\n", "controllers/default.js": "exports.install = () => { ROUTE('GET /', function () { this.view('index', { name: 'n' }); }); ROUTE('GET /a', function () { this.json({ s: CONF.name, t: RESOURCE('default', 'hello'), d: DEF && 1 }); }); };\n", "views/index.html": "@{layout('layout')}<p>@{model.name}</p><img src=/img/a.svg>", "views/layout.html": "<html>@{import('default.css')}@{body}</html>", "public/css/default.css": "a { color: red }", "public/img/a.svg": "<svg/>", "config": "name: n\n", "resources/default.resource": "hello : Hello\n", "definitions/func.js": "", "schemas/a.js": "", "tests/a.js": "", ".gitignore": "tmp\n",
  }, { urls: ["/", "/a"], loose: false }),
  node("thinkjs", ["thinkjs@3", "think-view@1", "think-view-nunjucks@1"], "node production.js", {
    "production.js": "const A = require('thinkjs'); new A({ ROOT_PATH: __dirname, APP_PATH: require('path').join(__dirname, 'src'), proxy: true, env: 'production' }).run();\n", "src/controller/index.js": "module.exports = class extends think.Controller { indexAction() { this.assign('a', think.config('a')); return this.display(); } };\n", "src/config/config.js": "module.exports = { port: +process.env.PORT, host: '127.0.0.1', workers: 1, a: 'conf' };\n", "src/config/adapter.js": "const n = require('think-view-nunjucks'); exports.view = { type: 'nunjucks', common: { viewPath: require('path').join(think.ROOT_PATH, 'view'), sep: '_', extname: '.html' }, nunjucks: { handle: n } };\n", "src/config/extend.js": "module.exports = [require('think-view')];\n", "src/config/middleware.js": "module.exports = [{ handle: 'meta' }, { handle: 'resource', options: { root: 'www', publicPath: /^\\/(static|favicon\\.ico)/ } }, { handle: 'trace', options: { debug: false } }, { handle: 'payload' }, { handle: 'router' }, 'logic', 'controller'];\n", "src/config/router.js": "module.exports = [];\n", "view/index_index.html": "<p>{{ a }}</p><img src=/static/a.svg>", "www/static/a.svg": "<svg/>",
  }, { urls: ["/", "/none"], loose: true }),
  node("fractal", ["@frctl/fractal@1", "@frctl/mandelbrot@1"], "node server.js", {
    "server.js": "const f = module.exports = require('@frctl/fractal').create(); f.set('project.title', 'A'); f.components.set('path', __dirname + '/design'); f.docs.set('path', __dirname + '/docs'); f.web.server({ port: +process.env.PORT, sync: false }).start();\n", "design/button/button.hbs": "<button>{{ text }}</button>", "design/button/button.config.json": { context: { text: "t" } }, "docs/index.md": "---\ntitle: D\n---\n# D\n",
  }, { urls: ["/", "/components/detail/button", "/components/preview/button"], loose: true }),
];
