import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { compactJson } from '../canonical-json.ts';
import { createRoot, rotateRoot, signRoot } from '../ceremony/root-ceremony.ts';
import { dialectA } from '../dialect.ts';
import type { JsonObject } from '../json/read-json.ts';
import { generateSigningKey, type Signer, signerOf } from '../keys/signer.ts';
import type { Targets } from '../model/targets.ts';
import { createDirector, type DirectorSetInput } from '../server/director-set.ts';
import { createImageSet } from '../server/image-set.ts';
import { signPayload } from '../signing/sign.ts';
import {
  earlier,
  hashesOf,
  later,
  newRoleSigners,
  newSigner,
  now,
  type RoleSigners,
  rootFor,
  signJson,
  targetsOf,
} from '../testing.ts';
import { brakeFile, delegating, delegationTo, imageTarget } from '../testing-world.ts';
import { type AktualizrStorage, pollAktualizr } from './aktualizr-client.ts';

const ecus = [
  { serial: 'p-1', hardwareId: 'gateway' },
  { serial: 'brake-1', hardwareId: 'bcm-2' },
  { serial: 'brake-2', hardwareId: 'bcm-2' },
];
const expires = { targets: new Date(later), snapshot: new Date(later), timestamp: new Date(later) };

/** Director and Image repository as the server builds them, in a map that stands for its files. */
function newServer(director: RoleSigners = newRoleSigners(), image: RoleSigners = newRoleSigners()) {
  const files = new Map<string, Uint8Array>();
  const supplier = newSigner();
  const signed = (signers: RoleSigners) => signPayload(rootFor(signers), dialectA, signers.root);
  files.set('director/1.root.json', signed(director));
  return {
    files,
    director,
    image,
    supplier,
    direct(more: Partial<DirectorSetInput> = {}) {
      const brakes = new Map([
        ['brake-1', { hardwareId: 'bcm-2' }],
        ['brake-2', { hardwareId: 'bcm-2' }],
      ]);
      const targets = [
        { filename: brakeFile, length: 9, hashes: hashesOf('brake 2.0'), ecus: brakes, releaseCounter: 2 },
      ];
      const versions = { targets: 1, snapshot: 1, timestamp: 1 };
      const set = createDirector(director, 'a').createSet({
        vehicleId: 'VIN1',
        targets,
        correlationId: 'c',
        versions,
        expires,
        ...more,
      });
      files.set('director/targets.json', set.targets); // all that this client ever asks of a Director besides its root
    },
    images(
      version = 1,
      top: Targets = delegating([supplier], [delegationTo([supplier])], { version }),
      by: readonly Signer[] = image.targets,
    ) {
      const set = createImageSet({
        dialect: 'a',
        root: signed(image),
        targets: signPayload(top, dialectA, by),
        delegated: new Map([
          ['acme', signPayload(targetsOf({ [brakeFile]: imageTarget }, { version }), dialectA, [supplier])],
        ]),
        versions: { snapshot: version, timestamp: version },
        expires,
        now,
        keys: image,
      });
      for (const [path, bytes] of set) files.set(`repo/${path}`, bytes);
    },
    poll: (storage?: AktualizrStorage) =>
      pollAktualizr({
        files: { get: (repository, path) => files.get(`${repository}/${path}`) },
        ecus,
        now,
        ...(storage && { storage }),
      }),
  };
}

function ready(director?: RoleSigners, image?: RoleSigners) {
  const server = newServer(director, image);
  server.direct();
  server.images();
  return server;
}

/** Signs a payload again after changing it in one way. */
function change(
  bytes: Uint8Array,
  signers: readonly Signer[],
  edit: (payload: Record<string, unknown>) => void,
): Uint8Array {
  const { signed } = JSON.parse(Buffer.from(bytes).toString()) as { signed: Record<string, unknown> };
  edit(signed);
  return signJson(signed as JsonObject, 'a', signers);
}

