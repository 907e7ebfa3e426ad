import { isDeepStrictEqual, promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type CodePresence, kernelVersion, matchAdvisory } from '@bulkhead/advisories';
import type { Db } from '../../platform/db/database.ts';
import { type CodePresenceRow, createCompiledFilesStore, type JudgedScope } from './compiled-files-store.ts';
import { createCompiledFilesViews, type KernelFinding } from './compiled-files-views.ts';
import { auditEnded, type DecideDeps, newDecision, settle, storeDecisions } from './decide.ts';
import { createDecisionStore, type NewDecision } from './decision-store.ts';
import type { ResolvedScope } from './decision-views.ts';
import type { Actor } from './deps.ts';
import { createMatchViews, type MatchedComponent } from './match-views.ts';
import type { RecordCache } from './record-cache.ts';

const unpack = promisify(gunzip);
export const filesSystem: Actor = {
  kind: 'system',
  id: 'vulnerabilities.compiled-files',
  name: 'list of compiled files',
};
/** Vulnerabilities whose records are in memory at a time. */
const chunk = 1_000;
const mostUnpacked = 256 * 1024 * 1024;

/** Why a list judges nothing; undefined when it does. It is the list of one build of one kernel. */
export function silence(kernels: readonly (string | null)[] | undefined): string | undefined {
  if (!kernels || kernels.length === 0) return 'The SBOM of this version names no Linux kernel';
  const versions = new Set(kernels.map((version) => (version === null ? '' : (kernelVersion(version) ?? version))));
  return versions.size > 1
    ? `The SBOM of this version names more than one Linux kernel (${[...versions].slice(0, 5).join(', ')}): the list cannot be of each`
    : undefined;
}

/**
 * Judges kernel findings by the lists of compiled files anew, and brings decisions in line: "not affected" in that very version where
 * none of the files that the records name was compiled. What a person took back is not said again of the same list.
 * Called in the transaction that changed a list, a record or what software contains, by whoever holds the matcher.
 */
export async function judgeCompiledFiles(
  tx: Db,
  deps: DecideDeps,
  cache: RecordCache,
  given: { readonly column: JudgedScope['column'] | 'component_id'; readonly ids: readonly string[] },
): Promise<void> {
  const views = createCompiledFilesViews(tx);
  if (given.ids.length === 0 || !(await views.anyList())) return;
  const scope: JudgedScope =
    given.column === 'component_id'
      ? { column: 'software_id', ids: await views.softwareWith(given.ids) }
      : { column: given.column, ids: given.ids };
  if (scope.ids.length === 0) return;
  const found = await views.findings(scope);
  const softwareIds = [...new Set(found.map(({ softwareId }) => softwareId))];
  const kernels = await views.kernels(softwareIds);
  const findings = found.filter(({ softwareId }) => silence(kernels.get(softwareId)) === undefined);
  const presences = await presencesOf(tx, cache, findings);
  await createCompiledFilesStore(tx).replacePresences(scope, presences);
  await bringInLine(tx, deps, scope, findings, presences, await views.heads(softwareIds));
}

const keyOf = (one: { readonly softwareId: string; readonly vulnerabilityId: string; readonly componentId: string }) =>
  `${one.softwareId} ${one.vulnerabilityId} ${one.componentId}`;

async function presencesOf(tx: Db, cache: RecordCache, findings: readonly KernelFinding[]): Promise<CodePresenceRow[]> {
  const components = await createMatchViews(tx).components([...new Set(findings.map((one) => one.componentId))]);
  const rows: CodePresenceRow[] = [];
  for (const [softwareId, own] of Map.groupBy(findings, (one) => one.softwareId)) {
    const files = await filesOf(tx, softwareId);
    for (let i = 0; i < own.length; i += chunk)
      rows.push(...(await judgeSome(tx, cache, own.slice(i, i + chunk), components, files)));
  }
  return rows;
}

async function filesOf(tx: Db, softwareId: string): Promise<ReadonlySet<string>> {
  const content = await createCompiledFilesViews(tx).content(softwareId);
  if (!content) return new Set();
  return new Set((await unpack(content, { maxOutputLength: mostUnpacked })).toString('utf8').split('\n'));
}

