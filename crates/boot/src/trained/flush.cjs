'use strict';
// Node writes its compile cache when it exits by itself; a signal that nobody handles ends it before.
const { flushCompileCache } = require('module');
if (flushCompileCache) {
  process.once('SIGTERM', () => {
    flushCompileCache();
    if (process.listenerCount('SIGTERM') === 0) process.exit(143);
  });
}
