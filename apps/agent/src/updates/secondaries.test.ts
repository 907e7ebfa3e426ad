import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  createImageEncryptor,
  generateSigningKey,
  noExtra,
  publicKeyOf,
  signerOf,
  wrapContentKey,
} from '@bulkhead/uptane';
import { openState } from '../state.ts';
import { createTestAuthority, freshDirectory, testDevice } from '../testing.ts';
import { createFileSlots, isWhole, nextBoot } from './file-slots.ts';
import { createSecondary } from './secondary.ts';
import { createSecondaryEcu } from './secondary-ecu.ts';
import { decodeFrame, encodeFrame, type SecondaryAnswer } from './secondary-frames.ts';
import { slotImage } from './testing-images.ts';
import { hashesOfBytes, openBlock, startTestPlatform, type TestPlatform } from './testing-platform.ts';
import { newTcu, type TestVehicle, testVehicle } from './testing-vehicle.ts';

const authority = createTestAuthority();
const { serial: tcu, vin } = testDevice;
const started: { platform: TestPlatform; vehicle: TestVehicle }[] = [];
after(async () => {
  for (const { platform, vehicle } of started) {
    vehicle.updates.close();
    await platform.stop();
  }
});

const oldBrake = Buffer.from('the old software of the brake');
const newBrake = Buffer.alloc(20_000, 'the new software of the brake. ');

interface SecondaryTestOptions {
  readonly verification?: 'partial' | 'full';
  readonly healthy?: () => boolean;
  /** Between Primary and Secondary: whoever sits on the bus. */
  readonly bus?: (message: Uint8Array, pass: (message: Uint8Array) => Promise<Uint8Array>) => Promise<Uint8Array>;
  /** The Secondary has other roots than its Primary: the Primary is in the hands of somebody else. */
  readonly roots?: { readonly director: Uint8Array; readonly image: Uint8Array };
}

function testSecondary(serial: string, platform: TestPlatform, options: SecondaryTestOptions, primaryState: string) {
  const { verification = 'partial', healthy = () => true, bus = (message, pass) => pass(message) } = options;
  const directory = freshDirectory();
  const slots = join(directory, 'slots');
  const key = generateSigningKey();
  const decryption = generateKeyPairSync('x25519');
  const installer = createFileSlots({
    directory: slots,
    durable: false,
    factory: { image: slotImage('brake-1.0.bin', oldBrake, 1), content: oldBrake },
  });
  const secondary = createSecondary({
    vin,
    serial,
    hardwareId: 'brake-hw',
    signer: signerOf(key),
    decryptionKey: decryption.privateKey,
    installer,
    health: async () => healthy(),
    verification,
    roots: options.roots ?? { director: platform.director.root, image: platform.image.root },
    state: openState({ directory, durable: false }),
  });
  const messages: number[] = [];
  const ecu = createSecondaryEcu({
    serial,
    hardwareId: 'brake-hw',
    key: publicKeyOf(key),
    link: {
      mostBytes: 4_095,
      exchange: async (message) => {
        messages.push(message.length);
        return bus(message, secondary.handle);
      },
    },
    ecus: () => [
      { serial: tcu, hardwareId: 'tcu-hw' },
      { serial: 'BRAKE-1', hardwareId: 'brake-hw' },
      { serial: 'BRAKE-2', hardwareId: 'brake-hw' },
    ],
    state: openState({ directory: primaryState, durable: false }),
    answerTimeoutMs: 2_000,
  });
  return { ecu, slots, messages, secondary, decryption };
}

async function arrange(options: readonly SecondaryTestOptions[] = [{}]) {
  const platform = await startTestPlatform(authority, vin);
  const directory = freshDirectory();
  const secondaries = options.map((one, i) => testSecondary(`BRAKE-${i + 1}`, platform, one, directory));
  const vehicle = testVehicle(authority, platform, { directory, secondaries: secondaries.map(({ ecu }) => ecu) });
  started.push({ platform, vehicle });
  const [first] = secondaries;
  if (!first) throw new Error('no Secondary');
  return { platform, vehicle, secondaries, first, cycle: vehicle.updates.cycle };
}

const brake = (serial = 'BRAKE-1') =>
  ({ serial, hardwareId: 'brake-hw', filename: 'brake-2.0.bin', content: newBrake, releaseCounter: 2 }) as const;
