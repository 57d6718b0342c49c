'use strict';

const { createApp } = require('./app');

const port = Number(process.env.PORT || 3000);
const server = createApp().listen(port, '0.0.0.0', (error) => {
  if (error) {
    console.error(`api: can't listen on port ${port}: ${error.message}`);
    process.exit(1);
  }
  console.log(`api: listening on port ${port}`);
});

process.once('SIGTERM', () => {
  console.log('api: SIGTERM, closing');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(1), 10_000).unref();
});
