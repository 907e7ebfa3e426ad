import type { Readable } from 'node:stream';
import { AdvisoryError, readVexText, type VexStatement } from '@bulkhead/advisories';
import type { VexStatement as VexStatementView } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { storeDecisions } from './decide.ts';
import { type Actor, type VulnerabilityDeps, vulnerabilityEvent } from './deps.ts';
import { badDecision, unknownStatement, VulnerabilityError } from './domain/error.ts';
import { storable } from './domain/vex-words.ts';
import { createQueueStore } from './queue-store.ts';
import { takeSbomStatements } from './sbom-statements.ts';
import { createVexAuthorViews } from './vex-author-views.ts';
import { createVexAuthors } from './vex-authors.ts';
import { decisionAnywhere, decisionsFor, inWords, type Licence, type PendingStatement } from './vex-judge.ts';
import { createVexResolveViews } from './vex-resolve-views.ts';
import { judgeSignature, type SignatureVerdict } from './vex-signature.ts';
import { createVexStore, type NewDocument } from './vex-store.ts';
import { judgeAndStore, pendingOf, sha256Of, takeDocument, takenFrom } from './vex-take.ts';
import { createVexViews, statementOf } from './vex-views.ts';

const mostBytes = 64 * 1024 * 1024;
/** Statements that one event looks at again; more are met by the next. */
const mostRetried = 5_000;
const system: Actor = { kind: 'system', id: 'vulnerabilities.vex', name: 'statements that waited' };

const badVex = (detail: string) => new VulnerabilityError('vulnerabilities.bad-vex', detail);

/** Reads an upload of bounded size. @throws VulnerabilityError `vulnerabilities.bad-vex` */
export async function readDocument(content: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) throw badVex('A VEX document has at most 64 MiB: split it');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function read(bytes: Buffer, now: Date): [VexStatement, ...VexStatement[]] {
  try {
    const [first, ...more] = readVexText(bytes, { at: now.toISOString(), author: 'unnamed' }, { maxBytes: mostBytes });
    if (!first) throw badVex('The document makes no statement');
    return [first, ...more];
  } catch (error) {
    if (error instanceof AdvisoryError) throw badVex(error.message.slice(0, 1_000));
    throw error;
  }
}

/** Whose words they are: proven by a key, or only claimed. A claimed name never touches what a proven author said. */
function authorOf(verdict: SignatureVerdict, claimed: string): { authorKey: string; author: string; licence: Licence } {
  if (verdict.signature === 'valid')
    return { authorKey: `key:${verdict.author.id}`, author: verdict.author.name, licence: verdict.author };
  const author = storable(claimed).slice(0, 200);
  return { authorKey: `name:${author}`, author, licence: undefined };
}

/** What others state: taken in with proof of who says it, held against one another, applied by trust or by a person. */
export const createVex = (deps: VulnerabilityDeps) => {
  const { db, clock } = deps;
  const views = createVexViews(db);
  return Object.freeze({
    listStatements: views.list,
    ...createVexAuthors(deps),
    ...waiting(deps),
    ...byHand(deps),

    /**
     * Takes the statements of a document. The same document of the same author again changes nothing.
     * @throws VulnerabilityError `vulnerabilities.bad-vex`
     */
    importDocument: async (bytes: Buffer, signature: string | undefined, by: Actor) => {
      const verdict = await judgeSignature(bytes, signature, createVexAuthorViews(db).trusted);
      const statements = read(bytes, clock.now());
      const [{ documentId: ref, format, author: claimed }] = statements;
      const { authorKey, author, licence } = authorOf(verdict, claimed);
      const [sha256, id] = [sha256Of(bytes), newId()];
      const name = storable(ref).slice(0, 500);
      const known = await views.document(sha256, authorKey);
      if (!known) {
        const taken = takenFrom(statements, { documentId: id, authorKey, author }, clock.now());
        const document: NewDocument = {
          id,
          sha256,
          authorKey,
          author,
          ref: name,
          format: format === 'spdx' ? 'sbom' : format,
          signature: verdict.signature,
          statementCount: taken.length,
          receivedBy: by.name,
        };
        await inTransaction(db, (tx) => takeDocument(tx, deps, document, taken, () => licence, by));
        changed(deps);
      }
      const counts = await views.counts(known?.id ?? id);
      const count = (state: string) => counts.get(state) ?? 0;
      return {
        documentId: name,
        importId: known?.id ?? id,
        author,
        signature: verdict.signature,
        repeated: known !== undefined,
        applied: count('applied'),
        proposed: count('proposed'),
        conflicting: count('conflicting'),
        unresolved: count('unresolved'),
        superseded: count('superseded'),
      };
    },
  });
};
export type Vex = ReturnType<typeof createVex>;

