import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  createDirector,
  dialectB,
  dialectOf,
  generateSigningKey,
  publicKeyFile,
  runStepsAsync,
  type Signer,
  signerOf,
  signRoot,
  type TrustedState,
  verifyFull,
} from '@bulkhead/uptane';
import { deriveSecret, ed25519KeyFrom } from '../../platform/keys/derive.ts';
import { people } from '../updates/testing.ts';
import { createDirectorModule } from './index.ts';
import { openTestDirector, openVehicle, type TestDirector, type TestVehicle } from './testing.ts';
import { startCampaign } from './testing-campaigns.ts';

let it: TestDirector;
before(async () => {
  it = await openTestDirector(8);
});
after(() => it.close());

type Files = Partial<Record<string, Uint8Array>>;

/** What our agent checks of the Director in one cycle: root, timestamp, snapshot, targets. */
async function cycle(vehicle: TestVehicle, trusted: TrustedState['director'], forged: Files = {}) {
  return runStepsAsync(
    verifyFull({
      dialect: 'b',
      now: it.clock.now(),
      vehicle: {
        vehicleId: vehicle.vin,
        ecus: new Map(
          vehicle.registration().ecus.map((ecu) => [ecu.ecu_serial, { hardwareId: ecu.hardware_identifier }]),
        ),
      },
      trusted: { director: trusted, image: { root: Buffer.alloc(0) } },
    }),
    async ({ repository, path }) => {
      if (repository !== 'director') return undefined;
      const own = forged[path];
      if (own) return own;
      const { status, body } = await vehicle.call('GET', `/director-tuf/${path}`);
      return status === 200 ? body : undefined;
    },
  );
}

const rootOf = async (vehicle: TestVehicle) => ({
  root: (await vehicle.call('GET', '/director-tuf/1.root.json')).body,
});
const stolen = (role: string, generation = 1): Signer =>
  signerOf(ed25519KeyFrom(deriveSecret(it.deps.keys, `director-${role}.${generation}`)));

test('an agent verifies what the Director serves, by versions and hashes', async () => {
  const vehicle = await openVehicle(it, 1, 'b');
  await vehicle.register();
  const { failure, trusted } = await cycle(vehicle, await rootOf(vehicle));

  assert.equal(failure, undefined, failure?.message);
  assert.equal(dialectB.readTargets(trusted.director.targets as Uint8Array).signed.custom?.vehicleId, vehicle.vin);
});

test('an agent that was fast-forwarded with stolen keys comes back once these are replaced', async () => {
  const vehicle = await openVehicle(it, 2, 'b');
  await vehicle.register();
  const most = 2 ** 31 - 1;
  const keys = { targets: [stolen('targets')], snapshot: [stolen('snapshot')], timestamp: [stolen('timestamp')] };
  const expires = new Date(it.clock.now().getTime() + 86_400_000);
  const set = createDirector(keys, 'b').createSet({
    vehicleId: vehicle.vin,
    targets: [],
    versions: { targets: most, snapshot: most, timestamp: most },
    expires: { targets: expires, snapshot: expires, timestamp: expires },
  });
  const forged = {
    'timestamp.json': set.timestamp,
    [`${most}.snapshot.json`]: set.snapshot,
    [`${most}.targets.json`]: set.targets,
  };
  const poisoned = await cycle(vehicle, await rootOf(vehicle), forged);
  assert.equal(poisoned.failure, undefined, 'the stolen keys are good until they are replaced');
  const stuck = await cycle(vehicle, poisoned.trusted.director);
  assert.equal(stuck.failure?.code, 'uptane.rollback');

  await it.director.rotations.rotate(['targets', 'snapshot', 'timestamp'], 'keys were stolen', people.ben);
  const healed = await cycle(vehicle, stuck.trusted.director);
  const again = await cycle(vehicle, healed.trusted.director, forged);

  assert.equal(healed.failure, undefined, healed.failure?.message);
  assert.equal(again.failure?.code, 'uptane.arbitrary-software', 'the stolen keys are good for nothing now');
});

test('each online key can be replaced alone, and vehicles follow', async () => {
  const vehicle = await openVehicle(it, 3, 'b');
  await vehicle.register();
  let trusted = (await cycle(vehicle, await rootOf(vehicle))).trusted.director;
  let seen = 0;
  for (const role of ['targets', 'snapshot', 'timestamp', 'root'] as const) {
    const before = (await it.director.status.status()).rootVersion;
    await it.director.rotations.rotate([role], `replace ${role}`, people.ben);
    const { failure, trusted: next } = await cycle(vehicle, trusted);

    assert.equal(failure, undefined, `${role}: ${failure?.message}`);
    assert.equal(dialectB.readRoot(next.director.root).signed.version, before + 1);
    trusted = next.director;
    seen++;
  }
  assert.equal(seen, 4);
});

