'use strict';

const { dialectOptions, load } = require('../src/config');

test('without variables the shop runs without a database', () => {
  expect(load({})).toMatchObject({ databaseUrl: null, maxUploadBytes: 5_000_000, currency: 'EUR' });
});

test('a limit that is no number falls back to the default', () => {
  expect(load({ MAX_UPLOAD_MB: 'lots' }).maxUploadBytes).toBe(5_000_000);
});

test('TLS is on unless it is switched off', () => {
  expect(dialectOptions({})).toEqual({ ssl: { require: true, rejectUnauthorized: false } });
  expect(dialectOptions({ PGSSLMODE: 'disable' })).toEqual({});
});
