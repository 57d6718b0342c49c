'use strict';

// Read by sequelize-cli only; the app itself connects in src/models/index.js.
require('dotenv').config();

const { dialectOptions } = require('../src/config');

const connection = {
  use_env_variable: 'DATABASE_URL',
  dialect: 'postgres',
  dialectOptions: dialectOptions(process.env),
};

module.exports = {
  development: connection,
  test: connection,
  production: connection,
};
