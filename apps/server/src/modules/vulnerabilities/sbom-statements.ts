import { createHash } from 'node:crypto';
import { mapJustification, type VexProduct, type VexStatement } from '@bulkhead/advisories';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { auditEnded, settle } from './decide.ts';
import { createDecisionStore } from './decision-store.ts';
import { createDecisionViews } from './decision-views.ts';
import type { Actor, SbomStatements, VulnerabilityDeps } from './deps.ts';
import { createQueueStore } from './queue-store.ts';
import type { Licence, PendingStatement } from './vex-judge.ts';
import type { Resolution } from './vex-resolve.ts';
import { createVexResolveViews, type SoftwareRow } from './vex-resolve-views.ts';
import { createVexStore } from './vex-store.ts';
import { takeDocument, takenFrom } from './vex-take.ts';
import { createVexViews } from './vex-views.ts';

const system: Actor = { kind: 'system', id: 'vulnerabilities.sbom', name: 'statements in SBOMs' };

/** CycloneDX analysis states and SPDX relationships in the four words. */
const statuses: ReadonlyMap<string, VexStatement['status']> = new Map([
  ['not_affected', 'not_affected'],
  ['false_positive', 'not_affected'],
  ['doesNotAffect', 'not_affected'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['fixedIn', 'fixed'],
  ['exploitable', 'affected'],
  ['affects', 'affected'],
  ['in_triage', 'under_investigation'],
  ['underInvestigationFor', 'under_investigation'],
]);

/**
 * Takes what the SBOMs of these versions say about vulnerabilities. It speaks for that software alone. "Fixed", which a build system says of
 * the patches that it applied itself, settles by itself where the SBOM passed an intake gate; everything else is a proposal. What a newer
 * SBOM of the version does not say any more ends.
 */
export async function takeSbomStatements(
  tx: Db,
  deps: VulnerabilityDeps,
  softwareIds: readonly string[],
): Promise<void> {
  const known = await createVexResolveViews(tx).software(softwareIds);
  for (const software of known.values()) {
    const found = await deps.fleet.statementsOf(software.id);
    if (found) await takeOne(tx, deps, software, found);
  }
}

async function takeOne(tx: Db, deps: VulnerabilityDeps, software: SoftwareRow, found: SbomStatements): Promise<void> {
  const authorKey = `sbom:${software.id}`;
  const sha256 = createHash('sha256').update(`sbom ${found.sbomId}`).digest();
  const views = createVexViews(tx);
  if (await views.document(sha256, authorKey)) return;
  const before = await views.standingOf(authorKey);
  const statements = await statementsOf(tx, software, found);
  if (before.length === 0 && statements.length === 0) return;
  const id = newId();
  const author = `build of ${software.name} ${software.version}`;
  await createQueueStore(tx).hold();
  await endOld(tx, deps, before);
  const taken = takenFrom(
    statements.map(({ statement }) => statement),
    { documentId: id, authorKey, author },
    deps.clock.now(),
  );
  const components = new Map(statements.map((one, i) => [taken[i]?.pending.productKey ?? '', one.componentIds]));
  const resolutions = new Map(
    [...components].map(([key, ids]): [string, Resolution] => [
      key,
      { software: [software], components: ids?.map((component) => ({ id: component, sure: true })) },
    ]),
  );
  const document = {
    id,
    sha256,
    authorKey,
    author,
    ref: `SBOM ${found.sbomId}`,
    format: 'sbom',
    signature: 'none',
    statementCount: taken.length,
    receivedBy: system.name,
  } as const;
  const licenceOf = ({ status }: PendingStatement): Licence =>
    found.passedGate && status === 'fixed' ? { supplier: software.supplier, autoApply: true } : undefined;
  await takeDocument(tx, deps, document, taken, licenceOf, system, resolutions);
}

async function statementsOf(tx: Db, software: SoftwareRow, { statements, receivedAt }: SbomStatements) {
  const ids = new Set(statements.flatMap(({ componentIds }) => componentIds));
  const components = new Map((await createDecisionViews(tx).components([...ids])).map((one) => [one.id, one]));
  return statements.flatMap((one, i) => {
    const status = statuses.get(one.status ?? '');
    if (!status) return [];
    const parts = one.componentIds.flatMap((id) => components.get(id) ?? []);
    if (parts.length === 0 && !one.wholeSoftware) return [];
    const product: VexProduct = {
      vendor: software.supplier,
      name: software.name,
      version: software.version,
      ...(parts.length > 0 ? { subcomponents: parts.map(partOf) } : {}),
    };
    const mapped = one.justification === null ? undefined : mapJustification(one.justification)?.to;
    const statement: VexStatement = {
      vulnerability: one.vulnerability,
      aliases: [],
      status,
      statusWord: one.status ?? status,
      ...(one.justification === null ? {} : { justification: one.justification }),
      ...(mapped === undefined ? {} : { mappedJustification: mapped }),
      ...(one.detail === null ? {} : { impact: one.detail }),
      products: [product],
      author: 'build system',
      at: (one.at ?? receivedAt).toISOString(),
      documentId: software.id,
      format: 'spdx',
      path: `$.statements[${i}]`,
    };
    return [{ statement, componentIds: parts.length > 0 ? parts.map(({ id }) => id) : undefined }];
  });
}

const partOf = (one: {
  name: string;
  version: string | null;
  purl: string | null;
  cpe: string | null;
}): VexProduct => ({
  name: one.name,
  ...(one.version === null ? {} : { version: one.version }),
  ...(one.purl === null ? {} : { purl: one.purl }),
  ...(one.cpe === null ? {} : { cpe: one.cpe }),
});

/** What the SBOM before said ends with it, but for what a person took over. */
async function endOld(tx: Db, deps: VulnerabilityDeps, statementIds: readonly string[]): Promise<void> {
  if (statementIds.length === 0) return;
  const because = 'another SBOM is in use';
  await createVexStore(tx).setState(statementIds, 'superseded', 'Another SBOM of the software is in use.');
  const made = await createVexViews(tx).decisionsOf(statementIds);
  const ended = await createDecisionStore(tx).end(made, 'superseded', because, deps.clock.now());
  await auditEnded(tx, deps, ended, 'supersede', system, because);
  await settle(tx, deps, [...new Set(ended.map(({ vulnerabilityId }) => vulnerabilityId))]);
}
