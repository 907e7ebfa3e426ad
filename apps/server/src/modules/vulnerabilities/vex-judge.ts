import type { DecisionStatus, Justification } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { newDecision } from './decide.ts';
import type { NewDecision } from './decision-store.ts';
import type { ResolvedScope } from './decision-views.ts';
import type { Actor, VulnerabilityEvents } from './deps.ts';
import { VulnerabilityError } from './domain/error.ts';
import { createStandings, type Judged, type Relation, relate } from './domain/judge-statement.ts';
import type { Resolution } from './vex-resolve.ts';
import { createVexResolveViews, type SoftwareRow, type UseRow } from './vex-resolve-views.ts';
import type { TrustedAuthor } from './vex-signature.ts';
import type { StatementOutcome } from './vex-store.ts';
import { createVexViews } from './vex-views.ts';

/** A statement on its way to a verdict. */
export interface PendingStatement {
  readonly id: string;
  readonly documentId: string;
  readonly authorKey: string;
  readonly author: string;
  readonly ref: string;
  readonly aliases: readonly string[];
  readonly status: DecisionStatus;
  readonly justification: Justification | null;
  readonly detail: string;
  readonly productKey: string;
  readonly product: string;
  readonly statedAt: Date;
}

/** Who may settle something without a person, and for whose software. */
export type Licence = Pick<TrustedAuthor, 'supplier' | 'autoApply'> | undefined;

export interface Verdicts {
  readonly outcomes: readonly StatementOutcome[];
  readonly decisions: readonly NewDecision[];
  /** Statements that newer ones of their author replace. */
  readonly replaced: readonly string[];
  /** Of those, the ones whose decisions end: their author is proven and says otherwise now. */
  readonly retracted: readonly string[];
  /** Statements that wait for a person because a new one contradicts them. */
  readonly disputed: readonly string[];
  readonly applied: readonly VulnerabilityEvents['vulnerabilities.statement-applied'][];
}

/** Components that all statements of a document may name, together. */
const mostLinks = 500_000;

/** What is known of the things that statements name, read once for all of them. */
async function gather(db: Db, statements: readonly PendingStatement[], resolutions: ReadonlyMap<string, Resolution>) {
  const views = createVexResolveViews(db);
  const vulnerabilities = await views.vulnerabilities([
    ...new Set(statements.flatMap(({ ref, aliases }) => [ref, ...aliases])),
  ]);
  const known = [...resolutions.values()];
  const [uses, findings, people, standing] = await Promise.all([
    views.uses([...new Set(known.flatMap(({ components = [] }) => components.map(({ id }) => id)))]),
    views.findings(
      [...vulnerabilities.values()],
      [...new Set(known.flatMap(({ software = [] }) => software.map(({ id }) => id)))],
    ),
    views.peoplesDecisions([...vulnerabilities.values()]),
    createVexViews(db).standing([...new Set(statements.map(({ ref }) => ref))], [...vulnerabilities.values()]),
  ]);
  return {
    vulnerabilities,
    people: Map.groupBy(people, (one) => one.vulnerability_id),
    standings: createStandings(standing),
    usesOf: Map.groupBy(uses, ({ componentId }) => componentId),
    findingsIn: Map.groupBy(findings, ({ vulnerabilityId, softwareId }) => `${vulnerabilityId} ${softwareId}`),
    software: await views.software([...new Set([...uses, ...findings].map(({ softwareId }) => softwareId))]),
  };
}
type Known = Awaited<ReturnType<typeof gather>>;

/** Where a statement reaches: its components in the software that it names, or wherever they are. */
function targetsOf(resolution: Resolution, vulnerabilityId: string, known: Known): UseRow[] {
  const named = resolution.software && new Set(resolution.software.map(({ id }) => id));
  if (!resolution.components)
    return [...(named ?? [])].flatMap((id) => known.findingsIn.get(`${vulnerabilityId} ${id}`) ?? []);
  return resolution.components
    .flatMap(({ id }) => known.usesOf.get(id) ?? [])
    .filter(({ softwareId }) => !named || named.has(softwareId));
}