describe('an unmodified aktualizr', () => {
  it('finds its images in what Director and Image repository make', () => {
    const server = ready();
    const { targets } = server.poll();
    const sha256 = hashesOf('brake 2.0').get('sha256');
    assert.deepEqual(targets, [
      { filename: brakeFile, length: 9, hash: ['sha256', sha256], uri: undefined, ecus: ['brake-1', 'brake-2'] },
    ]);
  });

  it('polls again with what it has stored, and follows new versions', () => {
    const server = ready();
    const { storage } = server.poll();
    server.direct({ versions: { targets: 2, snapshot: 2, timestamp: 2 } });
    server.images(2);
    assert.equal(server.poll(storage).targets.length, 1);
    server.direct({ targets: [], versions: { targets: 3, snapshot: 3, timestamp: 3 } });
    assert.equal(server.poll(storage).targets.length, 0);
  });

  it('takes RSA keys, whose line ends it signs as two characters', () => {
    const rsa = signerOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const signers = { ...newRoleSigners(), targets: [rsa] };
    assert.equal(ready(signers, { ...newRoleSigners(), targets: [rsa] }).poll().targets.length, 1);
  });

  it('follows a root ceremony', () => {
    const server = ready();
    const people = [newSigner(), newSigner()] as const;
    const plan = (signers: readonly Signer[]) => ({ keys: signers.map(({ key }) => key), threshold: signers.length });
    const { targets, snapshot, timestamp } = server.director;
    const roles = { root: plan(people), targets: plan(targets), snapshot: plan(snapshot), timestamp: plan(timestamp) };
    const read = dialectA.readRoot;
    const first = people.reduce(
      (file, signer) => read(signRoot(file, signer)),
      read(createRoot({ expires: new Date(later), roles }, 'a')),
    );
    const fresh = [people[0], newSigner()];
    const next = read(rotateRoot(first, { expires: new Date(later), roles: { root: plan(fresh) } }));
    const second = [...people, ...fresh.slice(1)].reduce((file, signer) => read(signRoot(file, signer, first)), next);
    server.files.set('director/1.root.json', first.bytes);
    assert.equal(server.poll().targets.length, 1);
    server.files.set('director/2.root.json', second.bytes);
    assert.equal(server.poll().targets.length, 1);
    server.files.set('director/2.root.json', read(signRoot(next, people[0], first)).bytes);
    assert.throws(() => server.poll(), /unmet threshold/);
  });

  it('refuses what aktualizr refuses: it is no paper tiger', () => {
    const lower = (payload: Record<string, unknown>) => {
      payload._type = 'targets';
    };
    const fraction = (payload: Record<string, unknown>) => {
      payload.expires = '2027-11-20T10:00:00.000Z';
    };
    const expired = (payload: Record<string, unknown>) => {
      payload.expires = earlier;
    };
    const delegates = (payload: Record<string, unknown>) => {
      payload.delegations = { keys: {}, roles: [] };
    };
    const hardware = (payload: Record<string, unknown>) => {
      const custom = (Object.values(payload.targets as object)[0] as { custom: Record<string, unknown> }).custom;
      custom.hardwareIds = ['bcm-2'];
    };
    let refused = 0;
    for (const [edit, message] of [
      [lower, /has type targets/],
      [fraction, /Invalid timestamp/],
      [expired, /expired/],
      [delegates, /Director delegates/],
      [hardware, /hardware ids and ECUs/],
    ] as const) {
      const server = ready();
      const path = 'director/targets.json';
      server.files.set(path, change(server.files.get(path) as Uint8Array, server.director.targets, edit));
      assert.throws(() => server.poll(), message);
      refused++;
    }
    assert.equal(refused, 5);
  });

  it('refuses a whole file for one signature of a method it does not know, or a repeated key id', () => {
    for (const [extra, message] of [
      [{ keyid: 'x', method: 'ecdsa', sig: 'AA==' }, /Unsupported sign method/],
      [undefined, /Non-unique keyid/],
    ] as const) {
      const server = ready();
      const path = 'director/targets.json';
      const file = JSON.parse(Buffer.from(server.files.get(path) as Uint8Array).toString()) as { signatures: object[] };
      file.signatures.push(extra ?? (file.signatures[0] as object));
      server.files.set(path, Buffer.from(JSON.stringify(file)));
      assert.throws(() => server.poll(), message);
    }
  });

  it('refuses a root with one ECDSA key in it, which our ceremony never makes', () => {
    const ecdsa = signerOf(generateSigningKey('ecdsa'));
    const server = ready();
    const { keyId, key } = ecdsa;
    server.files.set(
      'director/1.root.json',
      change(server.files.get('director/1.root.json') as Uint8Array, server.director.root, (payload) => {
        (payload.keys as Record<string, unknown>)[keyId] = { keytype: 'ECDSA', keyval: { public: key.value } };
      }),
    );
    assert.throws(() => server.poll(), /Unsupported key type/);
  });

  it('compares hashes with the canonical form, which white space does not change', () => {
    const server = ready();
    const path = 'repo/targets.json';
    const pretty = JSON.stringify(JSON.parse(Buffer.from(server.files.get(path) as Uint8Array).toString()), null, 1);
    server.files.set(path, Buffer.from(pretty));
    assert.equal(server.poll().targets.length, 1);
    server.files.set(path, signPayload(targetsOf({}), dialectA, server.image.targets));
    assert.throws(() => server.poll(), /Hash metadata mismatch/);
  });

  it('notices a rollback', () => {
    const server = ready();
    server.direct({ versions: { targets: 5, snapshot: 5, timestamp: 5 } });
    const { storage } = server.poll();
    server.direct({ versions: { targets: 4, snapshot: 6, timestamp: 6 } });
    assert.throws(() => server.poll(storage), /Rollback/);
  });

  it('is deceived by one key under two ids, which is why no root of ours lists one', () => {
    const key = generateSigningKey();
    const twice = [signerOf(key, 'one'), signerOf(key, 'two')];
    const signers = { ...newRoleSigners(), targets: twice };
    assert.equal(ready(signers).poll().targets.length, 1);
    assert.throws(() => dialectA.readRoot(signPayload(rootFor(signers), dialectA, signers.root)), /different keys/);
  });

  it('searches siblings of a terminating delegation, so that patterns alone must keep suppliers apart', () => {
    const server = newServer();
    server.direct();
    const other = newSigner();
    const list = [delegationTo([other], { paths: ['*'], terminating: true }, 'first'), delegationTo([server.supplier])];
    const top = delegating([other, server.supplier], list);
    const set = createImageSet({
      dialect: 'a',
      root: signPayload(rootFor(server.image), dialectA, server.image.root),
      targets: signPayload(top, dialectA, server.image.targets),
      delegated: new Map([
        ['first', signPayload(targetsOf({}), dialectA, [other])],
        ['acme', signPayload(targetsOf({ [brakeFile]: imageTarget }), dialectA, [server.supplier])],
      ]),
      versions: { snapshot: 1, timestamp: 1 },
      expires,
      now,
      keys: server.image,
    });
    for (const [path, bytes] of set) server.files.set(`repo/${path}`, bytes);
    assert.equal(server.poll().targets.length, 1);
  });

  it('agrees with this package about the canonical form of everything served', () => {
    const { files } = ready();
    for (const bytes of files.values())
      assert.equal(compactJson(JSON.parse(Buffer.from(bytes).toString())), Buffer.from(bytes).toString());
    assert.equal(files.size, 7);
  });
});
