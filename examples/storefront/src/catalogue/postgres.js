'use strict';

const { Op } = require('sequelize');
const { connect } = require('../models');
const { HttpError } = require('../errors');

/** @typedef {import('./memory').Product} Product */

/**
 * @param {string} databaseUrl
 * @param {object} dialectOptions
 */
function createPostgresCatalogue(databaseUrl, dialectOptions) {
  const { sequelize, Product, Order } = connect(databaseUrl, dialectOptions);

  return {
    kind: 'postgres',

    /** @returns {Promise<Product[]>} */
    async listProducts() {
      return /** @type {any} */ (Product.findAll({ order: [['sku', 'ASC']], raw: true }));
    },

    /**
     * @param {string} sku
     * @returns {Promise<Product | null>}
     */
    async findProduct(sku) {
      return /** @type {any} */ (Product.findByPk(sku, { raw: true }));
    },

    /**
     * @param {string} sku
     * @param {number} quantity
     */
    async placeOrder(sku, quantity) {
      return sequelize.transaction(async (transaction) => {
        const product = await Product.findByPk(sku, { transaction, lock: transaction.LOCK.UPDATE });
        if (!product) throw new HttpError(404, `no product ${sku}`);
        const stock = Number(product.get('stock'));
        if (stock < quantity) throw new HttpError(409, `only ${stock} left of ${sku}`);
        await product.decrement('stock', { by: quantity, transaction });
        const order = await Order.create({ sku, quantity }, { transaction });
        return { id: order.get('id'), sku, quantity, status: order.get('status') };
      });
    },

    /**
     * Gives the stock of unpaid orders back. Rows are locked, so a second worker
     * skips what the first one holds, and a run that dies changes nothing.
     *
     * @param {Date} before
     */
    async releaseReservations(before) {
      return sequelize.transaction(async (transaction) => {
        const stale = await Order.findAll({
          where: { status: 'reserved', createdAt: { [Op.lt]: before } },
          limit: 100,
          lock: transaction.LOCK.UPDATE,
          skipLocked: true,
          transaction,
        });
        for (const order of stale) {
          await Product.increment('stock', {
            by: Number(order.get('quantity')),
            where: { sku: String(order.get('sku')) },
            transaction,
          });
          await order.update({ status: 'expired' }, { transaction });
        }
        return stale.length;
      });
    },

    async ping() {
      await sequelize.authenticate();
    },

    async close() {
      await sequelize.close();
    },
  };
}

module.exports = { createPostgresCatalogue };
