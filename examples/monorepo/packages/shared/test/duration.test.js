'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { formatDuration, parseDuration } = require('../src');

test('reads what people write', () => {
  assert.equal(parseDuration('90 min'), 5_400_000);
  assert.equal(parseDuration('2h'), 7_200_000);
});

test('anything else is null', () => {
  for (const text of ['', 'soon', '-2h', 5, null, '1'.repeat(200)]) assert.equal(parseDuration(text), null);
});

test('writes the largest unit', () => {
  assert.equal(formatDuration(7_200_000), '2 hours');
});
