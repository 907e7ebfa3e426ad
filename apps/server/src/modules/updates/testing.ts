import type { Dossier, ReleaseDiff, ReleaseItemInput } from '@bulkhead/contract';
import { type Clock, manualClock, newId } from '@bulkhead/kernel';
import { createAudit } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import { createOutbox } from '../../platform/outbox/outbox.ts';
import { testInventory } from '../inventory/testing.ts';
import type { Actor, ImageCatalogue, Notice } from './deps.ts';
import { emptyDossier } from './domain/empty-dossier.ts';
import { createUpdates } from './updates.ts';

const person = (n: number, name: string): Actor =>
  Object.freeze({ kind: 'operator', id: `0198a000-0000-7000-8000-00000000000${n}`, name });
/** Ada writes, Ben verifies, Cleo and Dan approve. */
export const people = Object.freeze({
  ada: person(1, 'Ada'),
  ben: person(2, 'Ben'),
  cleo: person(3, 'Cleo'),
  dan: person(4, 'Dan'),
  token: Object.freeze<Actor>({ kind: 'token', id: '0198a000-0000-7000-8000-000000000009', name: 'ci' }),
});

const no = { answer: 'no', explanation: '' } as const;
export const fullDossier: Dossier = {
  ...emptyDossier,
  purpose: 'Close a hole in the modem',
  affected: [{ system: 'Telematics', functions: 'Emergency call', typeApproved: true, regulation: 'UN R144' }],
  requirements: { affected: false, explanation: '' },
  parameters: { affected: false, explanation: '' },
  approval: { decision: 'not-sought', authority: '', reference: '', reason: 'No approved parameter changes' },
  execution: { how: 'Over the air', conditions: 'Parked' },
  safety: { ...emptyDossier.safety, statement: 'Signed, only parked', safeState: 'A/B', power: '12 V above 12.2' },
  verification: { summary: 'Full regression', reports: [{ title: 'Test report', reference: 'TR-1' }] },
  questionnaire: {
    typeApprovedSystems: no,
    typeApprovalParameters: no,
    functionsAdded: no,
    functionsAltered: no,
    legalParameters: no,
    informationPackage: no,
    testResults: no,
    approvalOfVehicle: no,
    otherSystems: no,
    safeOperation: no,
    registration: no,
  },
  user: {
    purpose: 'Security',
    criticality: 'security',
    changes: 'None you would notice',
    durationMinutes: 12,
    unavailable: 'Telephone',
    instructions: 'Park and leave the car',
  },
  preconditions: [{ signal: 'parked' }, { signal: 'low-voltage-battery', minimum: 12.2 }],
};

export const digest = (n: number) => n.toString(16).padStart(64, '0');

/** The module and the inventory on a test database. */
export function testUpdates(
  db: Db,
  {
    clock = manualClock('2026-11-20T10:00:00Z'),
    images,
    diffOf,
  }: {
    clock?: Clock & { advance(ms: number): void };
    images?: ImageCatalogue;
    diffOf?: (from: string, to: string) => Promise<ReleaseDiff | undefined>;
  } = {},
) {
  const { inventory, importAll } = testInventory(db, clock);
  const planned: string[] = [];
  const notices: Notice[] = [];
  const updates = createUpdates({
    db,
    clock,
    bind: (tx) => ({ audit: createAudit(tx), outbox: createOutbox(tx) }),
    startPlanning: async (_tx, { campaignId }) => {
      planned.push(campaignId);
      return newId();
    },
    notify: { publish: async (_tx, notice) => void notices.push(notice) },
    ...(images ? { images } : {}),
    ...(diffOf ? { diffOf } : {}),
  });
  const software = async (name: string, version: string) =>
    (await inventory.software.create({ name, version, supplier: 'Wired', function: 'telematics' }, people.ada)).id;
  return { updates, inventory, importAll, clock, software, planned, notices };
}
export type TestUpdates = ReturnType<typeof testUpdates>;

/** What an ECU says it runs, as a vehicle reports it. */
export async function reportSoftware(
  { inventory, clock }: Pick<TestUpdates, 'inventory' | 'clock'>,
  db: Db,
  serial: string,
  name: string,
  version: string,
  sha256?: string,
): Promise<void> {
  const { id: ecuId, vin } = await inventory.ecus.get(serial);
  const device = { ecuId, vin, serial, certificateSerial: '01' };
  const software = [{ ecuSerial: serial, name, version, ...(sha256 ? { sha256 } : {}) }];
  const message = { v: 1 as const, boot: 1, seq: 1, at: clock.now().toISOString(), ecus: [], software };
  await inventory.reportSink.store(db, [{ device, message, receivedAt: clock.now(), qos: 1 }]);
}

export const itemFor = (softwareId: string, n: number, more: Partial<ReleaseItemInput> = {}): ReleaseItemInput => ({
  role: 'tcu',
  softwareId,
  sha256: digest(n),
  length: 1_000 + n,
  fileName: `image-${n}.bin`,
  hardwareIds: ['PN-tcu'],
  releaseCounter: n,
  ...more,
});

export interface NewRelease {
  readonly name: string;
  readonly items: readonly ReleaseItemInput[];
  readonly models?: readonly string[];
  readonly security?: boolean;
  readonly dossier?: Partial<Dossier>;
  readonly rxswins?: readonly string[];
  readonly fixes?: readonly string[];
}

export const contentsOf = ({
  name,
  items,
  models = ['aria'],
  security = true,
  rxswins = [],
  fixes = [],
}: NewRelease) => ({
  name,
  description: '',
  security,
  models: [...models],
  items: [...items],
  rules: [],
  fixes: [...fixes],
  rxswins: [...rxswins],
});

/** Takes a release from the first word to publication as four people would. */
export async function publishedRelease({ updates }: TestUpdates, release: NewRelease): Promise<string> {
  const { ada, ben, cleo, dan } = people;
  const { releases, agreements } = updates;
  const { id } = await releases.create({ name: release.name }, ada);
  await releases.putContents(id, contentsOf(release), ada);
  const { hash } = await releases.putDossier(id, { ...fullDossier, ...release.dossier }, ada);
  await agreements.submit(id, ada);
  await agreements.signOff(id, { hash, comment: '', passed: true }, ben);
  await agreements.approve(id, { hash, comment: '' }, cleo);
  await agreements.approve(id, { hash, comment: '' }, dan);
  await agreements.publish(id, hash, cleo);
  return id;
}
