'use strict';
// slugsmith/restore: lets an unchanged install of npm or yarn end at once.
// Does nothing in any other program. Switched off by SLUGSMITH_INTERCEPT=off.
(function () {
  // What this process starts has the variable as it would be without us: only what a buildpack
  // itself calls is answered, and a build tool may read the variable or hand it on.
  var others = (process.env.NODE_OPTIONS || '').split(' ').filter(function (word) {
    return word.slice(-'HOOK'.length) !== 'HOOK';
  }).join(' ');
  if (others) process.env.NODE_OPTIONS = others;
  else delete process.env.NODE_OPTIONS;
  var script = process.argv[1] || '';
  var words = process.argv.slice(2);
  var first = words.filter(function (word) { return word[0] !== '-'; })[0] || '';
  var commands = /\/(npm|npm-cli\.js)$/.test(script) ? /^(ci|ic|clean-install|install|i)$/
    : /\/yarn(\.js)?$/.test(script) ? /^install$/ : null;
  if (!commands || !commands.test(first)) return;
  // A package manager writes settings of its own into its variables.
  var variables = Object.assign({}, process.env);
  // A script of the app, or of a package, called it.
  if (variables.npm_lifecycle_event || /^(off|false|no|0)$/i.test(variables.SLUGSMITH_INTERCEPT || '')) return;
  try {
    if (!require('worker_threads').isMainThread) return;
    var spawn = require('child_process').spawnSync;
    var main = require('fs').realpathSync(script);
    var call = function (phase) {
      var known = [phase, 'NOTES', main, process.versions.node, process.versions.modules];
      return spawn('PROGRAM', known.concat(words), { argv0: 'answer', env: variables, stdio: ['ignore', 'inherit', 'inherit'] }).status;
    };
    var status = call('ask');
    if (status === 10) {
      process.once('exit', function (code) {
        if (code === 0) { try { call('keep'); } catch (error) { /* the install is done */ } }
      });
    }
  } catch (error) { /* the call runs as it would have */ }
  if (status === 0) process.exit(0);
})();
