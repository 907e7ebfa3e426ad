import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  createImageSet,
  createRoot,
  dialectA,
  generateSigningKey,
  noExtra,
  signerOf,
  signPayload,
  signRoot,
  type Target,
} from '@bulkhead/uptane';
import { type AktualizrStorage, pollAktualizr } from '../../../../../packages/uptane/src/testing/aktualizr-client.ts';
import { image, openTestDirector, openVehicle, type TestDirector, type TestVehicle } from './testing.ts';
import { startCampaign } from './testing-campaigns.ts';

let it: TestDirector;
before(async () => {
  it = await openTestDirector(4);
});
after(() => it.close());

type Items = Awaited<ReturnType<typeof startCampaign>>['items'];

/** An Image repository that lists some images, as aktualizr reads it. */
function imageRepository(items: Items): ReadonlyMap<string, Uint8Array> {
  const now = it.clock.now();
  const expires = new Date(now.getTime() + 30 * 86_400_000);
  const signer = () => signerOf(generateSigningKey());
  const keys = { root: [signer(), signer()], targets: [signer()], snapshot: [signer()], timestamp: [signer()] };
  const plan = (role: keyof typeof keys) => ({ keys: keys[role].map(({ key }) => key), threshold: keys[role].length });
  const roles = {
    root: plan('root'),
    targets: plan('targets'),
    snapshot: plan('snapshot'),
    timestamp: plan('timestamp'),
  };
  const unsigned = createRoot({ expires, roles }, 'a');
  const root = keys.root.reduce((bytes, one) => signRoot(dialectA.readRoot(bytes), one), unsigned);
  const targets = new Map(
    items.map(({ fileName, length, sha256, hardwareIds, releaseCounter }): [string, Target] => [
      fileName,
      {
        length,
        hashes: new Map([['sha256', sha256]]),
        custom: {
          hardwareIds,
          releaseCounter,
          ecus: undefined,
          uri: undefined,
          targetFormat: 'BINARY',
          shallMatch: undefined,
          extra: noExtra,
        },
        extra: noExtra,
      },
    ]),
  );
  const payload = {
    type: 'targets',
    version: 1,
    expires: `${expires.toISOString().slice(0, 19)}Z`,
    targets,
    delegations: undefined,
    custom: undefined,
    extra: noExtra,
  } as const;
  const set = createImageSet({
    dialect: 'a',
    root,
    targets: signPayload(payload, dialectA, keys.targets),
    delegated: new Map(),
    versions: { snapshot: 1, timestamp: 1 },
    expires: { snapshot: expires, timestamp: expires },
    now,
    keys,
  });
  return new Map([...set, ['1.root.json', root]]);
}

class NotFetched extends Error {
  readonly path: string;
  constructor(path: string) {
    super(path);
    this.path = path;
  }
}

/** One poll of the client, which reads without waiting: what it lacks is fetched, and it begins again. */
async function poll(vehicle: TestVehicle, repository: ReadonlyMap<string, Uint8Array>, storage?: AktualizrStorage) {
  const fetched = new Map<string, Uint8Array | undefined>();
  for (;;) {
    try {
      return pollAktualizr({
        files: {
          get: (name, path) => {
            if (name === 'repo') return repository.get(path);
            if (!fetched.has(path)) throw new NotFetched(path);
            return fetched.get(path);
          },
        },
        ecus: vehicle
          .registration()
          .ecus.map((ecu) => ({ serial: ecu.ecu_serial, hardwareId: ecu.hardware_identifier })),
        now: it.clock.now(),
        ...(storage && { storage }),
      });
    } catch (error) {
      if (!(error instanceof NotFetched)) throw error;
      const { status, body } = await vehicle.call('GET', `/director/${error.path}`);
      fetched.set(error.path, status === 200 ? body : undefined);
    }
  }
}

test('what aktualizr checks lets a Primary and two Secondaries be updated, reported, and left alone afterwards', async () => {
  const vehicle = await openVehicle(it, 1);
  await vehicle.register();
  await vehicle.send();
  const idle = await poll(vehicle, new Map());
  const { items, id, run } = await startCampaign(it, 40, `vin = ${vehicle.vin}`);
  const repository = imageRepository(items);

  const { targets, storage } = await poll(vehicle, repository, idle.storage);

  assert.equal(idle.targets.length, 0);
  assert.equal(targets.length, 3);
  for (const { filename, length, hash, ecus } of targets)
    for (const serial of ecus) vehicle.installed.set(serial, image(filename, hash[1], length));
  const { custom } = await vehicle.targets();
  const report = {
    correlationId: custom?.correlationId ?? '',
    success: true,
    code: 'OK',
    description: 'Installed',
    rawReport: '',
    items: targets.flatMap(({ ecus }) =>
      ecus.map((serial) => ({ serial, success: true, code: 'OK', description: '' })),
    ),
  };
  assert.equal((await vehicle.send(report)).status, 200);
  assert.equal((await vehicle.send(report)).status, 200, 'the report is repeated until it is taken, and then again');
  assert.deepEqual(await run.inState(id, 'succeeded'), [vehicle.vin]);
  const last = await poll(vehicle, repository, storage);
  assert.deepEqual(last.targets.map(({ filename }) => filename).sort(), items.map(({ fileName }) => fileName).sort());
});

test('an installation that fails in the vehicle fails in the campaign, with the ECU and the code', async () => {
  const vehicle = await openVehicle(it, 2);
  await vehicle.register();
  const { id, run } = await startCampaign(it, 41, `vin = ${vehicle.vin}`);
  const { custom } = await vehicle.targets();
  await vehicle.send({
    correlationId: custom?.correlationId ?? '',
    success: false,
    code: 'INSTALL_FAILED',
    description: 'flash error',
    rawReport: '',
    items: [{ serial: 'TCU-2', success: false, code: 'INSTALL_FAILED', description: '' }],
  });

  assert.deepEqual(await run.inState(id, 'failed'), [vehicle.vin]);
  const { cause, detail } = await it.desk.updates.vehicles.get(id, vehicle.vin);
  assert.equal(cause, 'install-failed');
  assert.match(detail ?? '', /TCU-2.*flash error/);
});

test('when only some ECUs have moved, the vehicle stays open and says which are missing', async () => {
  const vehicle = await openVehicle(it, 3);
  await vehicle.register();
  const { items, id, run } = await startCampaign(it, 42, `vin = ${vehicle.vin}`);
  await vehicle.targets();
  const [first] = items;
  vehicle.installed.set('GATEWAY-3', image(first?.fileName ?? '', first?.sha256 ?? '', first?.length ?? 0));
  await vehicle.send();

  assert.deepEqual(await run.inState(id, 'succeeded'), []);
  const { events } = await it.desk.updates.vehicles.get(id, vehicle.vin);
  assert.ok(events.some(({ event, detail }) => event === 'partial' && /TCU-3/.test(detail ?? '')));
});
