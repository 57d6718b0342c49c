// Frameworks and products whose own packages hold pages, themes, locales and templates of mails.
"use strict";
const node = (name, npm, start, files, more = {}) => ({
  name: `served-${name}`, npm, start, seconds: 180, ...more,
  files: {
    Procfile: `web: ${start}\n`, ...files,
    "package.json": { name: `a-${name}`, version: "1.0.0", private: true, ...(files["package.json"] || {}), scripts: { start, ...((files["package.json"] || {}).scripts || {}) } },
  },
});
const decorators = { compilerOptions: { target: "es2022", module: "commonjs", outDir: "dist", experimentalDecorators: true, emitDecoratorMetadata: true, esModuleInterop: true, skipLibCheck: true } };

module.exports = [
  node("email-templates", ["express@4", "email-templates@12", "pug@3", "nodemailer@6", "i18n@0.15", "mjml@4", "handlebars@4", "i18next@23", "i18next-fs-backend@2", "i18next-http-middleware@3", "bree@9", "winston@3", "config@3", "js-yaml@4", "agenda@5", "node-cron@3"], "node server.js", {
    "config/default.yaml": "title: T\n", "config/production.json": { mode: "p" },
    "server.js": `const path = require('path');
const express = require('express');
const config = require('config');
const Email = require('email-templates');
const i18next = require('i18next');
const Bree = require('bree');
const app = express();
const mail = new Email({ views: { root: path.join(__dirname, 'docs', 'mails'), options: { extension: 'pug' } }, send: false, preview: false, message: { from: 'a@b.c' }, transport: { jsonTransport: true }, juice: true, juiceResources: { preserveImportant: true, webResources: { relativeTo: path.resolve('design') } }, i18n: { locales: ['en', 'de'], directory: path.resolve('test', 'locales') } });
i18next.use(require('i18next-fs-backend')).use(require('i18next-http-middleware').LanguageDetector).init({ fallbackLng: 'en', preload: ['en', 'de'], backend: { loadPath: path.join(__dirname, 'e2e/{{lng}}/{{ns}}.json') } });
app.use(require('i18next-http-middleware').handle(i18next));
app.get('/', (q, r) => r.json([config.get('title'), config.get('mode')]));
app.get('/mail', async (q, r) => { r.type('text').send((await mail.send({ template: 'hello', message: { to: 'x@y.z' }, locals: { locale: 'de', name: 'N' } })).message); });
app.get('/mjml', (q, r) => r.send(require('mjml')('<mjml><mj-body><mj-include path="./spec/part.mjml" /></mj-body></mjml>', { filePath: __dirname }).html));
app.get('/hello', (q, r) => r.send(q.t('hello')));
let said = '';
const bree = new Bree({ root: path.join(__dirname, 'coverage'), logger: false, jobs: [{ name: 'tick', timeout: 0 }], workerMessageHandler: (m) => { said = JSON.stringify(m); } });
bree.start();
app.get('/job', async (q, r) => { for (let i = 0; i < 100 && !said; i += 1) await new Promise((d) => setTimeout(d, 50)); r.send(said); });
require('node-cron').schedule('* * * * * *', path.join(__dirname, 'tests', 'cron.js'));
app.get('/cron', async (q, r) => { const f = require('os').tmpdir() + '/slugsmith-cron'; require('fs').rmSync(f, { force: true }); for (let i = 0; i < 60 && !require('fs').existsSync(f); i += 1) await new Promise((d) => setTimeout(d, 50)); r.send(String(require('fs').existsSync(f))); });
app.listen(process.env.PORT);
`, "docs/mails/hello/html.pug": "link(rel='stylesheet', href='mail.css', data-inline)\np.a= t('hello')\nb= name\n", "docs/mails/hello/subject.pug": "| S", "design/mail.css": ".a { color: red }", "test/locales/de.json": { hello: "hallo" }, "test/locales/en.json": { hello: "hello" },
    "e2e/en/translation.json": { hello: "hello" }, "e2e/de/translation.json": { hello: "hallo" }, "spec/part.mjml": "<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>",
    "coverage/tick.js": "const { parentPort } = require('worker_threads'); parentPort.postMessage({ v: require('winston').version }); parentPort.postMessage('done');\n",
    "tests/cron.js": "exports.task = () => require('fs').writeFileSync(require('os').tmpdir() + '/slugsmith-cron', '1');\n",
  }, { urls: ["/", "/mail", "/mjml", "/hello", "/job", "/cron"], headers: { "accept-language": "de" } }),
  node("openapi", ["express@4", "swagger-jsdoc@6", "swagger-ui-express@5", "express-openapi-validator@5", "redoc-express@2", "express-jsdoc-swagger@1", "serve-index@1", "errorhandler@1", "connect-livereload@0.6", "express-ejs-layouts@2", "ejs@3", "serve-favicon@2", "helmet@7", "express-list-endpoints@6", "apidoc@1"], "node bin/www", {
    "bin/www": "#!/usr/bin/env node\nrequire('../app').listen(process.env.PORT);\n",
    "app.js": `const express = require('express');
const path = require('path');
const app = module.exports = express();
app.use(require('serve-favicon')(path.join(__dirname, 'design', 'favicon.ico')));
app.set('views', path.join(__dirname, 'docs', 'views')).set('view engine', 'ejs').use(require('express-ejs-layouts'));
const spec = require('swagger-jsdoc')({ definition: { openapi: '3.0.0', info: { title: 'A', version: '1' } }, apis: ['./routes/*.js', './docs/**/*.yaml'] });
app.use('/docs', require('swagger-ui-express').serve, require('swagger-ui-express').setup(spec));
app.get('/spec', (q, r) => r.json(spec));
app.get('/redoc', require('redoc-express')({ title: 'A', specUrl: '/spec' }));
require('express-jsdoc-swagger')(app)({ info: { version: '1.0.0', title: 'B' }, baseDir: __dirname, filesPattern: './test/**/*.js', swaggerUIPath: '/jsdoc', exposeApiDocs: true, apiDocsPath: '/jsdoc.json' });
app.use('/index', require('serve-index')('design', { icons: true, view: 'details' }));
app.get('/', (q, r) => r.render('index', { title: 'T' }));
app.use('/v', require('express-openapi-validator').middleware({ apiSpec: path.join(__dirname, 'spec', 'api.yaml'), validateRequests: true, validateResponses: true, operationHandlers: path.join(__dirname, 'spec', 'handlers') }));
app.get('/raises', () => { throw new Error('x'); });
app.use((e, q, r, n) => e.status ? r.status(e.status).json({ message: e.message }) : n(e));
app.use(require('errorhandler')());
`, "routes/a.js": "/**\n * @openapi\n * /a:\n *   get:\n *     responses:\n *       200:\n *         description: x\n */\n", "docs/b.yaml": "paths:\n  /b:\n    get:\n      responses:\n        200:\n          description: y\n", "test/c.js": "/**\n * GET /c\n * @return {string} 200 - s\n */\n",
    "docs/views/layout.ejs": "<html><%- body %></html>", "docs/views/index.ejs": "<p><%= title %></p>", "design/favicon.ico": "x", "design/a.txt": "a", "spec/api.yaml": "openapi: 3.0.0\ninfo: { title: A, version: '1' }\nservers: [{ url: /v }]\npaths:\n  /ping:\n    get:\n      operationId: ping\n      x-eov-operation-handler: a\n      parameters: [{ name: n, in: query, required: true, schema: { type: integer } }]\n      responses:\n        '200': { description: x, content: { application/json: { schema: { type: object } } } }\n", "spec/handlers/a.js": "exports.ping = (q, r) => r.json({ n: q.query.n });\n",
  }, { urls: ["/", "/favicon.ico", "/docs/", "/spec", "/redoc", "/jsdoc/", "/jsdoc.json", "/index/", "/v/v/ping?n=1", "/v/ping?n=1", "/v/ping", "/raises"], headers: { accept: "text/html" } }),
  node("tsed", ["@tsed/common@7", "@tsed/core@7", "@tsed/di@7", "@tsed/platform-express@7", "@tsed/swagger@7", "@tsed/ajv@7", "@tsed/schema@7", "@tsed/exceptions@7", "@tsed/json-mapper@7", "@tsed/components-scan@7", "@tsed/openspec@7", "@tsed/logger@6", "@tsed/engines@7", "ajv@8", "express@4", "ejs@3", "body-parser@1"], "node server.js", {
    "tsconfig.json": decorators,
    "server.js": `require('@tsed/platform-express'); require('@tsed/swagger'); require('@tsed/ajv');
const { PlatformBuilder } = require('@tsed/common'); const { PlatformExpress } = require('@tsed/platform-express'); const { importProviders } = require('@tsed/components-scan');
(async () => {
  const scanned = await importProviders({ mount: { '/rest': ['./dist/docs/**/*.js'] } });
  class Server {}
  const p = await PlatformExpress.bootstrap(Server, { rootDir: __dirname, ...scanned, httpPort: +process.env.PORT, httpsPort: false, logger: { level: 'off' }, views: { root: 'design', extensions: { ejs: 'ejs' } }, swagger: [{ path: '/doc', specVersion: '3.0.1' }] });
  await p.listen();
})().catch((e) => { console.error(e); process.exit(1); });
`, "docs/a.ts": "import { Controller, Get, View, QueryParams } from '@tsed/common'; @Controller('/a') export class A { @Get('/') get(@QueryParams('n') n: number) { return { n }; } @Get('/v') @View('a.ejs') v() { return { t: 1 }; } }\n", "design/a.ejs": "<p><%= t %></p>",
  }, { dev: ["typescript@5.4", "@types/node@20", "@types/express@4"], build: ["tsc --rootDir . || true"], urls: ["/rest/a", "/rest/a/v", "/doc/", "/doc/swagger.json", "/none", "/rest/a?n=x"], loose: true }),
];