/** Gives each statement its verdict, in the order in which they were said. Writes nothing. */
export async function judgeStatements(
  db: Db,
  statements: readonly PendingStatement[],
  resolutions: ReadonlyMap<string, Resolution>,
  licenceOf: (statement: PendingStatement) => Licence,
  by: Actor,
): Promise<Verdicts> {
  const known = await gather(db, statements, resolutions);
  const [outcomes, decisions, replaced, retracted, disputed] = [
    new Map<string, StatementOutcome>(),
    new Map<string, NewDecision[]>(),
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ];
  let links = 0;
  for (const statement of statements.toSorted((a, b) => a.statedAt.getTime() - b.statedAt.getTime())) {
    const vulnerabilityId = [statement.ref, ...statement.aliases]
      .map((ref) => known.vulnerabilities.get(ref))
      .find((id) => id);
    const resolution = resolutions.get(statement.productKey);
    const targets = resolution && vulnerabilityId ? targetsOf(resolution, vulnerabilityId, known) : [];
    const about = judged(statement, vulnerabilityId ?? null, resolution, targets);
    links += about.componentIds.length;
    if (links > mostLinks) throw tooMany();
    const relation = relate(about, known.standings);
    const verdict = judgeOne({
      statement,
      about,
      resolution,
      targets,
      relation,
      known,
      licence: licenceOf(statement),
      by,
    });
    if (verdict.state !== 'superseded') {
      for (const old of overtaken(verdict.state, relation)) {
        known.standings.remove(old);
        replaced.add(old.id);
        if (!old.authorKey.startsWith('name:')) retracted.add(old.id);
        // said and taken back within one document
        const own = outcomes.get(old.id);
        if (own) outcomes.set(old.id, { ...own, state: 'superseded', note: replacedNote });
        decisions.delete(old.id);
      }
      known.standings.add({ ...about, state: verdict.state });
      for (const other of relation.contradicts)
        if (other.state === 'proposed' && verdict.state !== 'unresolved') disputed.add(other.id);
    }
    outcomes.set(statement.id, outcomeOf(about, resolution, verdict));
    if (verdict.decisions.length > 0) decisions.set(statement.id, verdict.decisions);
  }
  return {
    outcomes: [...outcomes.values()],
    decisions: [...decisions.values()].flat(),
    replaced: [...replaced].filter((id) => !outcomes.has(id)),
    retracted: [...retracted].filter((id) => !outcomes.has(id)),
    disputed: [...disputed].filter((id) => !replaced.has(id)),
    applied: appliedOf(statements, decisions, licenceOf),
  };
}

export const replacedNote = 'A newer statement of the same author holds.';
const tooMany = () =>
  new VulnerabilityError(
    'vulnerabilities.bad-vex',
    `The statements name components ${mostLinks} times and more: split the document`,
  );

/** A statement that names nothing known replaces only what named the same nothing. */
const overtaken = (state: string, { replaces }: Relation) =>
  state === 'unresolved' ? replaces.filter((old) => old.state === 'unresolved') : replaces;

function judged(
  statement: PendingStatement,
  vulnerabilityId: string | null,
  resolution: Resolution | undefined,
  targets: readonly UseRow[],
): Judged {
  const { id, authorKey, author, ref, status, productKey, statedAt, documentId } = statement;
  const componentIds = [...new Set(targets.map(({ componentId }) => componentId))].toSorted();
  const softwareIds = resolution?.software
    ? [...new Set(targets.map(({ softwareId }) => softwareId))].toSorted()
    : null;
  return {
    id,
    authorKey,
    author,
    ref,
    vulnerabilityId,
    status,
    productKey,
    statedAt,
    documentId,
    componentIds,
    softwareIds,
  };
}

interface Case {
  readonly statement: PendingStatement;
  readonly about: Judged;
  readonly resolution: Resolution | undefined;
  readonly targets: readonly UseRow[];
  readonly relation: Relation;
  readonly known: Known;
  readonly licence: Licence;
  readonly by: Actor;
}

interface Verdict {
  readonly state: StatementOutcome['state'] & ('applied' | 'proposed' | 'conflicting' | 'unresolved' | 'superseded');
  readonly note: string;
  readonly decisions: NewDecision[];
}

const verdict = (state: Verdict['state'], note: string, decisions: NewDecision[] = []): Verdict => ({
  state,
  note,
  decisions,
});

function judgeOne(one: Case): Verdict {
  const { statement, about, resolution, targets, relation, known } = one;
  if (relation.newer)
    return verdict(
      'superseded',
      `Its author said as much or something newer on ${relation.newer.statedAt.toISOString()}.`,
    );
  if (about.vulnerabilityId === null) return verdict('unresolved', `No source tells of ${statement.ref}.`);
  if (!resolution) return verdict('unresolved', 'Names no component and no software that is known here.');
  if (targets.length === 0)
    return verdict('unresolved', `Nothing that it names carries ${statement.ref} as far as is known.`);
  const [other] = relation.contradicts;
  if (other) return verdict('conflicting', `${other.author} says "${other.status}".`);
  const person = contradictingPerson(one);
  if (person) return verdict('conflicting', `${person.author} decided "${person.status}".`);
  const obstacle = obstacleOf(one);
  if (obstacle !== undefined) return verdict('proposed', obstacle);
  const own = targets.filter(({ softwareId }) => known.software.get(softwareId)?.supplier === one.licence?.supplier);
  return verdict(
    'applied',
    own.length < targets.length
      ? `Taken over for software of ${one.licence?.supplier} only, which is what its author answers for.`
      : statement.authorKey.startsWith('sbom:')
        ? 'Taken over: the build says what it patched, and its SBOM passed the intake gate.'
        : 'Taken over: signed by an author who is trusted with it.',
    decisionsFor(statement, about.vulnerabilityId, own, known.software, one.by),
  );
}

