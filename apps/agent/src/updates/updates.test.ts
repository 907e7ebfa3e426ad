import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { createImageEncryptor, encryptedLength, noExtra, wrapContentKey } from '@bulkhead/uptane';
import { createTestAuthority, testDevice } from '../testing.ts';
import { isWhole, nextBoot } from './file-slots.ts';
import type { VehicleSignals } from './preconditions.ts';
import { newContent, newImage, oldImage, parkedVehicle } from './testing-images.ts';
import { hashesOfBytes, openBlock, pathOfImage, startTestPlatform, type TestPlatform } from './testing-platform.ts';
import { newTcu, type TestVehicle, type TestVehicleOptions, testVehicle } from './testing-vehicle.ts';
import type { UserDecision } from './user.ts';
import { signWorkshopToken } from './workshop-token.ts';

const authority = createTestAuthority();
const { serial, vin } = testDevice;
const started: { platform: TestPlatform; vehicle: TestVehicle }[] = [];

async function arrange(options: TestVehicleOptions = {}) {
  const platform = await startTestPlatform(authority, vin);
  const vehicle = testVehicle(authority, platform, options);
  started.push({ platform, vehicle });
  return { platform, vehicle, cycle: vehicle.updates.cycle };
}
after(async () => {
  for (const { platform, vehicle } of started) {
    vehicle.updates.close();
    await platform.stop();
  }
});
const ownReport = ({ manifests }: TestPlatform, at = -1) => manifests.at(at)?.reports.get(serial)?.signed;
const installedBy = (platform: TestPlatform) => ownReport(platform)?.installed.filename;
const eventIds = ({ events }: TestPlatform) => events.map(({ eventType }) => eventType.id);
const lastReport = ({ manifests }: TestPlatform) => manifests.at(-1)?.installation;
const imageRequests = ({ requests }: TestPlatform) => requests.filter(({ path }) => path.includes('/targets/'));

test('an update is verified, installed into the other slot, found healthy, and reported', async () => {
  const { platform, vehicle, cycle } = await arrange();
  platform.offer({ images: [newTcu] });

  const { end } = await cycle();

  assert.equal(end, 'installed');
  assert.deepEqual(nextBoot(vehicle.slots), { slot: 'b', onTrial: false });
  assert.ok(isWhole(vehicle.slots, 'b'));
  assert.equal(ownReport(platform, 0)?.installed.filename, oldImage.filename);
  assert.equal(installedBy(platform), newImage.filename);
  const report = lastReport(platform);
  assert.deepEqual([report?.correlationId, report?.success, report?.code], ['bulkhead:test:1', true, 'OK']);
  assert.deepEqual(eventIds(platform), [
    'EcuDownloadStarted',
    'EcuDownloadCompleted',
    'EcuInstallationStarted',
    'EcuInstallationCompleted',
  ]);
});

test('the ECUs and their keys are registered once, and again only when they change', async () => {
  const { platform, cycle } = await arrange();
  await cycle();
  await cycle();

  const [body] = platform.registrations as { ecus: { clientKey: { keytype: string } }[]; primary_ecu_serial: string }[];
  assert.equal(platform.registrations.length, 1);
  assert.deepEqual([body?.primary_ecu_serial, body?.ecus[0]?.clientKey.keytype], [serial, 'ED25519']);
});

test('the counter of the version report rises with every manifest, also across a restart', async () => {
  const { platform, vehicle, cycle } = await arrange();
  await cycle();
  await cycle();
  vehicle.updates.close();
  const again = testVehicle(authority, platform, { directory: vehicle.directory, key: vehicle.key });
  await again.updates.cycle();
  again.updates.close();

  const counters = platform.manifests.map(({ reports }) => reports.get(serial)?.signed.counter);
  assert.deepEqual(counters, [1, 2, 3]);
});

test('an update that fails its health check, or hangs in it, goes back by itself and is not begun again', async () => {
  for (const health of [async () => false, () => new Promise<boolean>(() => {})]) {
    const { platform, vehicle, cycle } = await arrange({ health });
    platform.offer({ images: [newTcu] });

    const { end } = await cycle();
    const again = await cycle();

    assert.equal(end, 'rolled-back');
    assert.deepEqual(nextBoot(vehicle.slots), { slot: 'a', onTrial: false });
    assert.equal(installedBy(platform), oldImage.filename);
    const report = platform.manifests.find(({ installation }) => installation)?.installation;
    assert.deepEqual([report?.success, report?.code], [false, 'ROLLED_BACK']);
    assert.equal(again.end, 'idle');
    assert.equal(imageRequests(platform).length, 1);
  }
});