test('root keys go offline by a ceremony, and then nothing of the root changes without them', async () => {
  const vehicle = await openVehicle(it, 4, 'b');
  await vehicle.register();
  const held = (await cycle(vehicle, await rootOf(vehicle))).trusted.director;
  const [alice, bob, eve] = [0, 1, 2].map(() => signerOf(generateSigningKey())) as [Signer, Signer, Signer];
  const files = [alice, bob].map(({ key }) => publicKeyFile(key));
  const { rotations, status } = it.director;

  await rotations.planRoot(files, 2, 'root keys go into the safe', people.ben);
  const draft = (await status.status()).draft;
  assert.equal(draft?.dialects.length, 2);
  await assert.rejects(rotations.rotate(['targets'], 'meanwhile', people.ben), { code: 'director.draft-exists' });
  const sign = async (signer: Signer, work: 'good' | 'bad' = 'good') => {
    const now = (await status.status()).draft;
    for (const { dialect, document } of now?.dialects ?? []) {
      const file = dialectOf(dialect).readRoot(Buffer.from(document));
      const bytes = Buffer.from(signRoot(file, signer));
      const text = work === 'good' ? bytes.toString() : bytes.toString().replace('"version":', '"x":1,"version":');
      await rotations.sign(text, people.cleo);
    }
  };
  await assert.rejects(sign(eve), { code: 'uptane.not-authorised' });
  await assert.rejects(sign(alice, 'bad'), { code: 'director.bad-root' });
  await sign(alice);
  assert.match((await status.status()).draft?.dialects[0]?.signatures ?? '', /1 of 2 signatures/);
  await sign(bob);

  const after = await status.status();
  assert.deepEqual([after.draft, after.rootOnline], [null, false]);
  assert.equal(after.roles.find(({ role }) => role === 'root')?.threshold, 2);
  assert.equal((await cycle(vehicle, held)).failure, undefined);
  await rotations.rotate(['timestamp'], 'regular exchange', people.ben);
  assert.equal((await status.status()).draft?.dialects[0]?.complete, false);
  await sign(alice);
  await sign(bob);
  assert.equal((await status.status()).draft, null);
  assert.equal((await cycle(vehicle, held)).failure, undefined);
});

test('two replicas serve the same bytes, and one follows the keys of the other', async () => {
  const vehicle = await openVehicle(it, 5, 'b');
  await vehicle.register();
  await startCampaign(it, 30, `vin = ${vehicle.vin}`);
  const replica = await createDirectorModule(it.deps);
  const https = it.identity.createVehicleServer([replica.vehicleListener]);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  const { port } = https.address() as { port: number };
  const other = await openVehicle({ ...it, port }, 5, 'b', vehicle.credentials);
  const fetch = async (one: TestVehicle) => {
    const files = [];
    for (const role of ['targets', 'snapshot', 'timestamp'])
      files.push((await one.call('GET', `/director-tuf/${role}.json`)).body.toString());
    return files;
  };
  const [ours, theirs] = [await fetch(vehicle), await fetch(other)];
  https.closeAllConnections();
  await new Promise((resolve) => https.close(resolve));

  assert.equal(dialectB.readTargets(Buffer.from(ours[0] ?? '')).signed.targets.size, 3);
  assert.deepEqual(theirs, ours);
});

test('all vehicles are signed anew by a job that goes on where it stopped', async () => {
  const vehicle = await openVehicle(it, 6, 'b');
  await vehicle.register();
  const before = (await vehicle.targets()).version;
  const saved: unknown[] = [];
  const context = {
    resumeFrom: null,
    checkpoint: async (state: unknown) => void saved.push(state),
    progress: () => undefined,
    cancelled: () => false,
  };
  const result = (await it.director.resignJob(context as never)) as { vehicles: number; failed: number };

  assert.ok(result.vehicles >= 5 && result.failed === 0, JSON.stringify(result));
  assert.equal((await vehicle.targets()).version, before + 1);
  const rest = await it.director.resignJob({ ...context, resumeFrom: saved.at(-1) } as never);
  assert.deepEqual(rest, result);
});

test('what was signed yesterday is signed anew before it expires', async () => {
  const vehicle = await openVehicle(it, 7);
  await vehicle.register();
  const first = await vehicle.targets();
  it.clock.advance(11 * 3_600_000);
  assert.equal((await vehicle.targets()).version, first.version);
  it.clock.advance(2 * 3_600_000);

  const second = await vehicle.targets();

  assert.equal(second.version, first.version + 1);
  assert.ok(second.expires > first.expires);
});

test('vehicles whose manifests stay away are told once, at once when they still fetch metadata', async () => {
  const vehicle = await openVehicle(it, 8);
  await vehicle.register();
  await vehicle.send();
  const told = () => it.notices.filter(({ dedupeKey }) => dedupeKey?.startsWith('director-silent'));
  await it.director.watch();
  const before = told().length;
  it.clock.advance(3 * 3_600_000);
  await vehicle.targets();

  await it.director.watch();
  await it.director.watch();

  assert.equal(told().length, before + 1);
  assert.match(told().at(-1)?.text ?? '', new RegExp(vehicle.vin));
  assert.equal(told().at(-1)?.severity, 'high');
  assert.ok((await it.director.status.vehicle(vehicle.vin)).manifest.silentSince);
  await vehicle.send();
  assert.equal((await it.director.status.vehicle(vehicle.vin)).manifest.silentSince, null);
});
