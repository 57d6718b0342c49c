'use strict';

const test = require('node:test');
const request = require('supertest');
const { createApp } = require('../src/app');

test('a duration is read and written', async () => {
  await request(createApp())
    .get('/api/duration')
    .query({ of: '90 min' })
    .expect(200, { milliseconds: 5_400_000, text: '2 hours' });
});

test('what is no duration is refused', async () => {
  await request(createApp()).get('/api/duration?of=soon').expect(400);
  await request(createApp()).get('/api/duration?of=1h&of=2h').expect(400);
  await request(createApp()).get('/api/duration').expect(400);
});

test('the service says that it is up', async () => {
  await request(createApp()).get('/healthz').expect(200, { status: 'ok' });
});