test('another attempt of the Director is a new one', async () => {
  let healthy = false;
  const { platform, cycle } = await arrange({ health: async () => healthy });
  platform.offer({ images: [newTcu] });
  await cycle();
  healthy = true;
  platform.offer({ images: [newTcu], correlationId: 'bulkhead:test:2' });

  assert.equal((await cycle()).end, 'installed');
  assert.equal(imageRequests(platform).length, 1, 'what lies in the slot is not fetched again');
});

test('a download that breaks off is gone on with where it ended, by a range', async () => {
  const { platform, cycle } = await arrange();
  platform.offer({ images: [newTcu] });
  let cut = 0;
  platform.intercept = (request, response) => {
    if (!request.url?.includes('/targets/') || cut++ > 0) return false;
    response.writeHead(200, { 'Content-Length': newContent.length });
    response.write(newContent.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50));
    return true;
  };

  const { end } = await cycle();

  assert.equal(end, 'installed');
  assert.deepEqual(
    imageRequests(platform).map(({ range }) => range),
    [undefined, 'bytes=40000-'],
  );
});

test('an image encrypted for this ECU is decrypted on the way into the slot', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const { platform, vehicle, cycle } = await arrange({ decryptionKey: privateKey });
  const contentKey = randomBytes(32);
  const encryptor = createImageEncryptor(contentKey);
  const content = Buffer.concat([encryptor.update(newContent), encryptor.finish()]);
  assert.equal(content.length, encryptedLength(newContent.length));
  const image = {
    filename: 'tcu-2.0.bin.enc',
    length: content.length,
    hashes: hashesOfBytes(content),
    method: 'x25519-hkdf-sha256-aes-256-gcm-64k',
    wrappedKey: wrapContentKey(contentKey, publicKey, { serial, filename: newImage.filename }),
    extra: noExtra,
  };
  platform.offer({ images: [{ ...newTcu, encrypted: { image, content } }] });

  assert.equal((await cycle()).end, 'installed');
  assert.ok(isWhole(vehicle.slots, 'b'));
  assert.deepEqual(
    imageRequests(platform).map(({ path }) => path),
    [pathOfImage(image.filename, content)],
  );
});

test('nothing begins before every precondition holds, and nothing is lost by waiting', async () => {
  let signals: VehicleSignals = { ...parkedVehicle, speedKmh: 50, parked: false };
  const { platform, vehicle, cycle } = await arrange({ signals: () => signals });
  platform.offer({ images: [newTcu] });

  const driving = await cycle();
  assert.equal(driving.end, 'waiting');
  assert.match(driving.detail, /parked, standstill/);
  assert.ok(!isWhole(vehicle.slots, 'b'));

  signals = parkedVehicle;
  assert.equal((await cycle()).end, 'installed');
  assert.equal(imageRequests(platform).length, 2 - 1);
});

test('a precondition that fails while the image is written keeps it from being activated, and not from being finished', async () => {
  let signals = parkedVehicle;
  const reached = (name: string) => {
    if (name === 'slot-first-chunk') signals = { ...parkedVehicle, parked: false };
  };
  const { platform, vehicle, cycle } = await arrange({ signals: () => signals, reached });
  platform.offer({ images: [newTcu] });

  assert.equal((await cycle()).end, 'waiting');
  assert.ok(isWhole(vehicle.slots, 'b'));
  assert.deepEqual(nextBoot(vehicle.slots), { slot: 'a', onTrial: false });

  signals = parkedVehicle;
  assert.equal((await cycle()).end, 'installed');
});

test('what the vehicle does not know of itself never counts as a condition that holds, nor does an unknown condition', async () => {
  const { platform, cycle } = await arrange({ signals: () => ({}) });
  platform.offer({ images: [newTcu] });
  assert.equal((await cycle()).end, 'waiting');

  const other = await arrange();
  const block = openBlock('bulkhead:test:1', { preconditions: [{ signal: 'moon-phase' }] });
  other.platform.offer({ images: [newTcu], block });
  assert.match((await other.cycle()).detail, /moon-phase/);
});

test('a Director that says nothing of conditions gets an update only into a vehicle that is parked', async () => {
  const { platform, cycle } = await arrange({ signals: () => ({ parked: true, speedKmh: 3 }) });
  platform.offer({ images: [newTcu], block: null });

  assert.match((await cycle()).detail, /standstill/);
});

test('an offer of a form that is newer than the agent, or that leaves a condition out, installs nothing', async () => {
  for (const more of [{ format: 2 }, { consentRequired: undefined }, { kind: 'hurry' }, { preconditions: undefined }]) {
    const { platform, cycle } = await arrange();
    const block = JSON.parse(JSON.stringify(openBlock('bulkhead:test:1', more))) as object;
    platform.offer({ images: [newTcu], block });

    assert.equal((await cycle()).end, 'idle', JSON.stringify(more));
    assert.equal(installedBy(platform), oldImage.filename);
  }
});

