'use strict';
// What each package takes: of its CommonJS modules the time to compile and run them, without those that they load; of
// its ECMAScript modules the time that samples find them at work, since nothing is told when one of those begins.
const fs = require('fs');
const Module = require('module');
const file = `${process.env.SLUGSMITH_OBSERVED}/node.tsv`;
const rows = new Map();
const open = [];
const timed = new Set();

const add = (name, nanos, bytes, modules) => {
  const parts = name.split('/node_modules/');
  // npm's own packages lie outside and are npm.
  const inner = name.replace('file://', '').startsWith(process.env.HOME) ? parts.length - 1 : 1;
  const words = parts.length > 1 ? parts[inner].split('/') : ['the app'];
  const owner = words[0].startsWith('@') ? words.slice(0, 2).join('/') : words[0];
  const row = rows.get(owner) || { nanos: 0n, bytes: 0, modules: 0 };
  row.nanos += nanos;
  row.bytes += bytes;
  row.modules += modules;
  rows.set(owner, row);
};

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, name, ...rest) {
  const begun = process.hrtime.bigint();
  open.push(0n);
  timed.add(`file://${name}`).add(name);
  try {
    return compile.call(this, content, name, ...rest);
  } finally {
    const took = process.hrtime.bigint() - begun;
    const inside = open.pop();
    if (open.length > 0) open[open.length - 1] += took;
    add(name, took - inside, Buffer.byteLength(content), 1);
  }
};

const observer = () => {
  const { Session } = require('inspector');
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => {
    if (params.isModule && params.url.startsWith('file:')) add(params.url, 0n, params.length, 1);
  });
  for (const method of ['Debugger.enable', 'Profiler.enable', 'Profiler.start']) session.post(method);
  return session;
};
let session;
try {
  session = observer();
} catch {
  // A Node without an inspector says less.
}

const sampled = (profile) => {
  const urls = new Map(profile.nodes.map((node) => [node.id, node.callFrame.url]));
  profile.samples.forEach((id, at) => {
    const url = urls.get(id);
    const nanos = BigInt(Math.max(profile.timeDeltas[at], 0)) * 1000n;
    if (url.startsWith('file:') && !timed.has(url)) add(url, nanos, 0, 0);
  });
};

let written = false;
const write = () => {
  if (written) return;
  written = true;
  if (session) session.post('Profiler.stop', (error, found) => error || sampled(found.profile));
  const lines = [...rows].map(([name, row]) => `${row.nanos}\t${row.bytes}\t${row.modules}\t${name}`);
  if (lines.length > 0) fs.appendFileSync(file, lines.join('\n') + '\n');
};
process.on('exit', write);
process.once('SIGTERM', () => {
  write();
  if (process.listenerCount('SIGTERM') === 0) process.exit(143);
});
