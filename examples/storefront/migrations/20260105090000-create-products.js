'use strict';

const seed = require('../data/products.json');

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('products', {
      sku: { type: Sequelize.STRING(40), primaryKey: true },
      name: { type: Sequelize.STRING, allowNull: false },
      price_cents: { type: Sequelize.INTEGER, allowNull: false },
      stock: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 0 },
    });
    await queryInterface.bulkInsert(
      'products',
      seed.map(({ sku, name, priceCents, stock }) => ({ sku, name, price_cents: priceCents, stock })),
    );
  },

  async down(queryInterface) {
    await queryInterface.dropTable('products');
  },
};
