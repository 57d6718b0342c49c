'use strict';

const { createMemoryCatalogue } = require('./memory');
const { createPostgresCatalogue } = require('./postgres');

/** @param {ReturnType<import('../config').load>} config */
function createCatalogue(config) {
  return config.databaseUrl
    ? createPostgresCatalogue(config.databaseUrl, config.dialectOptions)
    : createMemoryCatalogue();
}

module.exports = { createCatalogue };
