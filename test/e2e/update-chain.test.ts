import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:https';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@bulkhead/kernel';
import {
  createImageCheck,
  dialectOf,
  type FetchRequest,
  generateSigningKey,
  runStepsAsync,
  signerOf,
  verifyFull,
} from '@bulkhead/uptane';
import { firstCeremony, newPeople, release, type TestImages } from '../../apps/server/src/modules/images/testing.ts';
import {
  people,
  publishedRelease,
  reportSoftware,
  type TestUpdates,
} from '../../apps/server/src/modules/updates/testing.ts';
import { definition } from '../../apps/server/src/modules/updates/testing-campaign.ts';
import { enrolledVehicle, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const vin = testVin(43);
const serial = 'TCU-CHAIN-1';
const fileName = 'acme/tcu/8.0.bin';
const image = randomBytes(700_000);
const sha256 = createHash('sha256').update(image).digest('hex');

let platform: Platform;
let agent: Agent;
before(async () => {
  platform = await startPlatform();
  const client = await platform.client('engineer');
  const trust = platform.rootPem();
  const { identity } = await enrolledVehicle(client, { vin, serial, estUrl: platform.estUrl, trust });
  const key = identity.key.export({ format: 'pem', type: 'pkcs8' }).toString();
  agent = new Agent({ key, cert: identity.chain, ca: trust });
});
after(async () => {
  agent?.destroy();
  await platform?.stop();
});

function call(method: string, path: string, body?: object): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'Content-Type': 'application/json' } : {};
    const options = { host: 'localhost', port: platform.server.ports.est, method, path, agent, headers };
    const sent = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject).end(body && JSON.stringify(body));
  });
}

async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let waited = 0; waited < 60_000; waited += 250) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(250);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A campaign over the whole fleet, planned and started as three people would. */
async function campaign(): Promise<void> {
  const { updates, inventory } = platform.server.modules;
  const { ada, ben, cleo } = people;
  const software = async (version: string) =>
    (await inventory.software.create({ name: 'tcu-os', version, supplier: 'Acme', function: 'telematics' }, ada)).id;
  await software('7.0');
  await reportSoftware({ inventory, clock: systemClock } as TestUpdates, platform.database.db, serial, 'tcu-os', '7.0');
  const item = {
    role: 'tcu',
    softwareId: await software('8.0'),
    sha256,
    length: image.length,
    fileName,
    hardwareIds: ['PN-tcu'],
    releaseCounter: 8,
  };
  const releaseId = await publishedRelease({ updates } as TestUpdates, {
    name: 'Telematics 8.0',
    models: ['test-model'],
    items: [item],
    dossier: { consentRequired: false },
  });
  const { id } = await updates.campaigns.create(definition(releaseId), ada);
  await updates.campaigns.plan(id, ada);
  const { hash } = await until(async () => {
    const found = await updates.campaigns.get(id);
    return found.state === 'planned' ? found : undefined;
  }, 'the plan');
  const { request: asked } = await updates.steps.start(id, { dryRun: false, reason: 'for the test', hash }, ben);
  if (asked) await updates.steps.decide(asked.id, { agree: true, hash, comment: '' }, cleo);
}

test('a release goes from the supplier to the vehicle: both repositories agree, and the bytes are those that were signed', {
  timeout: 180_000,
}, async () => {
  const supplier = newPeople();
  const { images } = platform.server.modules;
  await firstCeremony({ images }, supplier);
  await release({ images } as TestImages, supplier, 8, { [fileName]: image }, { hardwareIds: ['PN-tcu'] });
  const key = signerOf(generateSigningKey()).key.value;
  const registered = await call('POST', '/director-tuf/ecus', {
    primary_ecu_serial: serial,
    ecus: [
      {
        ecu_serial: serial,
        hardware_identifier: 'PN-tcu',
        clientKey: { keytype: 'ED25519', keyval: { public: key } },
      },
    ],
  });
  assert.equal(registered.status, 201, registered.body.toString());
  await campaign();

  let seen = 0;
  for (const [dialect, director, repository] of [
    ['b', '/director-tuf/', '/repo-tuf/'],
    ['a', '/director/', '/repo/'],
  ] as const) {
    const wire = dialectOf(dialect);
    await until(async () => {
      const { status, body } = await call('GET', `${director}targets.json`);
      return status === 200 && wire.readTargets(body).signed.targets.size > 0 ? true : undefined;
    }, 'the assignment');
    const rootOf = async (prefix: string) => ({ root: (await call('GET', `${prefix}1.root.json`)).body });
    const outcome = await runStepsAsync(
      verifyFull({
        dialect,
        now: new Date(),
        vehicle: { vehicleId: vin, ecus: new Map([[serial, { hardwareId: 'PN-tcu' }]]) },
        trusted: { director: await rootOf(director), image: await rootOf(repository) },
      }),
      async ({ repository: which, path }: FetchRequest) => {
        const { status, body } = await call('GET', (which === 'director' ? director : repository) + path);
        return status === 200 ? body : undefined;
      },
    );
    assert.equal(outcome.failure, undefined, String(outcome.failure));
    const [wanted] = outcome.images;
    assert.deepEqual([wanted?.filename, wanted?.releaseCounter, wanted?.chain], [fileName, 8, ['targets', 'acme']]);
    const { body } = await call('GET', `${repository}targets/${fileName}`);
    const check = createImageCheck(wanted ?? { filename: '', length: 0, hashes: new Map() });
    check.update(body);
    check.finish();
    seen++;
  }
  assert.equal(seen, 2);
});
