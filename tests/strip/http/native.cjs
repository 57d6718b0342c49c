// Packages with parts for one machine: oldest, middle and newest versions that install here.
"use strict";
const { probe } = require("./probe.cjs");

const versions = (name, list, code, more) => list.map((version, at) =>
  probe(`native-${name.replace(/[@/]/g, "")}-${version}`, `${name}@${version}`, code.replaceAll("NAME", `"${name}"`), { short: at === 0 && more?.short, ...more }));

module.exports = [
  ...versions("sharp", ["0.33.0", "0.33.5", "0.34.4", "latest"], "const sharp = require(NAME); const out = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png().toBuffer({ resolveWithObject: true }); return out.info;", { short: true }),
  ...versions("esbuild", ["0.14.54", "0.19.12", "0.23.0", "latest"], "const e = require(NAME); return (await e.transform('let x: number = 1', { loader: 'ts' })).code + (await e.build({ stdin: { contents: 'export let a = 1' }, write: false })).outputFiles[0].text;", { short: true }),
  ...versions("@swc/core", ["1.3.0", "1.7.0", "latest"], "return require(NAME).transformSync('class A { #x = 1 }', { jsc: { target: 'es5' } }).code;"),
  ...versions("lightningcss", ["1.19.0", "1.26.0", "latest"], "return require(NAME).transform({ filename: 'a.css', code: Buffer.from('.a{.b{color:red}}'), minify: true }).code.toString();"),
  ...versions("lmdb", ["2.5.3", "3.1.0", "latest"], "const db = require(NAME).open({ path: '/tmp/slugsmith-lmdb-' + process.pid }); await db.put('a', 1); return db.get('a');"),
  ...versions("sass-embedded", ["1.64.0", "1.79.0", "latest"], "return require(NAME).compileString('a{b{c:d}}').css;"),
  ...versions("@parcel/watcher", ["2.2.0", "2.4.1", "latest"], "return Object.keys(require(NAME)).sort();"),
  ...versions("rollup", ["4.0.0", "4.20.0", "latest"], "const b = await require(NAME).rollup({ input: 'x', plugins: [{ resolveId: (i) => i, load: () => 'export default 1' }] }); return (await b.generate({})).output[0].code;"),
  ...versions("@node-rs/argon2", ["1.5.0", "1.8.3", "latest"], "const a = require(NAME); return a.verify(await a.hash('x'), 'x');"),
  ...versions("@node-rs/bcrypt", ["1.7.0", "latest"], "const a = require(NAME); return a.verify('x', await a.hash('x', 4));"),
  ...versions("argon2", ["0.41.0", "latest"], "const a = require(NAME); return a.verify(await a.hash('x'), 'x');"),
  ...versions("bcrypt", ["6.0.0"], "const a = require(NAME); return a.compare('x', await a.hash('x', 4));"),
  ...versions("@napi-rs/canvas", ["0.1.30", "latest"], "const c = require(NAME).createCanvas(4, 4); c.getContext('2d').fillRect(0, 0, 2, 2); return (await c.encode('png')).length;"),
  ...versions("@resvg/resvg-js", ["2.4.0", "latest"], "const { Resvg } = require(NAME); return new Resvg('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>').render().asPng().length;"),
  ...versions("snappy", ["7.1.0", "latest"], "const s = require(NAME); return (await s.uncompress(await s.compress('hello'), { asBuffer: false })).toString();"),
  ...versions("oxc-parser", ["0.30.0", "latest"], "return Object.keys(require(NAME).parseSync('a.js', 'let a = 1')).length > 0;"),
  ...versions("bufferutil", ["4.0.1", "latest"], "return require(NAME).mask(Buffer.from('a'), Buffer.from('abcd'), Buffer.alloc(1), 0, 1) === undefined && require.cache[Object.keys(require.cache).find((file) => file.endsWith('.node'))] !== undefined;"),
  ...versions("msgpackr", ["1.8.0", "latest"], "const m = require(NAME); return [m.unpack(m.pack({ a: [1, 'x'.repeat(300)] })), Object.keys(require.cache).some((file) => file.endsWith('.node'))];"),
  ...versions("classic-level", ["1.2.0", "latest"], "const { ClassicLevel } = require(NAME); const db = new ClassicLevel('/tmp/slugsmith-level-' + process.pid); await db.put('a', '1'); return db.get('a');"),
  ...versions("sodium-native", ["3.4.1", "4.3.0", "latest"], "const s = require(NAME); const b = Buffer.alloc(32); s.crypto_generichash(b, Buffer.from('x')); return b.toString('base64');"),
  ...versions("tiktoken", ["1.0.10", "latest"], "const t = require(NAME).get_encoding('cl100k_base'); return Array.from(t.encode('hello world'));"),
  ...versions("sql.js", ["1.6.0", "latest"], "const SQL = await require(NAME)(); return new SQL.Database().exec('select 1 as a');"),
  ...versions("@tailwindcss/oxide", ["4.0.0", "latest"], "const { Scanner } = require(NAME); return new Scanner({ sources: [] }).scanFiles([{ content: 'flex p-4', extension: 'html' }]);"),
  ...versions("@libsql/client", ["0.6.0", "latest"], "const db = require(NAME).createClient({ url: ':memory:' }); return (await db.execute('select 1 as a')).rows[0].a;"),
  ...versions("@ffmpeg-installer/ffmpeg", ["1.1.0"], "return require('child_process').execFileSync(require(NAME).path, ['-version']).toString().slice(0, 6);"),
  ...versions("unrs-resolver", ["1.3.0", "latest"], "return Boolean(new (require(NAME).ResolverFactory)().sync(__dirname, './server.js').path);"),
  ...versions("@rspack/core", ["1.0.0"], "return typeof require(NAME).rspack;"),
  ...versions("@swc-node/register", ["1.9.0"], "require('@swc-node/register/register'); return require('./typed').a;", { files: { "typed.ts": "export const a: number = 1;\n", "tsconfig.json": { compilerOptions: { module: "commonjs", target: "es2020" } } } }),
  ...versions("@css-inline/css-inline", ["0.14.0", "latest"], "return require(NAME).inline('<style>a{color:red}</style><a>x</a>');"),
  ...versions("ssh2", ["1.11.0", "latest"], "return require(NAME).utils.generateKeyPairSync('ed25519').public.slice(0, 11);"),
  ...versions("onnxruntime-web", ["1.17.0"], "return Object.keys(require(NAME)).includes('InferenceSession');"),
  ...versions("cbor-x", ["1.4.0", "latest"], "const c = require(NAME); return c.decode(c.encode({ a: 1 }));"),
  ...versions("piscina", ["3.2.0", "latest"], "const P = require(NAME); const pool = new (P.Piscina || P)({ filename: path.join(__dirname, 'task.js'), maxThreads: 1 }); return pool.run(2);", { files: { "task.js": "module.exports = (n) => n * 2;\n" } }),
];