/** A decision of a person about the same thing that says otherwise outweighs every document. */
function contradictingPerson({ statement, about, targets, known, relation }: Case) {
  const ends = relation.replaces.filter(({ authorKey }) => !authorKey.startsWith('name:')).map(({ id }) => id);
  const names = new Set(targets.map(({ softwareId }) => known.software.get(softwareId)?.name));
  return (known.people.get(about.vulnerabilityId ?? '') ?? []).find(
    (decision) =>
      decision.status !== statement.status &&
      !ends.includes(decision.statement_id ?? '') &&
      (decision.component_ids ?? about.componentIds).some((id) => about.componentIds.includes(id)) &&
      (decision.scope !== 'software' || names.has(decision.software_name ?? '')),
  );
}

/** Why a person has to look; nothing = it may settle by itself. */
function obstacleOf({ statement, resolution, targets, licence, known }: Case): string | undefined {
  if (!licence)
    return statement.authorKey.startsWith('sbom:')
      ? 'Stated in an SBOM: only "fixed" in one that passed an intake gate settles something alone.'
      : 'No valid signature of a trusted author.';
  if (!licence.autoApply || licence.supplier === null)
    return 'Its author is trusted, but not to settle anything alone.';
  if (statement.status === 'not-affected' && statement.justification === null && statement.detail === '')
    return 'Says "not affected" without a reason.';
  if (resolution?.components?.some(({ sure }) => !sure))
    return 'Only names agree: a person has to say whether the product is meant.';
  if (!targets.some(({ softwareId }) => known.software.get(softwareId)?.supplier === licence.supplier))
    return `Speaks of no software of ${licence.supplier}, which is all that its author answers for.`;
  return undefined;
}

/**
 * One decision for each software name: from the oldest version that is meant, and for later ones that carry the very component.
 */
export function decisionsFor(
  statement: PendingStatement,
  vulnerabilityId: string,
  targets: readonly UseRow[],
  software: ReadonlyMap<string, SoftwareRow>,
  by: Actor,
): NewDecision[] {
  const groups = Map.groupBy(targets, ({ softwareId }) => software.get(softwareId)?.name ?? '');
  return [...groups].flatMap(([name, rows]) => {
    const versions = rows
      .flatMap(({ softwareId }) => software.get(softwareId) ?? [])
      .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    const [first] = versions;
    if (!first) return [];
    const scope: ResolvedScope = {
      ...anywhere,
      kind: 'software',
      softwareId: first.id,
      softwareName: name,
      softwareSince: first.createdAt,
    };
    return [decisionOf(statement, vulnerabilityId, scope, rows, by)];
  });
}

const anywhere = {
  componentId: null,
  softwareId: null,
  softwareName: null,
  softwareSince: null,
  role: null,
  model: null,
};

/** A decision for the components wherever they are: for a person who takes over what was said about a component as such. */
export const decisionAnywhere = (
  statement: PendingStatement,
  vulnerabilityId: string,
  targets: readonly UseRow[],
  by: Actor,
): NewDecision => decisionOf(statement, vulnerabilityId, { ...anywhere, kind: 'component' }, targets, by);

function decisionOf(
  statement: PendingStatement,
  vulnerabilityId: string,
  scope: ResolvedScope,
  targets: readonly UseRow[],
  by: Actor,
): NewDecision {
  const { ref, status, justification, detail, author, id, authorKey } = statement;
  const input = {
    ref,
    scope: { kind: scope.kind },
    status,
    ...(status === 'not-affected' && justification !== null ? { justification } : {}),
    detail: detail === '' ? `As ${author} states.` : detail,
  };
  const rows = targets.map((row) => ({ ...row, findingId: null, state: null }));
  const origin = authorKey.startsWith('sbom:') ? 'build-system' : 'vex';
  return newDecision(vulnerabilityId, input, scope, rows, { origin, author, statementId: id, by });
}

function outcomeOf(
  about: Judged,
  resolution: Resolution | undefined,
  { state, note, decisions }: Verdict,
): StatementOutcome {
  const { id, vulnerabilityId, componentIds, softwareIds } = about;
  const sure = resolution !== undefined && (resolution.components ?? []).every((one) => one.sure);
  return { id, state, note, vulnerabilityId, componentIds, softwareIds, sure, decisionId: decisions[0]?.id ?? null };
}

function appliedOf(
  statements: readonly PendingStatement[],
  decisions: ReadonlyMap<string, NewDecision[]>,
  licenceOf: (statement: PendingStatement) => Licence,
): Verdicts['applied'] {
  return statements.flatMap((statement) => {
    const { id, author } = statement;
    const made = decisions.get(id) ?? [];
    const [first] = made;
    const softwareNames = [...new Set(made.flatMap(({ scope }) => scope.softwareName ?? []))];
    const supplier = licenceOf(statement)?.supplier ?? null;
    const text = inWords(statement);
    return first
      ? [{ statementId: id, vulnerabilityId: first.vulnerabilityId, softwareNames, author, supplier, text }]
      : [];
  });
}

/** A statement in a line, for those who waited for it. */
export const inWords = ({ author, status, detail }: PendingStatement): string =>
  `${author} states "${status}"${detail === '' ? '' : `: ${detail}`}`.slice(0, 2_000);
