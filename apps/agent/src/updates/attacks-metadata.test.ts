import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialectB, generateSigningKey, noExtra, rotateRoot, signerOf, signRoot, type Target } from '@bulkhead/uptane';
import { createTestAuthority, testDevice } from '../testing.ts';
import { nextBoot } from './file-slots.ts';
import { authority, createAttackBench, waiting } from './testing-attack.ts';
import { newContent } from './testing-images.ts';
import { hashesOfBytes, pathOfImage, startTestPlatform } from './testing-platform.ts';
import { newTcu, testVehicle } from './testing-vehicle.ts';

const { vin } = testDevice;
const { arrange, assertRepelled, repels, tried } = createAttackBench(30);

test('9, mix-and-match: files of different sets, and repositories that disagree about an image, are refused', async () => {
  await repels('uptane.mix-and-match', {}, ({ platform }) => {
    const old = platform.files.get('/director-tuf/1.targets.json') as Uint8Array;
    platform.offer({ images: [newTcu], correlationId: 'bulkhead:test:9' });
    platform.files.set('/director-tuf/2.targets.json', old);
  });
  const others: readonly Partial<Target>[] = [
    { length: newContent.length + 1 },
    { hashes: hashesOfBytes(Buffer.from('another image')) },
  ];
  for (const imageRepository of others)
    await repels('uptane.mix-and-match', { images: [{ ...newTcu, imageRepository }] });
});

test('10, arbitrary software: other bytes than were signed, whole or in part, are thrown away', async () => {
  for (const bytes of [Buffer.alloc(newContent.length, 'x'), newContent.subarray(0, 50_000)]) {
    const it = await arrange();
    it.platform.offer({ images: [newTcu] });
    it.platform.files.set(pathOfImage(newTcu.filename, newContent), bytes);
    await assertRepelled(it, 'uptane.arbitrary-software');
  }
});

test('10, arbitrary software: every listed hash has to fit, not only the strongest', async () => {
  for (const wrong of ['sha256', 'sha512'] as const) {
    const it = await arrange();
    const hashes = new Map(hashesOfBytes(newContent)).set(wrong, hashesOfBytes(Buffer.from('x')).get(wrong) ?? '');
    const image = { ...newTcu, imageRepository: { hashes } };
    it.platform.offer({
      images: [image],
      change: (targets) => ({
        ...targets,
        targets: new Map([...targets.targets].map(([name, target]) => [name, { ...target, hashes }])),
      }),
    });
    const sha256 = hashes.get('sha256') ?? '';
    it.platform.files.set(`/repo-tuf/targets/${sha256}.${newTcu.filename}`, newContent);
    await assertRepelled(it, 'uptane.arbitrary-software');
  }
});

test('10, arbitrary software: roles signed by a stranger, by a key of another role, or named otherwise, are refused', async () => {
  const stranger = signerOf(generateSigningKey());
  for (const role of ['targets', 'snapshot', 'timestamp'] as const) {
    await repels('uptane.arbitrary-software', { by: { [role]: stranger } });
    await repels('uptane.arbitrary-software', {}, ({ platform }) => {
      const other = role === 'targets' ? 'timestamp' : 'targets';
      platform.offer({ images: [newTcu], by: { [role]: platform.director.keys[other] } });
    });
  }
  const it = await arrange();
  it.platform.offer({ images: [newTcu] });
  it.platform.files.set(
    '/director-tuf/timestamp.json',
    it.platform.files.get('/director-tuf/1.snapshot.json') as Uint8Array,
  );
  tried();
  assert.match((await it.cycle()).detail, /director\/timestamp/);
  assert.deepEqual(nextBoot(it.vehicle.slots), { slot: 'a', onTrial: false });
});

test('10, arbitrary software: one signature where two are needed, one given twice, one key under two ids, are too few', async () => {
  for (const how of ['one', 'twice', 'two-ids'] as const) {
    const it = await arrange();
    const { platform } = it;
    const second = signerOf(generateSigningKey());
    const { keys, root } = platform.director;
    const expires = new Date(Date.now() + 1e10);
    // the thief has one of the two keys of the role
    const roles = { targets: { keys: [keys.targets.key, second.key], threshold: 2 } };
    const next = rotateRoot(dialectB.readRoot(root), { expires, roles });
    platform.files.set('/director-tuf/2.root.json', signRoot(dialectB.readRoot(next), keys.root));
    const alias = { ...keys.targets, keyId: second.keyId };
    const by = { one: [keys.targets], twice: [keys.targets, keys.targets], 'two-ids': [keys.targets, alias] }[how];
    platform.offer({ images: [newTcu], targetsBy: by });
    await assertRepelled(it, how === 'twice' ? 'uptane.' : 'uptane.arbitrary-software', () => {
      platform.offer({ images: [newTcu], correlationId: 'bulkhead:test:2', targetsBy: [keys.targets, second] });
    });
  }
});

