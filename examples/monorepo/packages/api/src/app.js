'use strict';

const path = require('node:path');
const express = require('express');
const { formatDuration, parseDuration } = require('@monorepo/shared');

const FRONTEND = path.join(__dirname, '..', '..', '..', 'frontend', 'dist');

function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.get('/api/duration', (req, res) => {
    const milliseconds = parseDuration(req.query.of);
    if (milliseconds === null) return res.status(400).json({ error: 'not a duration' });
    res.json({ milliseconds, text: formatDuration(milliseconds) });
  });

  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok' });
  });

  app.use(express.static(FRONTEND));
  return app;
}

module.exports = { createApp };
