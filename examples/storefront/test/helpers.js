'use strict';

const { createApp } = require('../src/app');
const { createMemoryCatalogue } = require('../src/catalogue/memory');
const { load } = require('../src/config');

/** A shop of its own for each test, always without a database. */
function shop(env = {}, catalogue = createMemoryCatalogue()) {
  return createApp({ catalogue, config: load(env) });
}

module.exports = { shop };
