import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@bulkhead/contract';
import { systemClock } from '@bulkhead/kernel';
import {
  type Agent,
  createAgent,
  createFileSlots,
  type FileSlots,
  fetchUpdateRoots,
  openState,
  type UpdateRoots,
} from '../../apps/agent/src/index.ts';
import {
  acmePlan,
  ada,
  firstCeremony,
  newPeople,
  sendImage,
  supplierFile,
  targetOf,
} from '../../apps/server/src/modules/images/testing.ts';
import { people as desk, fullDossier } from '../../apps/server/src/modules/updates/testing.ts';
import { rules } from '../../apps/server/src/modules/updates/testing-campaign.ts';
import { claimCredential, putTestModel, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const ref = 'ACME-2026-7001';
const vin = testVin(71);
const serial = 'TCU-UPDATE-1';
const directory = mkdtempSync(join(tmpdir(), 'bulkhead-update-e2e-'));
const oldContent = Buffer.from('image of tcu-linux 7.2');
const newContent = Buffer.alloc(200_000, 'image of tcu-linux 7.3 ');
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const imageName = 'tcu-linux-7.3.bin';
let platform: Platform;
let engineer: Client;
let agent: Agent | undefined;
let slots: FileSlots;
let roots: UpdateRoots | undefined;
let parked = false;
const softwareIds = new Map<string, string>();

async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 600; i++) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error(`in vain: ${what}`);
}

const sbom = (version: string, expat: string) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'firmware', name: 'tcu-linux', version, 'bom-ref': 'root' } },
  components: [{ type: 'library', 'bom-ref': 'a', name: 'expat', version: expat, purl: `pkg:generic/expat@${expat}` }],
});

async function software(version: string, expat: string, content: Buffer): Promise<void> {
  const body = {
    name: 'tcu-linux',
    version,
    supplier: 'Acme',
    function: 'telematics',
    sha256: sha256(content),
  } as const;
  const { id } = await engineer.createSoftware({ body });
  softwareIds.set(version, id);
  await engineer.uploadSbom({ params: { id }, content: JSON.stringify(sbom(version, expat)) });
}

