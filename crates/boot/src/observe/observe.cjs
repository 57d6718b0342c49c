'use strict';
// How long each CommonJS module of a package takes to be compiled and run, without those that it loads.
const fs = require('fs');
const Module = require('module');
const file = process.env.SLUGSMITH_OBSERVED;
const rows = new Map();
const open = [];
const compile = Module.prototype._compile;
Module.prototype._compile = function (content, name, ...rest) {
  const begun = process.hrtime.bigint();
  open.push(0n);
  try {
    return compile.call(this, content, name, ...rest);
  } finally {
    const took = process.hrtime.bigint() - begun;
    const inside = open.pop();
    if (open.length > 0) open[open.length - 1] += took;
    const parts = name.split('/node_modules/');
    const words = parts.length > 1 ? parts.pop().split('/') : ['the app'];
    const owner = words[0].startsWith('@') ? words.slice(0, 2).join('/') : words[0];
    const row = rows.get(owner) || { nanos: 0n, bytes: 0, modules: 0 };
    row.nanos += took - inside;
    row.bytes += Buffer.byteLength(content);
    row.modules += 1;
    rows.set(owner, row);
  }
};
let written = false;
const write = () => {
  if (written || rows.size === 0) return;
  written = true;
  const lines = [...rows].map(([name, row]) => `${row.nanos}\t${row.bytes}\t${row.modules}\t${name}`);
  fs.appendFileSync(file, lines.join('\n') + '\n');
};
process.on('exit', write);
process.once('SIGTERM', () => {
  write();
  if (process.listenerCount('SIGTERM') === 0) process.exit(143);
});
