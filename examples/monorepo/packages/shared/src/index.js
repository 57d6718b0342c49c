'use strict';

const ms = require('ms');

/**
 * How long a task may take, in milliseconds, from what a person wrote ("90 min").
 *
 * @param {unknown} text
 * @returns {number | null} null if it can't be read as a duration
 */
function parseDuration(text) {
  if (typeof text !== 'string' || text.trim() === '' || text.length > 40) return null;
  const value = ms(text);
  return typeof value === 'number' && value > 0 ? value : null;
}

/** @param {number} milliseconds */
function formatDuration(milliseconds) {
  return ms(milliseconds, { long: true });
}

module.exports = { parseDuration, formatDuration };
