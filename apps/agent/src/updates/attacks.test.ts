import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { createImageEncryptor, noExtra, type Target, wrapContentKey } from '@bulkhead/uptane';
import { testDevice } from '../testing.ts';
import { isWhole } from './file-slots.ts';
import { createAttackBench, honest, waiting } from './testing-attack.ts';
import { newContent, newImage } from './testing-images.ts';
import { hashesOfBytes, inDays, targetsPayload } from './testing-platform.ts';
import { newTcu } from './testing-vehicle.ts';

const { serial } = testDevice;
const { arrange, assertRepelled, repels, tried } = createAttackBench(25);
const pathOf = (request: IncomingMessage) => request.url ?? '';
const isImage = (request: IncomingMessage) => pathOf(request).includes('/targets/');
const nothing = () => {};

test('1, eavesdropping: an image encrypted for another ECU does not open here', async () => {
  const own = generateKeyPairSync('x25519');
  const other = generateKeyPairSync('x25519');
  const it = await arrange({ decryptionKey: own.privateKey });
  const contentKey = randomBytes(32);
  const encryptor = createImageEncryptor(contentKey);
  const content = Buffer.concat([encryptor.update(newContent), encryptor.finish()]);
  const names = { serial, filename: newImage.filename };
  const image = {
    filename: 'tcu-2.0.enc',
    length: content.length,
    hashes: hashesOfBytes(content),
    method: 'x25519-hkdf-sha256-aes-256-gcm-64k',
    wrappedKey: wrapContentKey(contentKey, other.publicKey, names),
    extra: noExtra,
  };
  it.platform.offer({ images: [{ ...newTcu, encrypted: { image, content } }] });

  const { detail } = await it.cycle();

  tried();
  assert.match(detail, /not wrapped for ECU/);
  assert.equal(isWhole(it.vehicle.slots, 'b'), false);
});

test('2, drop request: a file or image that is not served, or breaks off, keeps the old image, and is reported', async () => {
  const withheld = ['/director-tuf/timestamp.json', '/director-tuf/1.targets.json', '/repo-tuf/1.snapshot.json'];
  for (const path of withheld) {
    for (const how of [404, 'reset'] as const) {
      const it = await arrange({ downloadAttempts: 1 });
      it.platform.offer({ images: [newTcu] });
      it.platform.intercept = (request, response) => {
        if (pathOf(request) !== path) return false;
        if (how === 404) response.writeHead(404).end();
        else request.socket.destroy();
        return true;
      };
      await assertRepelled(it, 'uptane.drop-request', nothing);
    }
  }
  const it = await arrange({ downloadAttempts: 2 });
  it.platform.offer({ images: [newTcu] });
  it.platform.intercept = (request, response) => isImage(request) && Boolean(response.writeHead(404).end());
  await assertRepelled(it, 'uptane.drop-request', nothing);
});

test('3, slow retrieval: a trickle of one byte in two seconds is ended and reported, for metadata and for images', async () => {
  const trickle = (response: ServerResponse) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 2_000);
    response.write('x');
    response.on('close', () => clearInterval(timer));
    return true;
  };
  for (const path of ['/director-tuf/timestamp.json', '/repo-tuf/1.snapshot.json', '/targets/']) {
    const it = await arrange();
    it.platform.offer({ images: [newTcu] });
    it.platform.intercept = (request, response) => pathOf(request).includes(path) && trickle(response);
    const begun = performance.now();
    // the byte that came was wrong too: the whole is fetched again
    await assertRepelled(it, 'uptane.slow-retrieval', nothing);
    assert.ok(performance.now() - begun < 20_000);
  }
});

test('4, freeze: each role that has expired is refused', async () => {
  for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
    await repels('uptane.freeze', { expires: { [role]: inDays(-1) } });
    await repels('uptane.freeze', {}, ({ platform }) => {
      const version = platform.image.version + 1;
      const known = new Map([[newImage.filename, imageTargetOf()]]);
      platform.publish('image', targetsPayload(known, version), { expires: { [role]: inDays(-1) } });
    });
  }
});

function imageTargetOf(): Target {
  const custom = {
    hardwareIds: ['tcu-hw'],
    ecus: undefined,
    releaseCounter: 2,
    uri: undefined,
    targetFormat: undefined,
    shallMatch: undefined,
    extra: noExtra,
  };
  return { length: newContent.length, hashes: hashesOfBytes(newContent), custom, extra: noExtra };
}

test('4, freeze: a platform whose clock stands still or goes back does not make expired metadata valid again', async () => {
  const it = await arrange();
  const { platform, cycle } = it;
  platform.offer({ images: [], expires: { timestamp: inDays(1) } });
  await cycle();
  platform.offer({ images: [newTcu], expires: { timestamp: inDays(-1) } });
  platform.now = () => new Date(Date.now() - 10 * 86_400_000);

  await assertRepelled(it, 'uptane.freeze');
});

test('4, freeze: a platform that lies about the time into the future cannot make everything expire for ever', async () => {
  const it = await arrange();
  it.platform.offer({ images: [newTcu] });
  it.platform.now = () => new Date(Date.now() + 3_650 * 86_400_000);

  await assertRepelled(it, 'uptane.freeze', (platform) => {
    platform.now = () => new Date();
  });
});

test('7, rollback: older targets, snapshot or timestamp are refused, and so is a lower release counter', async () => {
  for (const which of ['director', 'image'] as const) {
    const it = await arrange();
    const { platform, cycle } = it;
    // a vehicle that has seen version 5 of both
    platform.image.version = 4;
    platform.offer({ images: [{ ...newTcu, releaseCounter: 1 }], version: 5, block: waiting });
    await cycle();
    platform[which].version = which === 'image' ? 1 : 5;
    platform.offer({ images: [newTcu], version: which === 'director' ? 3 : 6 });
    await assertRepelled(it, 'uptane.rollback', (later) => {
      later.director.version = 9;
      later.image.version = 9;
      honest(later);
    });
  }
  await repels('uptane.rollback', { images: [{ ...newTcu, releaseCounter: 0 }] });
});

test('8, endless data: metadata over its cap and an image over its length are cut off', async () => {
  for (const path of ['/director-tuf/timestamp.json', '/director-tuf/1.targets.json', '/repo-tuf/1.snapshot.json']) {
    const it = await arrange();
    it.platform.offer({ images: [newTcu] });
    it.platform.intercept = (request, response) => pathOf(request) === path && endless(response);
    await assertRepelled(it, 'uptane.endless-data', nothing);
  }
  const it = await arrange();
  it.platform.offer({ images: [newTcu] });
  it.platform.intercept = (request, response) => isImage(request) && endless(response);
  await assertRepelled(it, 'uptane.endless-data');
});

let sent = 0;
function endless(response: ServerResponse): true {
  response.writeHead(200);
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, '{'))) sent += 65_536;
  };
  response.on('drain', more);
  more();
  assert.ok(sent < 500_000_000);
  return true;
}
