'use strict';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @param {unknown} text */
const escape = (text) => String(text).replace(/[&<>"']/g, (char) => ENTITIES[char]);

/**
 * @param {import('./catalogue/memory').Product[]} products
 * @param {string} currency
 */
function renderCatalogue(products, currency) {
  const price = new Intl.NumberFormat('en', { style: 'currency', currency });
  const rows = products.map(
    (product) => `      <li>
        <a href="/products/${encodeURIComponent(product.sku)}">${escape(product.name)}</a>
        <span>${escape(price.format(product.priceCents / 100))}</span>
        <small>${product.stock > 0 ? `${product.stock} in stock` : 'sold out'}</small>
      </li>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Storefront</title>
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <h1>Storefront</h1>
    <ul class="products">
${rows.join('\n')}
    </ul>
    <form action="/uploads" method="post" enctype="multipart/form-data">
      <label>A picture of yours <input type="file" name="picture" accept="image/*"></label>
      <button>Send</button>
    </form>
  </body>
</html>
`;
}

module.exports = { renderCatalogue };