const text = {
  campaign: 'C',
  release: 'R',
  user: {
    purpose: 'Closes a hole',
    criticality: 'security',
    changes: '',
    durationMinutes: 10,
    unavailable: '',
    instructions: '',
  },
};
const textBytes = Buffer.from(JSON.stringify(text));
const information = { sha256: hashesOfBytes(textBytes).get('sha256') ?? '', length: textBytes.length };

function serveText({ files }: TestPlatform, bytes = textBytes): void {
  files.set(`/director-tuf/information/${information.sha256}.json`, bytes);
}

test('where the user must agree, the text is shown, the answer is kept and told, and only a yes installs', async () => {
  const answers: UserDecision[] = [];
  const shown: unknown[] = [];
  const results: boolean[] = [];
  const user = {
    announce: () => {},
    decide: (_: unknown, about: unknown) => {
      shown.push(about);
      return answers[0];
    },
    inform: ({ success }: { success: boolean }) => void results.push(success),
  };
  const { platform, cycle } = await arrange({ user });
  serveText(platform);
  const ask = openBlock('bulkhead:test:1', { kind: 'ask', consentRequired: true, information });
  platform.offer({ images: [], block: ask });
  assert.match((await cycle()).detail, /no decision yet/);
  assert.deepEqual(shown, [text]);

  answers.push({ decision: 'accepted' });
  await cycle();
  const [consent] = platform.consents;
  assert.deepEqual(
    [consent?.correlationId, consent?.decision, consent?.informationSha256],
    ['bulkhead:test:1', 'accepted', information.sha256],
  );
  platform.offer({ images: [newTcu], block: { ...ask, kind: 'install' } });
  assert.equal((await cycle()).end, 'installed');
  assert.equal(platform.consents.length, 1);
  assert.deepEqual(results, [true]);
});

test('a denied or postponed update is not installed, even if the Director says that it may be', async () => {
  for (const decision of ['denied', 'postponed'] as const) {
    const user = { announce: () => {}, decide: () => ({ decision }), inform: () => {} };
    const { platform, cycle } = await arrange({ user });
    serveText(platform);
    const block = openBlock('bulkhead:test:1', { consentRequired: true, information });
    platform.offer({ images: [newTcu], block });

    assert.equal((await cycle()).end, 'waiting');
    assert.equal((await cycle()).end, 'waiting');
    assert.deepEqual(
      platform.consents.map((one) => one.decision),
      [decision],
    );
    assert.equal(installedBy(platform), oldImage.filename);
  }
});

test('nobody is asked about a text that is not the one that was signed', async () => {
  let asked = 0;
  const decide = () => {
    asked += 1;
    return { decision: 'accepted' as const };
  };
  const { platform, cycle } = await arrange({ user: { announce: () => {}, decide, inform: () => {} } });
  serveText(platform, Buffer.from(JSON.stringify({ ...text, campaign: 'D' })));
  const block = openBlock('bulkhead:test:1', { consentRequired: true, information });
  platform.offer({ images: [newTcu], block });

  assert.equal((await cycle()).end, 'waiting');
  assert.equal(asked, 0);
});

test('an update for the workshop waits for the token of a technician: signed, for this vehicle and update, and in time', async () => {
  const workshop = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');
  let token: string | undefined;
  const { platform, cycle } = await arrange({ workshopKeys: [workshop.publicKey], workshopToken: () => token });
  platform.offer({ images: [newTcu], block: openBlock('bulkhead:test:1', { workshopOnly: true }) });
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const good = { vin, campaign: 'c-1', technician: 't-7', notBefore: at(-5), expires: at(55) };
  const refused: readonly (readonly [string | undefined, RegExp])[] = [
    [undefined, /technician has to be present/],
    ['rubbish', /not signed/],
    [signWorkshopToken(good, stranger.privateKey), /not signed/],
    [signWorkshopToken({ ...good, vin: 'YZ9BA1C2ZTV000002' }, workshop.privateKey), /another vehicle/],
    [signWorkshopToken({ ...good, campaign: 'c-2' }, workshop.privateKey), /another update/],
    [signWorkshopToken({ ...good, expires: at(-1) }, workshop.privateKey), /not valid at this time/],
    [signWorkshopToken({ ...good, expires: at(60 * 24) }, workshop.privateKey), /twelve hours/],
    [`${signWorkshopToken(good, workshop.privateKey)}.x`, /not signed/],
  ];
  for (const [text, why] of refused) {
    token = text;
    assert.match((await cycle()).detail, why);
  }

  token = signWorkshopToken(good, workshop.privateKey);
  assert.equal((await cycle()).end, 'installed');
});

test('a window that is closed keeps an update out', async () => {
  const { platform, cycle } = await arrange();
  const window = `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`;
  platform.offer({ images: [newTcu], block: openBlock('bulkhead:test:1', { window }) });

  assert.match((await cycle()).detail, /window/);
});