/** A vehicle with the vulnerable software, a finding about it, and a repository that holds the fixed image. */
before(async () => {
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  await putTestModel(engineer);
  await software('7.2', '2.5.0', oldContent);
  await software('7.3', '2.6.4', newContent);
  const ecus = [{ serial, role: 'tcu', partNumber: 'PN-tcu', supplier: 'Acme' }];
  await engineer.createVehicle({ body: { vin, model: 'test-model', region: 'eu', ecus } });
  const filter = `vin = ${vin} and role = tcu`;
  await engineer.planSoftware({ params: { id: softwareIds.get('7.2') ?? '' }, body: { filter, dryRun: false } });
  const affected = [{ purl: 'pkg:generic/expat', fixed: '2.6.3' }];
  await engineer.putOwnAdvisory({
    body: { ref, title: 'A flaw in the parser', summary: 'Words of our own.', affected },
  });
  await publishImage();
});
after(async () => {
  agent?.stop();
  await platform?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function publishImage(): Promise<void> {
  const { images } = platform.server.modules;
  const people = newPeople();
  await firstCeremony({ images }, people, { plans: [{ ...acmePlan(people), paths: ['tcu-*'] }] });
  await sendImage({ images }, imageName, newContent, { role: 'acme', hardwareIds: ['PN-tcu'] });
  for (const dialect of ['a', 'b'] as const) {
    const targets = { [imageName]: targetOf(newContent, 3, ['PN-tcu']) };
    await images.repository.upload('acme', supplierFile(dialect, people.acme, 2, targets), ada);
    await images.repository.publish(dialect, false, ada);
  }
}

async function startVehicle(): Promise<void> {
  const claim = await claimCredential(engineer);
  const trust = platform.rootPem();
  const state = { directory: join(directory, 'agent'), durable: false };
  slots = createFileSlots({
    directory: join(directory, 'slots'),
    durable: false,
    factory: {
      image: { filename: 'tcu-linux-7.2.bin', length: oldContent.length, sha256: sha256(oldContent) },
      content: oldContent,
    },
  });
  const version = async () => ((await slots.standing()).running?.sha256 === sha256(newContent) ? '7.3' : '7.2');
  let running = await version();
  agent = createAgent({
    vin,
    serial,
    estUrl: platform.estUrl,
    mqtt: platform.mqtt,
    trust,
    state,
    claim: () => claim,
    inventory: () => ({ software: [{ ecuSerial: serial, name: 'tcu-linux', version: running }], ecus: [{ serial }] }),
    clock: systemClock,
    spread: 0,
    pollSeconds: 2,
    updates: () =>
      roots && {
        hardwareId: 'PN-tcu',
        roots,
        installer: slots,
        health: async () => {
          running = await version();
          return true;
        },
        vehicle: { read: () => ({ parked, speedKmh: parked ? 0 : 80, lowVoltageBatteryVolts: 12.6 }) },
      },
  });
  agent.start();
  const identity = await eventually('an identity', async () => openState(state).identity());
  roots = await eventually('roots', () =>
    fetchUpdateRoots({ url: platform.estUrl, trust, credential: async () => identity }),
  );
}

async function publishedRelease(): Promise<string> {
  const { releases, agreements } = platform.server.modules.updates;
  const { ada: author, ben, cleo, dan } = desk;
  const { id } = await releases.create({ name: 'Close the parser hole' }, author);
  const item = {
    role: 'tcu',
    softwareId: softwareIds.get('7.3') ?? '',
    sha256: sha256(newContent),
    length: newContent.length,
    fileName: imageName,
    hardwareIds: ['PN-tcu'],
    releaseCounter: 3,
  };
  const contents = { name: 'Close the parser hole', description: '', security: true, models: ['test-model'] };
  await releases.putContents(id, { ...contents, items: [item], rules: [], fixes: [ref], rxswins: [] }, author);
  const { hash } = await releases.putDossier(id, { ...fullDossier, consentRequired: false }, author);
  await agreements.submit(id, author);
  await agreements.signOff(id, { hash, comment: '', passed: true }, ben);
  await agreements.approve(id, { hash, comment: '' }, cleo);
  await agreements.approve(id, { hash, comment: '' }, dan);
  await agreements.publish(id, hash, cleo);
  return id;
}

async function startedCampaign(releaseId: string): Promise<string> {
  const { campaigns, steps } = platform.server.modules.updates;
  const wave = {
    name: 'All',
    select: { by: 'rest' },
    success: { percent: 100 },
    error: { percent: 50, minimum: 2 },
  } as const;
  const body = { name: 'Parser hole', releaseId, filter: `vin = ${vin}`, waves: [wave], rules };
  const { id } = await campaigns.create(body, desk.ada);
  await campaigns.plan(id, desk.ada);
  const planned = await eventually('a plan', async () => {
    const found = await campaigns.get(id);
    return found.state === 'planned' ? found : undefined;
  });
  const { hash } = planned;
  const { request } = await steps.start(id, { dryRun: false, reason: 'for the test', hash }, desk.ben);
  if (request) await steps.decide(request.id, { agree: true, hash, comment: '' }, desk.cleo);
  return id;
}

test('a release reaches the vehicle by a campaign when it is parked, and the finding of the vulnerability closes', async () => {
  await startVehicle();
  const openFindings = async () => {
    const { items } = await engineer.listFindings({ query: { filter: `ref = "${ref}"` } });
    return items.filter(({ vehicles }) => vehicles > 0);
  };
  await eventually('a finding', async () => (await openFindings())[0]);
  const campaignId = await startedCampaign(await publishedRelease());

  // it drives: the offer arrives and waits
  const { campaigns } = platform.server.modules.updates;
  await eventually('the offer', async () => {
    const { items } = await engineer.listCampaignVehicles({ query: { filter: `campaign = "${campaignId}"` } });
    return items.find(({ state }) => state === 'downloaded' || state === 'offered');
  });
  await pause(3_000);
  assert.equal((await slots.standing()).running?.sha256, sha256(oldContent));

  parked = true;
  agent?.vehicleChanged();
  const finished = await eventually('the end of the campaign', async () => {
    const found = await campaigns.get(campaignId);
    return found.state === 'finished' ? found : undefined;
  });

  assert.equal(finished.state, 'finished');
  assert.equal((await slots.standing()).running?.sha256, sha256(newContent));
  const { items } = await engineer.listCampaignVehicles({ query: { filter: `campaign = "${campaignId}"` } });
  assert.deepEqual(
    items.map(({ state }) => state),
    ['succeeded'],
  );
  await eventually('the finding to close', async () => {
    // the server counts every few minutes; here it need not be waited for
    await platform.server.modules.inventory.refreshFigures();
    await platform.server.modules.vulnerabilities.refreshFigures();
    return (await openFindings()).length === 0 ? true : undefined;
  });
});
