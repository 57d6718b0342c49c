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
];
