'use strict';

// The platform kills what still runs 30 s after SIGTERM.
const GRACE_MS = 10_000;

/**
 * Runs `close` once at the first SIGTERM or SIGINT, then ends the process.
 *
 * @param {string} name
 * @param {() => Promise<void>} close
 */
function onShutdown(name, close) {
  let closing = false;
  /** @param {string} signal */
  const stop = async (signal) => {
    if (closing) return;
    closing = true;
    console.log(`${name}: ${signal}, closing`);
    setTimeout(() => {
      console.error(`${name}: still open after ${GRACE_MS / 1000} s, giving up`);
      process.exit(1);
    }, GRACE_MS).unref();
    try {
      await close();
      process.exit(0);
    } catch (error) {
      console.error(`${name}: could not close`, error);
      process.exit(1);
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

module.exports = { onShutdown };
