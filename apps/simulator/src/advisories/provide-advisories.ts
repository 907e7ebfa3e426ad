import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiProblem, type Client } from '@bulkhead/contract';
import { programNamed } from '../fleet/software.ts';
import type { SimulatorState } from '../provision/simulator-state.ts';
import { advisoriesFile, kevFile, syntheticEpssFile } from './records.ts';

export interface AdvisoryOptions {
  readonly client: Client;
  readonly state: SimulatorState;
  readonly log: (line: string) => void;
}

interface Upload {
  readonly kind: 'advisories' | 'kev' | 'epss';
  readonly source: string;
  readonly file: string;
  readonly contentType: string;
  readonly content: string;
}

const uploads = (): readonly Upload[] => [
  {
    kind: 'advisories',
    source: 'Simulator: advisories',
    file: 'advisories.ndjson',
    contentType: 'application/x-ndjson',
    content: advisoriesFile(),
  },
  {
    kind: 'kev',
    source: 'Simulator: known exploited',
    file: 'kev.json',
    contentType: 'application/json',
    content: kevFile(),
  },
  {
    kind: 'epss',
    source: 'Simulator: EPSS (synthetic)',
    file: 'epss.csv',
    contentType: 'text/csv',
    content: syntheticEpssFile(),
  },
];

/** What the maker of the telematics unit tells its customers of a public one: it can be used against this very unit. */
const ofUnit = {
  ref: 'HALDEN-2026-011',
  aliases: ['CVE-2024-45492'],
  title: 'Halden TCU: configuration over the air reaches the XML parser',
  summary:
    'Our test team restarts a unit with a crafted service configuration. Releases from 7.5 on carry expat 2.6.4.',
  exploitation: 'poc',
  affected: [{ purl: 'pkg:generic/expat', fixed: '2.6.3' }],
} as const;

/** An advisory that only the supplier of a closed module could write: it arrives by hand and has no CVE id. */
const ofSupplier = {
  ref: 'SUNDR-2026-004',
  title: 'Sundr Baseband: malformed neighbour list restarts the radio stack',
  summary: 'A base station that sends a malformed list of neighbours makes the radio resource control restart.',
  vector: 'CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
  affected: [{ name: 'rrc', versions: ['MPSS.4.1'] }],
};

/** What is known of a vulnerability in a place, decided once for all. */
const decided = {
  ref: 'CVE-2023-45853',
  scope: { kind: 'everywhere' },
  status: 'not-affected',
  justification: 'vulnerable-code-not-present',
  detail: 'The archive writer beside zlib is in no image: our recipes build the library alone.',
} as const;

const patienceMs = 90_000;

/**
 * Tells the platform what is known of the open-source components that the fleet runs. It is not told again once it was
 * told completely; a token that may not do this (it needs the role engineer) is no fault of the fleet.
 */
export async function provideAdvisories({ client, state, log }: AdvisoryOptions): Promise<void> {
  const all = uploads();
  const marker = createHash('sha256')
    .update(JSON.stringify([all, ofUnit, ofSupplier, decided]))
    .digest('hex');
  if (state.read('advisories') === marker) return;
  try {
    const { items } = await client.listSources({});
    const known = new Map(items.map(({ name, id }) => [name, id]));
    const jobs: string[] = [];
    for (const upload of all) jobs.push(await send(client, upload, known.get(upload.source)));
    for (const id of jobs) await untilRead(client, id);
    await client.putOwnAdvisory({ body: ofSupplier });
    await client.putOwnAdvisory({
      body: { ...ofUnit, aliases: [...ofUnit.aliases], affected: ofUnit.affected.map((one) => ({ ...one })) },
    });
    await decideOnce(client);
    await openWork(client);
    state.write('advisories', marker);
    log('told the platform of advisories for the components of the fleet (EPSS is synthetic)');
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 403) throw error;
    log('advisories are left out: the token needs the role engineer for them');
  }
}

async function send(client: Client, upload: Upload, known: string | undefined): Promise<string> {
  const { kind, source, file, contentType, content } = upload;
  const id = known ?? (await client.createSource({ body: { kind, origin: 'upload', name: source } })).id;
  const call = { params: { id }, query: { name: file }, content, contentType };
  return (await client.uploadAdvisories(call)).jobId;
}

async function untilRead(client: Client, id: string): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const { state, error } = await client.getJob({ params: { id } });
    if (state === 'succeeded') return;
    if (state === 'failed' || state === 'cancelled') throw new Error(`The advisories were not read: ${error ?? state}`);
    await pause(250);
  }
  throw new Error(`The advisories were not read within ${patienceMs / 1000} s`);
}

/** The hole in the telematics unit becomes a case with its fix at hand: the release that is planned for nobody yet. */
async function openWork(client: Client): Promise<void> {
  const { name, next } = programNamed('tcu-os');
  const { id, fix } = await opened(client, { ref: ofUnit.aliases[0], software: name });
  const query = { filter: `name = "${name}" and version = "${next ?? ''}"`, limit: 1 };
  const [release] = (await client.listSoftware({ query })).items;
  if (fix === null && release) await client.linkFix({ params: { id }, body: { softwareId: release.id } });
}

/** A case can be opened once the advisory has met the software, which happens in the background. */
async function opened(client: Client, body: { readonly ref: string; readonly software: string }) {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await client.openCase({ body });
    } catch (error) {
      const early = error instanceof ApiProblem && (error.status === 404 || error.status === 409);
      if (!early || performance.now() > end) throw error;
      await pause(500);
    }
  }
}

async function decideOnce(client: Client): Promise<void> {
  const query = { filter: `ref = "${decided.ref}" and state = active`, limit: 1 };
  const { items } = await client.listDecisions({ query });
  if (items.length === 0) await client.createDecision({ body: { ...decided, scope: { ...decided.scope } } });
}
