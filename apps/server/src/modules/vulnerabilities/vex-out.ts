import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import {
  signDetached,
  thumbprint,
  type VexDocumentHead,
  type VexHash,
  type VexLoss,
  type VexProduct,
  type VexStatement,
  writeCsafVex,
  writeCycloneDxVex,
  writeOpenVex,
} from '@bulkhead/advisories';
import type { Db } from '../../platform/db/database.ts';
import { VulnerabilityError } from './domain/error.ts';
import { decisionAt, worstState } from './domain/finding-state.ts';
import { vexStatusOf } from './domain/vex-words.ts';
import { createStateViews } from './state-views.ts';
import { createVexOutViews, type OutPlace, type OutQuery } from './vex-out-views.ts';
import { createVexResolveViews, type SoftwareRow } from './vex-resolve-views.ts';

const writers = { openvex: writeOpenVex, csaf: writeCsafVex, cyclonedx: writeCycloneDxVex } as const;
export type OutFormat = keyof typeof writers;

const mostPlaces = 200_000;
const mostStatements = 20_000;
const lossesNamed = 50;

export interface VexOutDeps {
  readonly db: Db;
  /** Ed25519; signs VEX documents and nothing else. */
  readonly key: KeyObject;
  /** Who states: the organisation that runs the platform. */
  readonly author: string;
  /** URI under which it publishes. */
  readonly namespace: string;
}

/**
 * What was decided here, for others. The same decisions give the same bytes, so that signature and document may be fetched apart.
 */
export const createVexOut = ({ db, key, author, namespace }: VexOutDeps) => {
  const publicKey = createPublicKey(key);
  return Object.freeze({
    key: { keyId: thumbprint(publicKey), publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString() },

    /** @throws VulnerabilityError `vulnerabilities.bad-vex` for more than one document should hold */
    write: async ({ format, ...query }: OutQuery & { readonly format: OutFormat }) => {
      const { statements, subject } = await statementsFor(db, query, author);
      const newest = statements.reduce((latest, { at }) => (at > latest ? at : latest), '1970-01-01T00:00:00.000Z');
      const head: VexDocumentHead = {
        id: uuidOf(JSON.stringify([subject, statements])),
        author,
        at: newest,
        version: 1,
        title: `Exploitability of vulnerabilities in ${subject}`,
        namespace,
      };
      const { document, losses } = writers[format](statements, head);
      const body = Buffer.from(JSON.stringify(withLosses(format, document, losses, statements)));
      return {
        body,
        fileName: `${subject}.${format}.json`,
        signature: signDetached(body, key),
        sha256: createHash('sha256').update(body).digest('hex'),
      };
    },
  });
};
export type VexOut = ReturnType<typeof createVexOut>;