const reportOf = ({ manifests }: TestPlatform, serial: string) => manifests.at(-1)?.reports.get(serial)?.signed;

for (const verification of ['partial', 'full'] as const)
  test(`a Secondary with ${verification} verification verifies, installs and signs its own report`, async () => {
    const { platform, vehicle, first, cycle } = await arrange([{ verification }]);
    platform.offer({ images: [newTcu, brake()] });

    const { end, detail } = await cycle();

    assert.equal(end, 'installed', detail);
    assert.ok(isWhole(first.slots, 'b'));
    assert.deepEqual(nextBoot(first.slots), { slot: 'b', onTrial: false });
    assert.deepEqual(nextBoot(vehicle.slots), { slot: 'b', onTrial: false });
    assert.equal(reportOf(platform, 'BRAKE-1')?.installed.filename, 'brake-2.0.bin');
    assert.equal(reportOf(platform, tcu)?.installed.filename, 'tcu-2.0.bin');
    assert.ok(first.messages.length > 5);
    assert.ok(Math.max(...first.messages) <= 4_095, 'no message is longer than the link carries');
  });

test('each report of a Secondary has a counter of its own that rises', async () => {
  const { platform, cycle } = await arrange();
  await cycle();
  await cycle();

  const counters = platform.manifests.map(({ reports }) => reports.get('BRAKE-1')?.signed.counter);
  assert.deepEqual(counters, [1, 2]);
});

test('while a Secondary is out of reach its last report goes out again, byte for byte', async () => {
  let isThere = true;
  const { platform, cycle } = await arrange([
    { bus: (message, pass) => (isThere ? pass(message) : Promise.reject(new Error('no answer'))) },
  ]);
  await cycle();
  isThere = false;
  await cycle();

  const [first, second] = platform.manifests.map(({ reports }) => reports.get('BRAKE-1'));
  assert.ok(first && second);
  assert.deepEqual(second.message, first.message);
  assert.equal(platform.manifests.length, 2);
});

test('when one ECU is not healthy, all go back', async () => {
  const { platform, vehicle, secondaries, cycle } = await arrange([{}, { healthy: () => false }]);
  platform.offer({ images: [newTcu, brake('BRAKE-1'), brake('BRAKE-2')] });

  assert.equal((await cycle()).end, 'rolled-back');

  for (const slots of [vehicle.slots, ...secondaries.map((one) => one.slots)])
    assert.deepEqual(nextBoot(slots), { slot: 'a', onTrial: false });
  const items = platform.manifests.at(-1)?.installation?.items ?? [];
  assert.deepEqual(
    items.map(({ serial, code }) => [serial, code]),
    [
      ['BRAKE-1', 'OPERATION_CANCELLED'],
      ['BRAKE-2', 'ROLLED_BACK'],
      [tcu, 'OPERATION_CANCELLED'],
    ],
  );
});

test('a transfer that breaks off is gone on with where it ended', async () => {
  let pieces = 0;
  const offsets: number[] = [];
  const bus = async (message: Uint8Array, pass: (message: Uint8Array) => Promise<Uint8Array>) => {
    const { header } = decodeFrame<{ op: string; offset?: number }>(message);
    if (header.op === 'image') offsets.push(header.offset ?? -1);
    if (header.op === 'image' && ++pieces === 3) throw new Error('the wire came loose');
    return pass(message);
  };
  const { platform, cycle } = await arrange([{ bus }]);
  platform.offer({ images: [brake()] });

  assert.equal((await cycle()).end, 'failed');
  platform.offer({ images: [brake()], correlationId: 'bulkhead:test:2' });
  assert.equal((await cycle()).end, 'installed');
  assert.ok(offsets.indexOf(0, 1) < 0, `sent once from the beginning: ${offsets.join(' ')}`);
});

test('whoever changes the image or the metadata on the bus gets nothing installed', async () => {
  for (const target of ['image', 'file'] as const) {
    const bus = async (message: Uint8Array, pass: (message: Uint8Array) => Promise<Uint8Array>) => {
      const { header, payload } = decodeFrame<{ op: string }>(message);
      if (header.op !== target || payload.length === 0) return pass(message);
      const changed = Buffer.from(payload);
      changed[100] = (changed[100] as number) ^ 1;
      return pass(encodeFrame(header as never, changed));
    };
    const { platform, vehicle, first, cycle } = await arrange([{ bus }]);
    platform.offer({ images: [brake()] });

    const { end, detail } = await cycle();

    assert.equal(end, 'failed', detail);
    assert.deepEqual(nextBoot(first.slots), { slot: 'a', onTrial: false });
    const report = platform.manifests.at(-1)?.installation;
    assert.equal(report?.code, 'VERIFICATION_FAILED');
    await vehicle.updates.cycle();
    assert.match(platform.manifests.map((one) => one.reports.get(tcu)?.signed.attacksDetected).join(), /uptane\./);
  }
});

