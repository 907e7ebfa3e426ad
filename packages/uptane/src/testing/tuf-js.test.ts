import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { Updater } from 'tuf-js';
import { rotateRoot, signRoot } from '../ceremony/root-ceremony.ts';
import { dialectB } from '../dialect.ts';
import { generateSigningKey, type Signer, signerOf } from '../keys/signer.ts';
import type { Targets } from '../model/targets.ts';
import { createImageSet } from '../server/image-set.ts';
import { signPayload } from '../signing/sign.ts';
import { newSigner, now, rootFor, targetOf, targetsOf } from '../testing.ts';
import { brakeFile, delegating, delegationTo } from '../testing-world.ts';

// tuf-js judges expiry by the clock of the machine
const expires = { snapshot: new Date('2099-01-01'), timestamp: new Date('2099-01-01') };
const far = '2099-01-01T00:00:00Z';
const espFile = 'esp/10/1.bin';
const content = new Map([
  [brakeFile, 'brake 2.0'],
  ['plain.bin', 'plain'],
  [espFile, 'esp'],
]);

/** Serves metadata and images, as the Image repository does; what was asked is kept. */
async function startServer(
  files: Map<string, Uint8Array>,
): Promise<{ server: Server; address: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1));
    asked.push(path);
    const body = files.get(path);
    response.writeHead(body ? 200 : 404).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('a plain TUF client (tuf-js) reads the Image repository in dialect B', () => {
  const files = new Map<string, Uint8Array>();
  const ecdsa = signerOf(generateSigningKey('ecdsa'));
  const signers = {
    root: [newSigner(), newSigner()],
    targets: [ecdsa],
    snapshot: [newSigner()],
    timestamp: [newSigner()],
  };
  const suppliers = { acme: newSigner(), tier2: newSigner() };
  let root = signPayload(rootFor(signers, { expires: far, consistentSnapshot: true }), dialectB, signers.root);
  const first = root;
  let served: Awaited<ReturnType<typeof startServer>>;
  const folders: string[] = [];

  function publish(version: number, by = signers): void {
    const sign = (targets: Targets, keys: readonly Signer[]) =>
      signPayload({ ...targets, expires: far }, dialectB, keys);
    const both = Object.values(suppliers);
    const list = [
      delegationTo([suppliers.acme]),
      delegationTo([suppliers.tier2], { paths: ['esp/*/*'], terminating: true }, 'tier2'),
    ];
    const top = { ...delegating(both, list, { version }), targets: new Map([['plain.bin', targetOf('plain')]]) };
    const set = createImageSet({
      dialect: 'b',
      root,
      targets: sign(top, by.targets),
      delegated: new Map([
        [
          'acme',
          sign(targetsOf({ [brakeFile]: targetOf('brake 2.0', { hardwareIds: ['bcm-2'] }) }, { version }), [
            suppliers.acme,
          ]),
        ],
        ['tier2', sign(targetsOf({ [espFile]: targetOf('esp') }, { version }), [suppliers.tier2])],
      ]),
      versions: { snapshot: version, timestamp: version },
      expires,
      now,
      keys: by,
    });
    for (const [path, bytes] of set) files.set(`metadata/${path}`, bytes);
    for (const [name, bytes] of content) {
      const parts = name.split('/');
      const base = parts.pop();
      files.set(['targets', ...parts, `${targetOf(bytes).hashes.get('sha256')}.${base}`].join('/'), Buffer.from(bytes));
    }
  }

  async function client(metadataDir?: string): Promise<{ updater: Updater; folder: string }> {
    const folder = metadataDir ?? (await mkdtemp(join(tmpdir(), 'bulkhead-tuf-')));
    if (!metadataDir) {
      folders.push(folder);
      await writeFile(join(folder, 'root.json'), first);
    }
    const options = {
      metadataDir: folder,
      targetDir: folder,
      metadataBaseUrl: `${served.address}/metadata`,
      targetBaseUrl: `${served.address}/targets`,
    };
    return { updater: new Updater({ ...options, config: { fetchRetries: 0 } }), folder };
  }

  async function download(updater: Updater, name: string): Promise<string> {
    const info = await updater.getTargetInfo(name);
    assert.ok(info, name);
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-tuf-'));
    folders.push(folder);
    return readFile(await updater.downloadTarget(info, join(folder, 'image')), 'utf8');
  }

  before(async () => {
    served = await startServer(files);
    publish(1);
  });
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
  });
  after(() => served.server.close());

  it('finds and downloads images of the repository itself and of delegated roles', async () => {
    const { updater } = await client();
    let seen = 0;
    for (const [name, bytes] of content) {
      assert.equal(await download(updater, name), bytes);
      seen++;
    }
    assert.equal(seen, 3);
    assert.equal(await updater.getTargetInfo('acme/brake/9.bin'), undefined);
    assert.ok(served.asked.includes('metadata/1.tier2.json'));
  });

  it('follows new versions, and a root ceremony that replaces the keys of root, targets and timestamp', async () => {
    const { updater, folder } = await client();
    await updater.refresh();
    const before = dialectB.readRoot(root);
    const fresh = {
      root: [newSigner(), newSigner()],
      targets: [newSigner()],
      snapshot: signers.snapshot,
      timestamp: [newSigner()],
    };
    const plan = (keys: readonly Signer[]) => ({ keys: keys.map(({ key }) => key), threshold: keys.length });
    const roles = { root: plan(fresh.root), targets: plan(fresh.targets), timestamp: plan(fresh.timestamp) };
    const next = dialectB.readRoot(rotateRoot(before, { expires: new Date(far), roles }));
    root = [...signers.root, ...fresh.root].reduce(
      (file, signer) => dialectB.readRoot(signRoot(file, signer, before)),
      next,
    ).bytes;
    publish(2, fresh);

    assert.equal(await download((await client(folder)).updater, brakeFile), 'brake 2.0');
    assert.equal(dialectB.readRoot(await readFile(join(folder, 'root.json'))).signed.version, 2);
    // and a client that starts from the first root
    assert.equal(await download((await client()).updater, brakeFile), 'brake 2.0');
  });

  it('refuses what was signed by a key that the root no longer lists', async () => {
    const timestamp = dialectB.readTimestamp(files.get('metadata/timestamp.json') as Uint8Array).signed;
    const good = files.get('metadata/timestamp.json') as Uint8Array;
    files.set('metadata/timestamp.json', signPayload({ ...timestamp, version: 9 }, dialectB, signers.timestamp));
    await assert.rejects((await client()).updater.refresh());
    files.set('metadata/timestamp.json', good);
    await (await client()).updater.refresh();
  });
});
