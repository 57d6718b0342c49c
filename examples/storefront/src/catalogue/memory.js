'use strict';

const { randomUUID } = require('node:crypto');
const seed = require('../../data/products.json');
const { HttpError } = require('../errors');

/** @typedef {{ sku: string, name: string, priceCents: number, stock: number }} Product */

/**
 * The shop without a database: the seed catalogue, and orders that live as long
 * as the process does.
 */
function createMemoryCatalogue() {
  const products = new Map(seed.map((product) => [product.sku, { ...product }]));
  const orders = new Map();

  return {
    kind: 'memory',

    /** @returns {Promise<Product[]>} */
    async listProducts() {
      return [...products.values()];
    },

    /**
     * @param {string} sku
     * @returns {Promise<Product | null>}
     */
    async findProduct(sku) {
      return products.get(sku) ?? null;
    },

    /**
     * @param {string} sku
     * @param {number} quantity
     */
    async placeOrder(sku, quantity) {
      const product = products.get(sku);
      if (!product) throw new HttpError(404, `no product ${sku}`);
      if (product.stock < quantity) throw new HttpError(409, `only ${product.stock} left of ${sku}`);
      product.stock -= quantity;
      const order = { id: randomUUID(), sku, quantity, status: 'reserved' };
      orders.set(order.id, order);
      return order;
    },

    async ping() {},

    async close() {},
  };
}

module.exports = { createMemoryCatalogue };
