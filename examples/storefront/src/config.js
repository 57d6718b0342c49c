'use strict';

const DEFAULT_UPLOAD_MB = 5;

/**
 * Managed Postgres asks for TLS and signs its own certificates, so the chain
 * can't be checked; a local server usually speaks no TLS at all.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function dialectOptions(env) {
  if (env.PGSSLMODE === 'disable') return {};
  return { ssl: { require: true, rejectUnauthorized: false } };
}

/** @param {NodeJS.ProcessEnv} env */
function load(env = process.env) {
  const uploadMb = Number(env.MAX_UPLOAD_MB);
  return {
    databaseUrl: env.DATABASE_URL || null,
    dialectOptions: dialectOptions(env),
    maxUploadBytes: (uploadMb > 0 ? uploadMb : DEFAULT_UPLOAD_MB) * 1_000_000,
    currency: env.CURRENCY || 'EUR',
  };
}

module.exports = { load, dialectOptions };