test('a Primary in the hands of an attacker cannot make a Secondary install what its Director did not sign', async () => {
  const other = await startTestPlatform(authority, vin);
  const roots = { director: other.director.root, image: other.image.root };
  for (const verification of ['partial', 'full'] as const) {
    const { platform, first, cycle } = await arrange([{ verification, roots }]);
    platform.offer({ images: [brake()] });

    const { end, detail } = await cycle();

    assert.equal(end, 'failed');
    assert.match(detail, /arbitrary|signature|keys/i);
    assert.equal(isWhole(first.slots, 'b'), false);
  }
  await other.stop();
});

test('a compromised Director alone does not get past a Secondary with full verification', async () => {
  const { platform, first } = await arrange([{ verification: 'full' }]);
  platform.offer({ images: [brake()] });
  // the Director names another image than the Image repository lists; the Primary is part of the plot and passes it on
  const evil = {
    ...brake(),
    content: Buffer.from('evil'),
    imageRepository: { length: 4, hashes: hashesOfBytes(Buffer.from('good')) },
  };
  platform.offer({ images: [evil] });
  let { header } = decodeFrame<SecondaryAnswer>(
    await first.secondary.handle(encodeFrame({ op: 'verify', time: new Date().toISOString(), ecus: [] })),
  );
  let rounds = 0;
  for (; header.need && rounds < 50; rounds++) {
    const { repository, path } = header.need;
    const bytes = platform.files.get(`/${repository === 'director' ? 'director-tuf' : 'repo-tuf'}/${path}`);
    const frame = bytes
      ? encodeFrame({ op: 'file', offset: 0, total: bytes.length }, bytes)
      : encodeFrame({ op: 'file', offset: 0, total: 0, missing: true });
    header = decodeFrame<SecondaryAnswer>(await first.secondary.handle(frame)).header;
  }

  assert.ok(rounds > 5);
  assert.equal(header.failure?.code, 'uptane.mix-and-match');
});

test('a Secondary decrypts the image that was encrypted for it', async () => {
  const { platform, first, cycle } = await arrange();
  const contentKey = randomBytes(32);
  const encryptor = createImageEncryptor(contentKey);
  const content = Buffer.concat([encryptor.update(newBrake), encryptor.finish()]);
  const image = {
    filename: 'brake-2.0.enc',
    length: content.length,
    hashes: hashesOfBytes(content),
    method: 'x25519-hkdf-sha256-aes-256-gcm-64k',
    wrappedKey: wrapContentKey(contentKey, first.decryption.publicKey, {
      serial: 'BRAKE-1',
      filename: 'brake-2.0.bin',
    }),
    extra: noExtra,
  };
  platform.offer({ images: [{ ...brake(), encrypted: { image, content } }] });

  assert.equal((await cycle()).end, 'installed');
  assert.ok(isWhole(first.slots, 'b'));
});

test('messages that make no sense are answered with a failure, and do no harm', async () => {
  const { first } = await arrange();
  const nonsense = [
    Buffer.alloc(0),
    Buffer.from('x'),
    Buffer.from([255, 255, 255, 255, 1]),
    Buffer.from([0, 0, 0, 2, 0x7b, 0x7b]),
    encodeFrame({ op: 'image', offset: 0 }, Buffer.alloc(100)),
    encodeFrame({ op: 'file', offset: 0, total: 9 }, Buffer.alloc(9)),
    encodeFrame({ op: 'image-end' }),
    encodeFrame({ op: 'dance' } as never),
    encodeFrame({ op: 'verify', time: 'yesterday', ecus: [] }),
  ];
  for (const message of nonsense) {
    const { header } = decodeFrame<SecondaryAnswer>(await first.secondary.handle(message));
    assert.ok(header.failure, message.toString('latin1'));
  }
  assert.deepEqual(nextBoot(first.slots), { slot: 'a', onTrial: false });
  assert.equal(openBlock('x').format, 1);
});
