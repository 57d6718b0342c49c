'use strict';

const fs = require('node:fs/promises');
const path = require('node:path');
const express = require('express');
const multer = require('multer');
const sharp = require('sharp');
const { HttpError } = require('./errors');

const THUMBNAIL_PIXELS = 240;

/** @param {number} maxUploadBytes */
function uploads(maxUploadBytes) {
  const upload = multer({ dest: 'uploads/', limits: { fileSize: maxUploadBytes, files: 1 } });
  const router = express.Router();

  router.post('/', upload.single('picture'), async (req, res) => {
    if (!req.file) throw new HttpError(400, 'send the picture as form field "picture"');
    const thumbnail = `${req.file.filename}.webp`;
    try {
      await sharp(req.file.path)
        .rotate()
        .resize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, { fit: 'inside', withoutEnlargement: true })
        .webp()
        .toFile(path.join('uploads', thumbnail));
    } catch {
      await fs.rm(req.file.path, { force: true });
      throw new HttpError(415, 'this file is no picture that can be read');
    }
    res.status(201).json({
      name: req.file.originalname,
      bytes: req.file.size,
      thumbnail: `/uploads/${thumbnail}`,
    });
  });

  // Only the thumbnails are served: they are made here, the originals are not.
  router.get('/:file', (req, res, next) => {
    if (!req.params.file.endsWith('.webp')) return next();
    res.sendFile(req.params.file, { root: 'uploads' }, (error) => {
      if (error && !res.headersSent) next();
    });
  });

  return router;
}

module.exports = { uploads };
