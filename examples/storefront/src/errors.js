'use strict';

/** An error whose message may be shown to the client as it is. */
class HttpError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

module.exports = { HttpError };
