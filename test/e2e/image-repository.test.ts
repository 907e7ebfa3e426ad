import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BaseFetcher, Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { firstCeremony, newPeople, supplierFile, targetOf } from '../../apps/server/src/modules/images/testing.ts';
import { enrolledVehicle, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const name = 'acme/brake/2.0.bin';
const image = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(image).digest('hex');
const directory = mkdtempSync(join(tmpdir(), 'bulkhead-e2e-tuf-'));

let platform: Platform;
let agent: Agent;
before(async () => {
  platform = await startPlatform();
  const client = await platform.client('engineer');
  const trust = platform.rootPem();
  const vehicle = { vin: testVin(41), serial: 'TCU-REPO-1', estUrl: platform.estUrl, trust };
  const { identity } = await enrolledVehicle(client, vehicle);
  const key = identity.key.export({ format: 'pem', type: 'pkcs8' }).toString();
  agent = new Agent({ key, cert: identity.chain, ca: trust });
});
after(async () => {
  agent?.destroy();
  await platform?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function fetchOver(url: string, withAgent: Agent): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    request(url, { agent: withAgent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
    })
      .on('error', reject)
      .end();
  });
}

/** tuf-js, over the mutual TLS of a vehicle. */
class VehicleFetcher extends BaseFetcher {
  override async fetch(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { status, body } = await fetchOver(url, agent);
    if (status !== 200) throw new DownloadHTTPError(`status ${status}`, status);
    return new Blob([new Uint8Array(body)]).stream();
  }
}

test('a supplier sends an image and signs for it, and tuf-js reads it from the running server as a vehicle', async () => {
  const people = newPeople();
  const client = await platform.client('engineer');
  await firstCeremony({ images: platform.server.modules.images }, people);

  const upload = await client.createImageUpload({
    body: { fileName: name, role: 'acme', hardwareIds: ['bcm-2'], length: image.length, sha256 },
  });
  const params = { id: upload.id };
  const piece = (from: number, to: number) => new Uint8Array(image.subarray(from, to));
  const half = await client.appendImageUpload({ params, query: { offset: 0 }, content: piece(0, 1_300_000) });
  assert.equal(half.received, 1_300_000);
  await assert.rejects(client.appendImageUpload({ params, query: { offset: 5 }, content: piece(5, 10) }), {
    code: 'images.upload-offset',
  });
  await client.appendImageUpload({ params, query: { offset: 1_300_000 }, content: piece(1_300_000, image.length) });
  const stored = await client.completeImageUpload({ params, body: {} });
  assert.deepEqual([stored.state, stored.sha256], ['stored', sha256]);

  const base = `https://localhost:${platform.server.ports.est}/repo-tuf`;
  for (const dialect of ['a', 'b'] as const) {
    const content = new Uint8Array(supplierFile(dialect, people.acme, 2, { [name]: targetOf(image, 2) }));
    const draft = await client.uploadMetadata({ params: { role: 'acme' }, content });
    assert.equal(draft.complete, true);
    await client.publishRepository({ body: { dialect } });
  }
  writeFileSync(join(directory, 'root.json'), (await fetchOver(`${base}/1.root.json`, agent)).body);
  const updater = new Updater({
    metadataDir: directory,
    targetDir: directory,
    metadataBaseUrl: base,
    targetBaseUrl: `${base}/targets`,
    fetcher: new VehicleFetcher(),
  });
  await updater.refresh();
  const info = await updater.getTargetInfo(name);
  assert.ok(info);
  assert.ok(readFileSync(await updater.downloadTarget(info, join(directory, 'image'))).equals(image));
});

test('who has no certificate of an ECU reads nothing, and a viewer changes nothing', async () => {
  const stranger = new Agent({ ca: platform.rootPem() });
  const { status } = await fetchOver(`https://localhost:${platform.server.ports.est}/repo/timestamp.json`, stranger);
  stranger.destroy();
  assert.equal(status, 401);

  const viewer = await platform.client('viewer');
  const { dialects, roles } = await viewer.getRepository({});
  assert.deepEqual([dialects.map(({ published }) => published), roles.length], [[true, true], 10]);
  const { items } = await viewer.listImages({ query: { filter: 'state = published' } });
  assert.deepEqual(
    items.map(({ fileName, dialects: listedIn }) => [fileName, listedIn]),
    [[name, ['a', 'b']]],
  );
  await assert.rejects(viewer.publishRepository({ body: { dialect: 'a' } }), { code: 'access.forbidden' });
  await assert.rejects(viewer.renewOnlineKey({ params: { role: 'timestamp' }, body: {} }), {
    code: 'access.forbidden',
  });
});
