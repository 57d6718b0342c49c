// Apps by the documented quick starts of frameworks and tools, each with its own way to find what it loads.
"use strict";
const { express } = require("./probe.cjs");

const app = (name, npm, start, files, more = {}) => ({
  name: `drawn-${name}`, npm, start, seconds: 90, ...more,
  files: { Procfile: `web: ${start}\n`, ...files, "package.json": { name: `drawn-${name}`, version: "1.0.0", private: true, scripts: { start }, ...(files["package.json"] || {}) } },
});
const http = "require('http').createServer((q, r) => r.end(JSON.stringify(answer()))).listen(process.env.PORT);\n";
const typed = "import express from 'express';\nimport { greet } from '@lib/greet';\nconst app = express();\napp.get('/', (q: express.Request, r: express.Response) => { r.send(greet('x')); });\napp.listen(Number(process.env.PORT));\n";
const types = ["express@4", "typescript@5.5", "@types/node@20", "@types/express@4", "ts-node@10"];

module.exports = [
  express("drawn-consoles", ["altair-express-middleware@7", "swagger-stats@0.99", "prom-client@14", "express-status-monitor@1", "serve-index@1", "errorhandler@1", "socket.io@4", "sockjs@0.3", "faye@1", "graphiql@3", "@scalar/express-api-reference@0.4", "kue@0.11", "agendash@4", "express-jsdoc-swagger@1", "express-openapi@12"], `
    const http = require('http');
    app.use('/altair', require('altair-express-middleware').altairExpress({ endpointURL: '/graphql' }));
    app.use(require('swagger-stats').getMiddleware({ swaggerSpec: { swagger: '2.0', paths: {} } }));
    app.use(require('express-status-monitor')());
    app.use('/files', require('serve-index')(path.join(__dirname, 'design'), { icons: true, view: 'details' }));
    app.get('/fails', (q, r, next) => { const e = new Error('x'); e.stack = 'Error: x'; next(e); });
    app.use('/reference', require('@scalar/express-api-reference').apiReference({ spec: { content: {} } }));
    require('express-jsdoc-swagger')(app)({ info: { version: '1', title: 'a' }, baseDir: __dirname, filesPattern: './docs/*.js', swaggerUIPath: '/jsdoc' });
    require('express-openapi').initialize({ app, apiDoc: { swagger: '2.0', info: { title: 'a', version: '1' }, basePath: '/open', paths: {} }, paths: path.join(__dirname, 'spec', 'paths'), exposeApiDocs: true });
    app.use(require('errorhandler')());
    const listen = app.listen.bind(app);
    app.listen = (port) => { const server = http.createServer(app); new (require('socket.io').Server)(server); require('sockjs').createServer({ prefix: '/sockjs' }).installHandlers(server); new (require('faye').NodeAdapter)({ mount: '/faye' }).attach(server); server.listen(port); };
  `, { loose: true, headers: { accept: "text/html" }, urls: ["/altair/", "/swagger-stats/", "/status", "/files/", "/fails", "/reference", "/jsdoc/", "/open/api-docs", "/open/things", "/socket.io/socket.io.js", "/socket.io/socket.io.min.js", "/socket.io/socket.io.esm.min.js", "/socket.io/socket.io.msgpack.min.js", "/sockjs/info", "/faye/client.js", "/faye.js"],
    files: { "design/a.txt": "x", "design/b.png": "x", "docs/a.js": "/**\n * GET /x\n * @return {string} 200 - ok\n */\n", "spec/paths/things.js": "module.exports = () => ({ GET: Object.assign((q, r) => r.json([1]), { apiDoc: { responses: { default: { description: 'x' } } } }) });\n" } }),
  express("drawn-views", ["express-handlebars@7", "express-ejs-layouts@2", "ejs@3", "marko@4", "dustjs-linkedin@3", "dustjs-helpers@1", "adaro@1", "vash@0.13", "twing@5", "express-react-views@0.11", "react@16", "react-dom@16", "squirrelly@9", "art-template@4", "express-art-template@1", "i18n@0.15", "express-dot-engine@1"], `
    const { engine } = require('express-handlebars');
    app.engine('handlebars', engine());
    app.engine('vash', require('vash').__express || require('vash').renderFile);
    app.engine('art', require('express-art-template'));
    app.engine('jsx', require('express-react-views').createEngine());
    app.engine('dust', require('adaro').dust({ helpers: ['dustjs-helpers'] }));
    app.set('views', path.join(__dirname, 'views'));
    app.use(require('express-ejs-layouts'));
    const i18n = new (require('i18n').I18n)({ locales: ['en', 'de'], directory: path.join(__dirname, 'tests', 'locales'), updateFiles: false, queryParameter: 'lang' });
    app.use(i18n.init);
    app.get('/words', (q, r) => r.send(q.__('hello')));
    app.get('/marko', (q, r) => { require('marko/node-require'); const t = require('./views/a.marko'); t.render({ a: 1 }, r); });
    app.get('/:e', (q, r) => r.render('a.' + q.params.e, { a: 1, layout: q.params.e === 'ejs' ? 'layout.ejs' : q.params.e === 'handlebars' ? 'main' : false }));
  `, { urls: ["/handlebars", "/ejs", "/vash", "/art", "/jsx", "/dust", "/words?lang=de", "/marko"], follow: false, files: {
    "views/a.handlebars": "{{> part}}{{a}}", "views/layouts/main.handlebars": "<b>{{{body}}}</b>", "views/partials/part.handlebars": "<i>p</i>",
    "views/a.ejs": "<%- include('../docs/part') %><%= a %>", "views/layout.ejs": "<u><%- body %></u>", "docs/part.ejs": "part", "views/a.vash": "<p>@model.a</p>", "views/a.art": "<p>{{a}}</p>",
    "views/a.jsx": "var React = require('react'); module.exports = (p) => <p>{p.a}</p>;\n", "views/a.dust": "<p>{a}</p>", "views/a.marko": "<p>${input.a}</p>\n", "tests/locales/de.json": { hello: "hallo" }, "tests/locales/en.json": { hello: "hello" } } }),
  app("hexo", ["hexo@7", "hexo-server@3", "hexo-renderer-ejs@2", "hexo-renderer-marked@6", "hexo-renderer-stylus@3", "hexo-generator-index@3", "hexo-generator-archive@2", "hexo-theme-landscape@1"], "npx hexo server -p $PORT -i 127.0.0.1", { "package.json": { hexo: { version: "" } }, "_config.yml": "title: a\nurl: http://example.com\ntheme: landscape\n", "source/_posts/a.md": "---\ntitle: A\ndate: 2020-01-01\n---\n# Hello\n\n```js\nlet a;\n```\n" }, { urls: ["/", "/2020/01/01/a/"], loose: true, seconds: 180 }),
  app("reveal-md", ["reveal-md@5"], "npx reveal-md docs --port $PORT --host 127.0.0.1 --disable-auto-open", { "docs/a.md": "# A\n\n---\n\n# B\n" }, { urls: ["/a.md"], loose: true }),
  app("local-web-server", ["local-web-server@5"], "npx ws --port $PORT --directory docs", { "docs/index.html": "<img src=a.svg>", "docs/a.svg": "<svg/>" }, { urls: ["/index.html"] }),
  app("browser-sync", ["browser-sync@2"], "npx browser-sync start --server docs --port $PORT --no-open --no-ui --no-notify", { "docs/index.html": "<body><img src=a.svg></body>", "docs/a.svg": "<svg/>" }, { urls: ["/", "/browser-sync/browser-sync-client.js"], loose: true }),
  app("functions-framework", ["@google-cloud/functions-framework@3"], "npx functions-framework --target=hello --port=$PORT", { "index.js": "exports.hello = (q, r) => r.send('x');\n" }),
  app("grunt", ["grunt@1", "grunt-contrib-connect@3", "load-grunt-tasks@5", "grunt-contrib-concat@2"], "npx grunt serve", { "Gruntfile.js": "module.exports = (g) => { require('load-grunt-tasks')(g); g.initConfig({ concat: { a: { src: 'spec/*.txt', dest: '/tmp/slugsmith-grunt/a.txt' } }, connect: { s: { options: { port: Number(process.env.PORT), base: 'docs', keepalive: true } } } }); g.registerTask('serve', ['concat', 'connect']); };\n", "docs/index.html": "x", "spec/a.txt": "s" }),
  app("gulp-babel", ["gulp@4", "@babel/core@7", "@babel/register@7", "@babel/preset-env@7", "gulp-connect@5"], "npx gulp serve", { "gulpfile.babel.js": "import connect from 'gulp-connect'; export const serve = (done) => { connect.server({ root: 'docs', port: Number(process.env.PORT) }); };\n", ".babelrc": { presets: ["@babel/env"] }, "docs/index.html": "x" }),
  app("zx", ["zx@8"], "npx zx start.mjs", { "start.mjs": "const out = await $`cat docs/a.txt`.quiet(); require('http').createServer((q, r) => r.end(String(out))).listen(process.env.PORT);\n", "docs/a.txt": "x" }),
  app("livescript", ["livescript@1"], "npx lsc server.ls", { "server.ls": "require! <[ http ./docs/words ]>\nhttp.create-server((q, r) -> r.end words.a).listen process.env.PORT\n", "docs/words.ls": "exports.a = \\x\n" }),
  app("nps", ["nps@5", "nps-utils@1"], "npx nps web", { "package-scripts.js": "module.exports = { scripts: { web: 'node test/server.js' } };\n", "test/server.js": "const answer = () => 1;\n" + http }),
  app("wireit", [...types, "wireit@0.14", "tsconfig-paths@4", "@tsconfig/node18@18"], "npm start", { "package.json": { scripts: { start: "wireit" }, wireit: { start: { command: "ts-node src/app.ts", service: true } } },
    "tsconfig.json": { extends: "@tsconfig/node18/tsconfig.json", compilerOptions: { baseUrl: ".", paths: { "@lib/*": ["design/*"] }, esModuleInterop: true }, "ts-node": { require: ["tsconfig-paths/register"] } }, "src/app.ts": typed, "design/greet.ts": "export const greet = (name: string): string => `hello ${name}`;\n" }, { seconds: 150 }),
  app("node-options", [...types, "tsconfig-paths@4"], "NODE_OPTIONS='--require ts-node/register --require tsconfig-paths/register' node src/app.ts", { "tsconfig.json": { compilerOptions: { module: "commonjs", baseUrl: ".", paths: { "@lib/*": ["design/*"] }, esModuleInterop: true, strict: true } }, "src/app.ts": typed, "design/greet.ts": "export const greet = (name: string): string => `hello ${name}`;\n" }, { seconds: 150 }),
  app("nodemon-map", [...types, "nodemon@3", "module-alias@2"], "npx nodemon src/app.ts", { "nodemon.json": { execMap: { ts: "ts-node -r module-alias/register" } }, "package.json": { _moduleAliases: { "@lib": "design" } }, "tsconfig.json": { compilerOptions: { module: "commonjs", baseUrl: ".", paths: { "@lib/*": ["design/*"] }, esModuleInterop: true, strict: true } }, "src/app.ts": typed, "design/greet.ts": "export const greet = (name: string): string => `hello ${name}`;\n" }, { seconds: 150 }),
  app("nest-start", ["@nestjs/cli@10", "@nestjs/core@10", "@nestjs/common@10", "@nestjs/platform-express@10", "reflect-metadata@0.2", "rxjs@7", "typescript@5.5", "@types/node@20"], "npx nest start", { "nest-cli.json": { sourceRoot: "src" }, "tsconfig.json": { compilerOptions: { module: "commonjs", target: "es2021", outDir: "dist", experimentalDecorators: true, emitDecoratorMetadata: true, strict: true, baseUrl: "." } }, "src/main.ts": "import 'reflect-metadata';\nimport { NestFactory } from '@nestjs/core';\nimport { Controller, Get, Module } from '@nestjs/common';\n@Controller() class A { @Get() get(): string { return 'x'; } }\n@Module({ controllers: [A] }) class M {}\nvoid NestFactory.create(M).then((app) => app.listen(process.env.PORT ?? 3000));\n" }, { seconds: 180 }),
  app("migrate-first", ["knex@3", "better-sqlite3@11", "sequelize@6", "sequelize-cli@6", "sqlite3@5", "typescript@5.5", "ts-node@10", "typeorm@0.3", "reflect-metadata@0.2", "@types/node@20", "dotenv@16"], "npm run migrate && node server.js", {
    "package.json": { scripts: { migrate: "knex migrate:latest --knexfile knexfile.ts && sequelize-cli db:migrate && typeorm-ts-node-commonjs migration:run -d data-source.ts" } },
    "knexfile.ts": "import type { Knex } from 'knex';\nconst config: Knex.Config = { client: 'better-sqlite3', connection: { filename: '/tmp/slugsmith-knex.db' }, useNullAsDefault: true, migrations: { directory: './test/knex', extension: 'ts' } };\nexport default config;\n",
    "test/knex/1_a.ts": "import type { Knex } from 'knex';\nexport const up = (k: Knex) => k.schema.dropTableIfExists('a').then(() => k.schema.createTable('a', (t) => { t.increments(); }));\nexport const down = (k: Knex) => k.schema.dropTable('a');\n",
    ".sequelizerc": "module.exports = { config: 'design/db.json', 'migrations-path': 'docs/migrations' };\n", "design/db.json": { production: { dialect: "sqlite", storage: "/tmp/slugsmith-sequelize.db", logging: false } },
    "docs/migrations/1-a.js": "module.exports = { up: (q, S) => q.createTable('a', { id: { type: S.INTEGER, primaryKey: true } }), down: (q) => q.dropTable('a') };\n",
    "data-source.ts": "import 'reflect-metadata';\nimport { DataSource } from 'typeorm';\nexport default new DataSource({ type: 'better-sqlite3', database: '/tmp/slugsmith-typeorm.db', migrations: ['spec/migrations/*.ts'] });\n",
    "spec/migrations/a.ts": "import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class A1700000000000 implements MigrationInterface { async up(q: QueryRunner): Promise<void> { await q.query('select 1'); } async down(): Promise<void> {} }\n",
    "server.js": "const answer = () => { const out = {}; for (const n of ['knex', 'sequelize', 'typeorm']) out[n] = require('better-sqlite3')(`/tmp/slugsmith-${n}.db`).prepare(\"select name from sqlite_master where type = 'table' order by 1\").all(); return out; };\n" + http,
    "tsconfig.json": { compilerOptions: { module: "commonjs", esModuleInterop: true, experimentalDecorators: true, skipLibCheck: true } },
  }, { seconds: 180 }),
  app("mocha-clock-ts", [...types, "mocha@10", "@types/mocha@10", "chai@4", "@types/chai@4", "mochawesome@7"], "node server.js", { ".mocharc.json": { require: ["ts-node/register"], spec: ["test/**/*.ts"], reporter: "json" }, "test/a.ts": "import { expect } from 'chai';\ndescribe('a', () => { it('b', () => { expect(1).to.equal(1); }); });\n", "tsconfig.json": { compilerOptions: { module: "commonjs", esModuleInterop: true } }, "server.js": "const answer = () => { try { return JSON.parse(require('child_process').execSync('npx mocha', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).stats.passes; } catch (e) { return String(e.stdout).slice(0, 400); } };\n" + http }, { seconds: 150 }),
  app("plugins-by-name", ["express@4", "posthtml@0.16", "posthtml-include@2", "posthtml-load-config@2", "remark@14", "remark-cli@11", "remark-lint@9", "remark-preset-lint-recommended@6", "svgo@3", "htmlnano@2", "purgecss@6", "rehype-cli@12", "rehype-preset-minify@7", "webpack-merge@5", "yeoman-environment@3", "plop@3", "hygen@6"], "node server.js", {
    "server.js": `const express = require('express'); const path = require('path'); const { execFileSync } = require('child_process'); const app = express();
app.get('/posthtml', async (q, r) => { const { plugins, options } = await require('posthtml-load-config')({}); r.send((await require('posthtml')(plugins).process('<include src="design/a.html"></include>', options)).html); });
app.get('/remark', (q, r) => r.send(execFileSync('npx', ['remark', 'pages', '--quiet'], { encoding: 'utf8' }) + 'ok'));
app.get('/rehype', (q, r) => r.send(execFileSync('npx', ['rehype', 'design/a.html', '--quiet'], { encoding: 'utf8' })));
app.get('/svgo', (q, r) => r.send(require('svgo').optimize('<svg xmlns="http://www.w3.org/2000/svg"><g><path d="M0 0L1 1"/></g></svg>', { plugins: ['preset-default', 'removeDimensions'] }).data));
app.get('/nano', async (q, r) => r.send((await require('htmlnano').process('<p> a  <!-- b --></p>')).html));
app.get('/hygen', (q, r) => r.send(execFileSync('npx', ['hygen', 'thing', 'new', '--dry'], { encoding: 'utf8' })));
app.use((e, q, r, n) => r.status(500).send(String(e.stderr || e.stack).slice(0, 500)));
app.listen(process.env.PORT);
`, "posthtml.config.js": "module.exports = { plugins: { 'posthtml-include': { root: __dirname } } };\n", "design/a.html": "<p>   a</p>\n", "pages/a.md": "# A\n", ".remarkrc.json": { plugins: ["remark-preset-lint-recommended"] }, ".rehyperc": { plugins: ["rehype-preset-minify"] }, "_templates/thing/new/a.ejs.t": "---\nto: /tmp/slugsmith-hygen.txt\n---\nx\n",
  }, { urls: ["/posthtml", "/remark", "/rehype", "/svgo", "/nano", "/hygen"], follow: false }),
];
