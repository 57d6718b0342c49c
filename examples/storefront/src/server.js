'use strict';

require('dotenv').config();

const { createApp } = require('./app');
const { createCatalogue } = require('./catalogue');
const { load } = require('./config');
const { onShutdown } = require('./shutdown');

const config = load();
const catalogue = createCatalogue(config);
const port = Number(process.env.PORT || 3000);

const server = createApp({ catalogue, config }).listen(port, '0.0.0.0', (error) => {
  if (error) {
    console.error(`web: can't listen on port ${port}: ${error.message}`);
    process.exit(1);
  }
  console.log(`web: listening on port ${port}, catalogue: ${catalogue.kind}`);
});

onShutdown('web', async () => {
  await new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve(undefined)));
    // Keep-alive connections without a request would hold the server open.
    server.closeIdleConnections();
  });
  await catalogue.close();
});
