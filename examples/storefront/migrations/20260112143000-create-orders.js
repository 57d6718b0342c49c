'use strict';

/** @type {import('sequelize-cli').Migration} */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('orders', {
      id: { type: Sequelize.UUID, primaryKey: true },
      sku: {
        type: Sequelize.STRING(40),
        allowNull: false,
        references: { model: 'products', key: 'sku' },
      },
      quantity: { type: Sequelize.INTEGER, allowNull: false },
      status: { type: Sequelize.STRING(16), allowNull: false, defaultValue: 'reserved' },
      created_at: { type: Sequelize.DATE, allowNull: false },
    });
    await queryInterface.addIndex('orders', ['status', 'created_at']);
  },

  async down(queryInterface) {
    await queryInterface.dropTable('orders');
  },
};