test('10, arbitrary software: a root that the keys of the one before did not sign is not followed', async () => {
  await repels('uptane.arbitrary-software', {}, ({ platform }) => {
    const current = dialectB.readRoot(platform.director.root);
    const thief = signerOf(generateSigningKey());
    const roles = {
      root: { keys: [thief.key], threshold: 1 },
      targets: { keys: [signerOf(generateSigningKey()).key], threshold: 1 },
    };
    const next = dialectB.readRoot(rotateRoot(current, { expires: new Date(Date.now() + 1e10), roles }));
    platform.files.set('/director-tuf/2.root.json', signRoot(next, thief));
    const restored = () => platform.files.delete('/director-tuf/2.root.json');
    const served = platform.offer;
    platform.offer = (offer) => {
      restored();
      served(offer);
    };
  });
});

test('11, wrong hardware, an unknown ECU, an ECU named twice, a Director that delegates: each is refused by its name', async () => {
  await repels('uptane.wrong-hardware', { images: [{ ...newTcu, hardwareId: 'other-hw' }] });
  await repels('uptane.unknown-ecu', { images: [{ ...newTcu, serial: 'NOT-HERE' }] });
  await repels('uptane.duplicate-ecu', {
    images: [newTcu, { ...newTcu, filename: 'tcu-2.1.bin', content: Buffer.from('another') }],
  });
  await repels('uptane.director-delegation', {
    change: (targets) => {
      const key = signerOf(generateSigningKey());
      const role = { name: 'evil', keyIds: [key.keyId], threshold: 1, extra: noExtra } as const;
      const delegation = {
        roles: [role] as const,
        agreement: 1,
        name: undefined,
        paths: ['*'],
        hardwareIds: undefined,
        terminating: false,
        extra: noExtra,
      };
      return { ...targets, delegations: { keys: new Map([[key.keyId, key.key]]), list: [delegation], extra: noExtra } };
    },
  });
});

test('12, fast-forward: after version 2^31 - 1 the vehicle recovers when the keys are replaced', async () => {
  const it = await arrange();
  const { platform, cycle } = it;
  platform.offer({ images: [], version: 2 ** 31 - 1, block: waiting });
  await cycle();
  platform.offer({ images: [newTcu], version: 2 });

  await assertRepelled(it, 'uptane.rollback', () => {
    const { director } = platform;
    const fresh = {
      ...director.keys,
      targets: signerOf(generateSigningKey()),
      snapshot: signerOf(generateSigningKey()),
      timestamp: signerOf(generateSigningKey()),
    };
    const one = ({ key }: typeof fresh.root) => ({ keys: [key], threshold: 1 });
    const roles = { targets: one(fresh.targets), snapshot: one(fresh.snapshot), timestamp: one(fresh.timestamp) };
    const change = { expires: new Date(Date.now() + 1e10), roles };
    const next = dialectB.readRoot(rotateRoot(dialectB.readRoot(director.root), change));
    platform.files.set('/director-tuf/2.root.json', signRoot(next, director.keys.root));
    platform.offer({ images: [newTcu], version: 3, correlationId: 'bulkhead:test:2', by: fresh });
  });
});

test('14, replay: the targets of another vehicle, full or empty, and empty ones that name none, are refused', async () => {
  await repels('uptane.replay', { vehicleId: 'YZ9BA1C2ZTV000002' });
  await repels('uptane.replay', { images: [], vehicleId: 'YZ9BA1C2ZTV000002' });
  await repels('uptane.replay', { images: [], vehicleId: null });
});

test('metadata that no reader takes is refused and reported', async () => {
  for (const bytes of [
    '',
    '{',
    '[]',
    '{"signed":{},"signatures":[]}',
    `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  ]) {
    const it = await arrange();
    it.platform.offer({ images: [newTcu] });
    const good = it.platform.files.get('/director-tuf/timestamp.json') as Uint8Array;
    it.platform.files.set('/director-tuf/timestamp.json', Buffer.from(bytes));
    await assertRepelled(it, 'uptane.', (platform) => void platform.files.set('/director-tuf/timestamp.json', good));
  }
});

test('a stranger with a certificate of another authority is not believed to be the platform', async () => {
  const it = await arrange();
  const foreign = await startTestPlatform(createTestAuthority(), vin);
  foreign.offer({ images: [newTcu] });
  const vehicle = testVehicle(authority, it.platform, { url: foreign.url });
  const { end } = await vehicle.updates.cycle();
  vehicle.updates.close();
  await foreign.stop();

  tried();
  assert.equal(end, 'unreachable');
  assert.equal(foreign.requests.length, 0);
});
