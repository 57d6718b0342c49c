'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const request = require('supertest');
const sharp = require('sharp');
const { shop } = require('./helpers');

// Uploads go below the working directory, so each run gets one of its own.
const home = process.cwd();
let dir;

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'storefront-'));
  process.chdir(dir);
});

afterEach(() => {
  process.chdir(home);
  fs.rmSync(dir, { recursive: true, force: true });
});

const picture = (width, height) =>
  sharp({ create: { width, height, channels: 3, background: '#c0ffee' } })
    .png()
    .toBuffer();

test('a picture is kept and gets a thumbnail', async () => {
  const app = shop();
  const res = await request(app)
    .post('/uploads')
    .attach('picture', await picture(600, 300), 'wide.png')
    .expect(201);
  expect(res.body.name).toBe('wide.png');
  const thumbnail = await request(app).get(res.body.thumbnail).expect(200).expect('Content-Type', 'image/webp');
  expect(await sharp(thumbnail.body).metadata()).toMatchObject({ width: 240, height: 120, format: 'webp' });
  expect(fs.readdirSync('uploads')).toHaveLength(2);
});

test('a file that is no picture is refused and leaves nothing behind', async () => {
  await request(shop()).post('/uploads').attach('picture', Buffer.from('plain text'), 'a.png').expect(415);
  expect(fs.readdirSync('uploads')).toEqual([]);
});

test('a picture over the limit is refused', async () => {
  await request(shop({ MAX_UPLOAD_MB: '0.0001' }))
    .post('/uploads')
    .attach('picture', await picture(600, 300), 'wide.png')
    .expect(413);
});

test('a form without a picture is refused', async () => {
  await request(shop()).post('/uploads').field('title', 'x').expect(400);
});

test('originals and files outside uploads/ are never served', async () => {
  const app = shop();
  fs.writeFileSync('secret.webp', 'x');
  fs.writeFileSync(path.join('uploads', 'original'), 'x');
  await request(app).get('/uploads/original').expect(404);
  await request(app).get('/uploads/..%2Fsecret.webp').expect(404);
});