const byHand = (deps: VulnerabilityDeps) => ({
  /** A person applies or rejects what waits. @throws VulnerabilityError `vulnerabilities.unknown-statement`, `vulnerabilities.bad-decision` */
  resolve: async (id: string, action: 'apply' | 'reject', reason: string, by: Actor): Promise<VexStatementView> => {
    const row = await inTransaction(deps.db, async (tx) => {
      await createQueueStore(tx).hold();
      const found = await createVexViews(tx).byId(id);
      if (!found) throw unknownStatement(id);
      if (!['proposed', 'conflicting', ...(action === 'reject' ? ['unresolved'] : [])].includes(found.state))
        throw badDecision(`The statement is ${found.state}: it does not wait for a person`);
      const decisionId =
        action === 'apply' ? await applyByHand(tx, deps, pendingOf(found).pending, found, reason, by) : null;
      const state = action === 'apply' ? 'applied' : 'rejected';
      const note = action === 'apply' ? `Taken over by ${by.name}.` : `Turned down by ${by.name}.`;
      await createVexStore(tx).decide(id, { state, note, decisionId, by: by.name, reason });
      await createVexStore(tx).setKeys([id], []);
      await deps.bind(tx).audit.append({
        action: `vulnerabilities.${action}-statement`,
        subject: found.ref,
        by,
        details: {
          statementId: id,
          before: found.state,
          author: found.author,
          status: found.status,
          reason,
          decisionId,
        },
        at: deps.clock.now(),
      });
      return createVexViews(tx).byId(id);
    });
    changed(deps);
    if (!row) throw unknownStatement(id);
    return statementOf(row);
  },
});

function changed({ announce }: Pick<VulnerabilityDeps, 'announce'>): void {
  for (const list of ['decisions', 'findings', 'vulnerabilities'] as const) announce(list);
}

/** The decisions of a statement that a person takes over, whatever its author may do alone. */
async function applyByHand(
  tx: Db,
  deps: VulnerabilityDeps,
  statement: PendingStatement,
  row: {
    readonly vulnerability_id: string | null;
    readonly component_ids: string[];
    readonly software_ids: string[] | null;
  },
  reason: string,
  by: Actor,
): Promise<string> {
  const vulnerabilityId = row.vulnerability_id;
  if (vulnerabilityId === null) throw badDecision(`No source tells of ${statement.ref}: there is nothing to decide`);
  const views = createVexResolveViews(tx);
  const uses = await views.uses(row.component_ids);
  const targets = uses.filter(({ softwareId }) => row.software_ids === null || row.software_ids.includes(softwareId));
  if (targets.length === 0) throw badDecision('Nothing carries the component any more: there is nothing to decide');
  const said = { ...statement, detail: [statement.detail, reason].filter((text) => text !== '').join('\n') };
  const decisions =
    row.software_ids === null
      ? [decisionAnywhere(said, vulnerabilityId, targets, by)]
      : decisionsFor(said, vulnerabilityId, targets, await views.software(row.software_ids), by);
  await storeDecisions(tx, deps, decisions, by);
  const software = await views.software([...new Set(targets.map(({ softwareId }) => softwareId))]);
  const softwareNames = [...new Set([...software.values()].map(({ name }) => name))];
  const applied = {
    statementId: statement.id,
    vulnerabilityId,
    softwareNames,
    author: statement.author,
    supplier: await supplierOf(tx, statement),
    text: inWords(statement),
  };
  await deps.bind(tx).outbox.publishAll([vulnerabilityEvent('vulnerabilities.statement-applied', applied)]);
  return decisions[0]?.id ?? '';
}

/** The supplier that a proven author answers for. */
async function supplierOf(tx: Db, { authorKey }: PendingStatement): Promise<string | null> {
  const id = authorKey.startsWith('key:') ? authorKey.slice(4) : undefined;
  return id === undefined ? null : ((await createVexAuthorViews(tx).author(id))?.supplier ?? null);
}

const waiting = (deps: VulnerabilityDeps) => {
  const again = async (tx: Db, ids: readonly string[]): Promise<number> => {
    if (ids.length === 0) return 0;
    await createQueueStore(tx).hold();
    const views = createVexViews(tx);
    const rows = (await views.byIds(ids)).filter(({ state }) => state === 'unresolved');
    const trusted = await createVexAuthorViews(tx).trustedById(
      rows.flatMap(({ author_key: key }) => (key.startsWith('key:') ? [key.slice(4)] : [])),
    );
    // an author who is not trusted any more has no licence now, whatever was signed then
    const licenceOf = ({ authorKey }: PendingStatement): Licence => trusted.get(authorKey.slice(4));
    const { outcomes } = await judgeAndStore(tx, deps, rows.map(pendingOf), licenceOf, system);
    changed(deps);
    return outcomes.filter(({ state }) => state !== 'unresolved').length;
  };
  return {
    /** Software was read: statements that named nothing known may be about it. Answers how many are resolved now. */
    softwareLoaded: async (tx: Db, softwareIds: readonly string[]) => {
      await takeSbomStatements(tx, deps, softwareIds);
      return again(tx, await createVexViews(tx).waitingFor(softwareIds, mostRetried));
    },
    /** Vulnerabilities got findings: statements about them may reach something now. */
    findingsChanged: async (tx: Db, vulnerabilityIds: readonly string[]) =>
      again(tx, await createVexViews(tx).waitingForVulnerabilities(vulnerabilityIds, mostRetried)),
  };
};
