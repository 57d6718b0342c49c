'use strict';

const fs = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');

const root = path.join(__dirname, '..');
const dist = path.join(root, 'dist');

esbuild.buildSync({
  entryPoints: [path.join(root, 'src', 'main.jsx')],
  outfile: path.join(dist, 'main.js'),
  bundle: true,
  minify: true,
  sourcemap: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  target: 'es2020',
});
fs.copyFileSync(path.join(root, 'src', 'index.html'), path.join(dist, 'index.html'));
