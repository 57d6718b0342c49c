'use strict';

const path = require('node:path');
const express = require('express');
const multer = require('multer');
const { HttpError } = require('./errors');
const { renderCatalogue } = require('./page');
const { uploads } = require('./upload');

const MAX_QUANTITY = 20;

/**
 * @param {{
 *   catalogue: ReturnType<import('./catalogue').createCatalogue>,
 *   config: ReturnType<import('./config').load>,
 * }} parts
 */
function createApp({ catalogue, config }) {
  const app = express();
  app.disable('x-powered-by');
  // The router in front of the dyno ends TLS and passes the client's address on.
  app.set('trust proxy', 1);
  app.use(express.json({ limit: '100kb' }));
  app.use(express.static(path.join(__dirname, '..', 'public')));

  app.get('/', async (req, res) => {
    const products = await catalogue.listProducts();
    if (req.accepts(['html', 'json']) === 'json') return res.json(products);
    res.type('html').send(renderCatalogue(products, config.currency));
  });

  app.get('/products', async (req, res) => {
    res.json(await catalogue.listProducts());
  });

  app.get('/products/:sku', async (req, res) => {
    const product = await catalogue.findProduct(req.params.sku);
    if (!product) throw new HttpError(404, `no product ${req.params.sku}`);
    res.json(product);
  });

  app.post('/orders', async (req, res) => {
    const { sku, quantity } = req.body ?? {};
    if (typeof sku !== 'string' || !Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
      throw new HttpError(400, `an order needs a sku and a quantity from 1 to ${MAX_QUANTITY}`);
    }
    res.status(201).json(await catalogue.placeOrder(sku, quantity));
  });

  app.use('/uploads', uploads(config.maxUploadBytes));

  app.get('/healthz', async (req, res) => {
    try {
      await catalogue.ping();
      res.json({ status: 'ok', catalogue: catalogue.kind });
    } catch {
      res.status(503).json({ status: 'database unreachable', catalogue: catalogue.kind });
    }
  });

  app.use((req, res) => {
    res.status(404).json({ error: 'not found' });
  });

  app.use(handleError);
  return app;
}

/** @type {import('express').ErrorRequestHandler} */
function handleError(error, req, res, next) {
  if (res.headersSent) return next(error);
  const status = statusOf(error);
  if (status >= 500) console.error(`${req.method} ${req.path}:`, error);
  res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
}

/** @param {any} error */
function statusOf(error) {
  if (error instanceof multer.MulterError) return error.code === 'LIMIT_FILE_SIZE' ? 413 : 400;
  return Number.isInteger(error.status) ? error.status : 500;
}

module.exports = { createApp };