async function judgeSome(
  tx: Db,
  cache: RecordCache,
  findings: readonly KernelFinding[],
  components: ReadonlyMap<string, MatchedComponent>,
  compiledFiles: ReadonlySet<string>,
): Promise<CodePresenceRow[]> {
  const views = createMatchViews(tx);
  const componentIds = [...new Set(findings.map((one) => one.componentId))];
  const vulnerabilityIds = [...new Set(findings.map((one) => one.vulnerabilityId))];
  const candidates = await createCompiledFilesViews(tx).candidates(vulnerabilityIds, componentIds);
  const versions = await views.recordVersions([...new Set(candidates.map(({ recordId }) => recordId))]);
  const advisories = await cache.advisories(views, versions);
  const identities = new Map(
    componentIds.flatMap((id) => {
      const identity = components.get(id)?.identity;
      return identity ? [[id, { ...identity, compiledFiles }] as const] : [];
    }),
  );
  const said = new Map<string, CodePresence[]>();
  for (const { vulnerabilityId, componentId, recordId } of candidates) {
    const [advisory, identity] = [advisories.get(recordId), identities.get(componentId)];
    const code = advisory && identity ? matchAdvisory(advisory, identity)?.code : undefined;
    if (!code) continue;
    const key = `${vulnerabilityId} ${componentId}`;
    said.set(key, [...(said.get(key) ?? []), code]);
  }
  return findings.flatMap(({ softwareId, vulnerabilityId, componentId }) => {
    const codes = said.get(`${vulnerabilityId} ${componentId}`) ?? [];
    // one record that names code which is there, or may be, is enough
    const counts = codes.find(({ isAbsent }) => !isAbsent) ?? codes[0];
    return counts
      ? [{ softwareId, vulnerabilityId, componentId, absent: counts.isAbsent, note: counts.note.slice(0, 2_000) }]
      : [];
  });
}

type Head = Awaited<ReturnType<ReturnType<typeof createCompiledFilesViews>['heads']>>[0];
type Made = Awaited<ReturnType<ReturnType<typeof createCompiledFilesViews>['decisions']>>[0];

async function bringInLine(
  tx: Db,
  deps: DecideDeps,
  scope: JudgedScope,
  findings: readonly KernelFinding[],
  presences: readonly CodePresenceRow[],
  heads: readonly Head[],
): Promise<void> {
  const made = await createCompiledFilesViews(tx).decisions(scope);
  const wanted = wantedOf(findings, presences, new Map(heads.map((head) => [head.id, head])));
  const byPair = Map.groupBy(made, (one) => `${one.software_id} ${one.vulnerability_id}`);
  const [kept, fresh] = [new Set<string>(), [] as NewDecision[]];
  for (const decision of wanted) {
    const before = byPair.get(`${decision.scope.softwareId} ${decision.vulnerabilityId}`) ?? [];
    const same = before.find((one) => one.state === 'active' && isSame(one, decision));
    const takenBack = before.some(
      (one) => one.state === 'withdrawn' && isDeepStrictEqual(one.evidence, decision.evidence),
    );
    if (takenBack) continue;
    if (same) kept.add(same.id);
    else fresh.push(decision);
  }
  const over = made.filter((one) => one.state === 'active' && !kept.has(one.id)).map(({ id }) => id);
  await endCompiled(tx, deps, over, 'what the records and the list of compiled files say has changed', filesSystem);
  await storeDecisions(tx, deps, fresh, filesSystem);
}

const isSame = (one: Made, { componentIds, detail, evidence, hashes }: NewDecision) =>
  isDeepStrictEqual(
    [one.component_ids, one.detail, one.evidence, one.hashes],
    [componentIds, detail, evidence, Object.fromEntries(hashes)],
  );

/** Ends what lists led to, and opens the findings again. */
export async function endCompiled(
  tx: Db,
  deps: DecideDeps,
  ids: readonly string[],
  because: string,
  by: Actor,
): Promise<void> {
  if (ids.length === 0) return;
  const ended = await createDecisionStore(tx).end(ids, 'void', because, deps.clock.now());
  await auditEnded(tx, deps, ended, 'void', by, because);
  await settle(tx, deps, [...new Set(ended.map(({ vulnerabilityId }) => vulnerabilityId))]);
}

/** A decision for each vulnerability and version whose code is not there. */
function wantedOf(
  findings: readonly KernelFinding[],
  presences: readonly CodePresenceRow[],
  heads: ReadonlyMap<string, Head>,
): NewDecision[] {
  const absent = new Map(presences.filter((one) => one.absent).map((one) => [keyOf(one), one.note]));
  const groups = Map.groupBy(
    findings.filter((one) => absent.has(keyOf(one))),
    (one) => `${one.softwareId} ${one.vulnerabilityId}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const software = first && heads.get(first.softwareId);
    if (!first || !software) return [];
    const { id, name, version, created_at: softwareSince, sha256 } = software;
    const scope: ResolvedScope = {
      kind: 'software',
      componentId: null,
      softwareId: id,
      softwareName: name,
      softwareSince,
      role: null,
      model: null,
    };
    const input = {
      ref: first.ref,
      scope: { kind: 'software', softwareId: id },
      status: 'not-affected',
      justification: 'vulnerable-code-not-present',
      detail: absent.get(keyOf(first)) ?? '',
      evidence: [`compiled files of ${name} ${version}, SHA-256 ${sha256.toString('hex')}`],
    } as const;
    const targets = group.map((one) => ({ ...one, findingId: null, state: null }));
    const origin = {
      origin: 'compiled-files',
      author: `compiled files of ${name} ${version}`,
      statementId: null,
      by: filesSystem,
    } as const;
    return [newDecision(first.vulnerabilityId, input, scope, targets, origin)];
  });
}
