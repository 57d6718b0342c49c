'use strict';

const { DataTypes, Sequelize } = require('sequelize');

/**
 * @param {string} databaseUrl
 * @param {object} dialectOptions
 */
function connect(databaseUrl, dialectOptions) {
  const sequelize = new Sequelize(databaseUrl, {
    dialect: 'postgres',
    dialectOptions,
    logging: false,
    pool: { max: 5, idle: 10_000 },
  });

  const Product = sequelize.define(
    'Product',
    {
      sku: { type: DataTypes.STRING(40), primaryKey: true },
      name: { type: DataTypes.STRING, allowNull: false },
      priceCents: { type: DataTypes.INTEGER, allowNull: false, field: 'price_cents' },
      stock: { type: DataTypes.INTEGER, allowNull: false },
    },
    { tableName: 'products', timestamps: false },
  );

  const Order = sequelize.define(
    'Order',
    {
      id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
      sku: { type: DataTypes.STRING(40), allowNull: false },
      quantity: { type: DataTypes.INTEGER, allowNull: false },
      status: { type: DataTypes.STRING(16), allowNull: false, defaultValue: 'reserved' },
    },
    { tableName: 'orders', underscored: true, updatedAt: false },
  );

  return { sequelize, Product, Order };
}

module.exports = { connect };
