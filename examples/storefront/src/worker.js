'use strict';

require('dotenv').config();

const { createPostgresCatalogue } = require('./catalogue/postgres');
const { load } = require('./config');
const { onShutdown } = require('./shutdown');

const RESERVED_FOR_MS = 30 * 60_000;
const PAUSE_MS = 60_000;

const config = load();
if (!config.databaseUrl) {
  console.error('worker: orders are in the web process as long as there is no DATABASE_URL; nothing to do');
  process.exit(0);
}

const catalogue = createPostgresCatalogue(config.databaseUrl, config.dialectOptions);
let stopped = false;
/** @type {() => void} */
let wake = () => {};
const finished = run();

onShutdown('worker', async () => {
  stopped = true;
  wake();
  await finished;
  await catalogue.close();
});

async function run() {
  console.log('worker: started');
  while (!stopped) {
    try {
      const count = await catalogue.releaseReservations(new Date(Date.now() - RESERVED_FOR_MS));
      if (count > 0) console.log(`worker: ${count} unpaid orders expired`);
    } catch (error) {
      // The database may be in maintenance: the next round tries again.
      console.error('worker: round failed:', error instanceof Error ? error.message : error);
    }
    if (stopped) break;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }
}