/** A name-based id: equal contents have an equal one (RFC 9562 s5.8, version 8). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function statementsFor(db: Db, query: OutQuery, author: string) {
  const places = await createVexOutViews(db).places(query, mostPlaces);
  if (places.length > mostPlaces) throw tooMuch();
  const software = await createVexResolveViews(db).software([
    ...new Set([...places.map(({ softwareId }) => softwareId), ...(query.softwareId ? [query.softwareId] : [])]),
  ]);
  const named = query.softwareId ? software.get(query.softwareId) : undefined;
  if (query.softwareId && !named)
    throw new VulnerabilityError('vulnerabilities.bad-vex', 'No SBOM tells what this software version contains');
  const subject = [named && `${named.name} ${named.version}`, query.supplier, query.ref]
    .filter((part) => part)
    .join(', ');
  const statements = await decide(db, places, software, author);
  if (statements.length > mostStatements) throw tooMuch();
  return { statements, subject: subject === '' ? 'all software' : subject };
}

const tooMuch = () =>
  new VulnerabilityError(
    'vulnerabilities.bad-vex',
    'This is more than one document should hold: ask for a software version, a supplier or one vulnerability',
  );

/** One statement for each component of a software version about which something counts at every place of it. */
async function decide(
  db: Db,
  places: readonly OutPlace[],
  software: ReadonlyMap<string, SoftwareRow>,
  author: string,
): Promise<VexStatement[]> {
  const views = createVexOutViews(db);
  const active = await createStateViews(db).activeDecisions([...new Set(places.map((place) => place.vulnerabilityId))]);
  const [components, words] = await Promise.all([
    views.components([...new Set(places.map(({ componentId }) => componentId))]),
    views.decisions([...active.values()].flat().map(({ id }) => id)),
  ]);
  const groups = Map.groupBy(places, (place) => `${place.vulnerabilityId} ${place.softwareId} ${place.componentId}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const [version, component] = [software.get(first?.softwareId ?? ''), components.get(first?.componentId ?? '')];
    if (!first || !version || !component) return [];
    const deciding = group.map(({ componentId, hashes, model, role }) =>
      decisionAt(active.get(first.vulnerabilityId) ?? [], {
        componentId,
        softwareId: first.softwareId,
        softwareName: version.name,
        softwareCreatedAt: version.createdAt,
        model: model ?? '',
        role: role ?? '',
        hashes,
      }),
    );
    const state = worstState(deciding.map((decision) => decision?.status ?? 'open'));
    const decision = words.get(deciding.find((one) => one?.status === state)?.id ?? '');
    if (state === 'open' || !decision) return [];
    const justification = decision.justification?.replaceAll('-', '_');
    return [
      {
        vulnerability: decision.ref,
        aliases: [],
        status: vexStatusOf(decision.status),
        ...(justification === undefined ? {} : { justification, mappedJustification: justification as never }),
        ...(decision.status === 'affected' ? { action: { text: decision.detail } } : { impact: decision.detail }),
        products: [productOf(version, component, first.hashes)],
        author,
        at: decision.created_at.toISOString(),
        documentId: '',
        format: 'openvex',
        path: '$',
      },
    ];
  });
}

function productOf(
  { name, version, supplier }: SoftwareRow,
  component: {
    readonly name: string;
    readonly version: string | null;
    readonly purl: string | null;
    readonly cpe: string | null;
  },
  hashes: unknown,
): VexProduct {
  const known = (Array.isArray(hashes) ? hashes : []).filter((one): one is VexHash => typeof one?.value === 'string');
  return {
    vendor: supplier,
    name,
    version,
    subcomponents: [
      {
        name: component.name,
        ...(component.version === null ? {} : { version: component.version }),
        ...(component.purl === null ? {} : { purl: component.purl }),
        ...(component.cpe === null ? {} : { cpe: component.cpe }),
        ...(known.length > 0 ? { hashes: known.map(({ algorithm, value }) => ({ algorithm, value })) } : {}),
      },
    ],
  };
}

/** What the format could not say stands in the document itself, so that nobody takes it for the whole truth. */
function withLosses(
  format: OutFormat,
  document: { readonly [key: string]: unknown },
  losses: readonly VexLoss[],
  statements: readonly VexStatement[],
): object {
  if (losses.length === 0) return document;
  const texts = [
    ...new Set(losses.map(({ statement, what }) => `${statements[statement]?.vulnerability ?? 'document'}: ${what}`)),
  ];
  const shown = texts.slice(0, lossesNamed);
  if (texts.length > shown.length) shown.push(`and ${texts.length - shown.length} more`);
  const text = `What this format could not carry: ${shown.join('; ')}`;
  switch (format) {
    case 'openvex':
      return { ...document, tooling: `Bulkhead. ${text}` };
    case 'csaf': {
      const head = document['document'] as { readonly notes?: readonly object[] };
      const notes = [...(head.notes ?? []), { category: 'other', title: 'Limits of the format', text }];
      return { ...document, document: { ...head, notes } };
    }
    case 'cyclonedx': {
      const metadata = document['metadata'] as { readonly properties?: readonly object[] };
      const properties = [...(metadata.properties ?? []), { name: 'bulkhead:losses', value: text }];
      return { ...document, metadata: { ...metadata, properties } };
    }
  }
}
