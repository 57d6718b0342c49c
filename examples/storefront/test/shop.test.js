'use strict';

const request = require('supertest');
const { createMemoryCatalogue } = require('../src/catalogue/memory');
const { shop } = require('./helpers');

describe('catalogue', () => {
  test('the front page lists every product with its price', async () => {
    const res = await request(shop({ CURRENCY: 'EUR' })).get('/').set('Accept', 'text/html').expect(200);
    expect(res.text).toContain('Stoneware mug');
    expect(res.text).toContain('€14.50');
    expect(res.text.match(/<li>/g)).toHaveLength(5);
  });

  test('a product name is shown as text, never as markup', async () => {
    const catalogue = createMemoryCatalogue();
    catalogue.listProducts = async () => [{ sku: 'x', name: '<b>&', priceCents: 1, stock: 0 }];
    const res = await request(shop({}, catalogue)).get('/').set('Accept', 'text/html');
    expect(res.text).toContain('&lt;b&gt;&amp;');
    expect(res.text).not.toContain('<b>');
  });

  test('the front page speaks JSON too', async () => {
    const res = await request(shop()).get('/').set('Accept', 'application/json').expect(200);
    expect(res.body.map((product) => product.sku)).toContain('lamp-02');
  });

  test('an unknown product is a 404', async () => {
    await request(shop()).get('/products/none').expect(404, { error: 'no product none' });
  });
});

describe('orders', () => {
  test('an order takes its quantity from the stock', async () => {
    const app = shop();
    const order = await request(app).post('/orders').send({ sku: 'lamp-02', quantity: 4 }).expect(201);
    expect(order.body).toMatchObject({ sku: 'lamp-02', quantity: 4, status: 'reserved' });
    const lamp = await request(app).get('/products/lamp-02');
    expect(lamp.body.stock).toBe(2);
    await request(app)
      .post('/orders')
      .send({ sku: 'lamp-02', quantity: 3 })
      .expect(409, { error: 'only 2 left of lamp-02' });
  });

  test.each([[undefined], [{ sku: 'mug-01' }], [{ sku: 'mug-01', quantity: 0 }], [{ sku: 1, quantity: 1 }]])(
    '%j is refused',
    async (body) => {
      await request(shop()).post('/orders').send(body).expect(400);
    },
  );

  test('broken JSON is the client’s error', async () => {
    await request(shop()).post('/orders').set('Content-Type', 'application/json').send('{').expect(400);
  });
});

describe('health', () => {
  test('says what the catalogue is', async () => {
    await request(shop()).get('/healthz').expect(200, { status: 'ok', catalogue: 'memory' });
  });

  test('is 503 when the database is away', async () => {
    const catalogue = createMemoryCatalogue();
    catalogue.ping = async () => {
      throw new Error('connection refused');
    };
    await request(shop({}, catalogue)).get('/healthz').expect(503);
  });

  test('an error inside is a 500 without details', async () => {
    const silent = jest.spyOn(console, 'error').mockImplementation(() => {});
    const catalogue = createMemoryCatalogue();
    catalogue.listProducts = async () => {
      throw new Error('connection refused by 10.0.0.1');
    };
    await request(shop({}, catalogue)).get('/products').expect(500, { error: 'internal error' });
    expect(silent).toHaveBeenCalledTimes(1);
    silent.mockRestore();
  });
});
