import { createHash } from 'node:crypto';
import type { VexProduct, VexStatement } from '@bulkhead/advisories';
import type { DecisionStatus, Justification } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { auditEnded, settle, storeDecisions } from './decide.ts';
import { createDecisionStore } from './decision-store.ts';
import { type Actor, type VulnerabilityDeps, vulnerabilityEvent } from './deps.ts';
import { VulnerabilityError } from './domain/error.ts';
import { keysOfProduct } from './domain/vex-products.ts';
import {
  decisionStatusOf,
  detailOf,
  justificationOf,
  productInWords,
  productKey,
  refOf,
  storable,
} from './domain/vex-words.ts';
import { createQueueStore } from './queue-store.ts';
import { judgeStatements, type Licence, type PendingStatement, replacedNote, type Verdicts } from './vex-judge.ts';
import { type Resolution, resolveProducts } from './vex-resolve.ts';
import { createVexStore, type NewDocument, type NewStatement } from './vex-store.ts';
import { createVexViews, type StatementRow } from './vex-views.ts';

export type TakeDeps = Pick<VulnerabilityDeps, 'clock' | 'bind'>;

/** One statement about one product: what is stored, judged and shown. */
export interface TakenStatement {
  readonly row: NewStatement;
  readonly pending: PendingStatement;
  readonly product: VexProduct;
}

/** Statements times products of one document. */
export const mostStatements = 50_000;
const mostDetail = 10_000;
const mostText = 1_000;

export const sha256Of = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Splits what was read into statements about one product each. Words from the future count as said now, or nothing could follow them. */
export function takenFrom(
  statements: readonly VexStatement[],
  {
    documentId,
    authorKey,
    author,
  }: { readonly documentId: string; readonly authorKey: string; readonly author: string },
  now: Date,
): TakenStatement[] {
  const count = statements.reduce((sum, { products }) => sum + Math.max(products.length, 1), 0);
  if (count > mostStatements)
    throw new VulnerabilityError(
      'vulnerabilities.bad-vex',
      `The document makes ${count} statements, more than ${mostStatements}: split it`,
    );
  return statements.flatMap((statement) => {
    const { products, ...said } = statement;
    const statedAt = new Date(Math.min(Date.parse(statement.at), now.getTime()));
    const common = {
      documentId,
      authorKey,
      author,
      ref: refOf(statement.vulnerability),
      aliases: statement.aliases.slice(0, 50).map(refOf),
      status: decisionStatusOf(statement.status),
      detail: storable(detailOf(statement)).slice(0, mostDetail),
    };
    const named: readonly VexProduct[] = products.length > 0 ? products : [{ id: 'no product' }];
    return named.map((product): TakenStatement => {
      const mine = {
        ...common,
        id: newId(),
        product: storable(productInWords(product)).slice(0, mostText),
        productKey: productKey(product),
      };
      const mapped = justificationOf(statement.mappedJustification);
      const row = {
        ...mine,
        justification:
          statement.justification === undefined ? null : storable(statement.justification).slice(0, mostText),
        mappedJustification: mapped,
        received: JSON.parse(
          storable(JSON.stringify({ ...said, product })).replaceAll('\\u0000', '\\ufffd'),
        ) as unknown,
        statedAt: statedAt.toISOString(),
      };
      return { row, pending: { ...mine, justification: mapped, statedAt }, product };
    });
  });
}

/** A stored statement as it is judged again. */
export function pendingOf(row: StatementRow): { pending: PendingStatement; product: VexProduct } {
  const { product } = row.received as { product: VexProduct };
  const pending: PendingStatement = {
    id: row.id,
    documentId: row.document_id,
    authorKey: row.author_key,
    author: row.author,
    ref: row.ref,
    aliases: row.aliases,
    status: row.status as DecisionStatus,
    justification: row.mapped_justification as Justification | null,
    detail: row.detail,
    productKey: row.product_key,
    product: row.product,
    statedAt: row.stated_at,
  };
  return { pending, product };
}

/** Stores a document with its statements, judges them, and carries the verdicts out: in the caller's transaction. */
export async function takeDocument(
  tx: Db,
  deps: TakeDeps,
  document: NewDocument,
  taken: readonly TakenStatement[],
  licenceOf: (statement: PendingStatement) => Licence,
  by: Actor,
  known?: ReadonlyMap<string, Resolution>,
): Promise<Verdicts> {
  const now = deps.clock.now();
  await createQueueStore(tx).hold();
  const store = createVexStore(tx);
  await store.insertDocument(document, now);
  await store.insertStatements(
    taken.map(({ row }) => row),
    now,
  );
  const verdicts = await judgeAndStore(tx, deps, taken, licenceOf, by, known);
  const counts = [...Map.groupBy(verdicts.outcomes, ({ state }) => state)].map(([state, list]) => [state, list.length]);
  await deps.bind(tx).audit.append({
    action: 'vulnerabilities.import-vex',
    subject: document.ref,
    by,
    details: {
      documentId: document.id,
      sha256: document.sha256.toString('hex'),
      author: document.author,
      signature: document.signature,
      format: document.format,
      statements: Object.fromEntries(counts) as Record<string, number>,
    },
    at: now,
  });
  return verdicts;
}

/** Judges statements and carries the verdicts out, in the caller's transaction. */
export async function judgeAndStore(
  tx: Db,
  deps: TakeDeps,
  statements: readonly { readonly pending: PendingStatement; readonly product: VexProduct }[],
  licenceOf: (statement: PendingStatement) => Licence,
  by: Actor,
  known?: ReadonlyMap<string, Resolution>,
): Promise<Verdicts> {
  const products = new Map(statements.map(({ pending, product }) => [pending.productKey, product]));
  const resolutions = known ?? (await resolveProducts(tx, products));
  const pending = statements.map((one) => one.pending);
  const verdicts = await judgeStatements(tx, pending, resolutions, licenceOf, by);
  await carryOut(tx, deps, verdicts, by);
  await keepKeys(tx, verdicts, statements);
  return verdicts;
}

async function carryOut(tx: Db, deps: TakeDeps, verdicts: Verdicts, by: Actor): Promise<void> {
  const store = createVexStore(tx);
  await store.saveOutcomes(verdicts.outcomes);
  await store.setState(verdicts.replaced, 'superseded', replacedNote);
  await store.setState(verdicts.disputed, 'conflicting', 'Another author says otherwise.');
  const decisions = createDecisionStore(tx);
  const made = await createVexViews(tx).decisionsOf(verdicts.retracted);
  const ended = await decisions.end(made, 'superseded', 'a newer statement of its author', deps.clock.now());
  await auditEnded(tx, deps, ended, 'supersede', by, 'a newer statement of its author');
  await storeDecisions(tx, deps, verdicts.decisions, by);
  const settled = new Set(verdicts.decisions.map(({ vulnerabilityId }) => vulnerabilityId));
  const others = [...new Set(ended.map(({ vulnerabilityId }) => vulnerabilityId))].filter((id) => !settled.has(id));
  if (others.length > 0) await settle(tx, deps, others);
  await deps
    .bind(tx)
    .outbox.publishAll(verdicts.applied.map((one) => vulnerabilityEvent('vulnerabilities.statement-applied', one)));
}

/** What names nothing known is found again when it arrives. */
async function keepKeys(
  tx: Db,
  { outcomes }: Verdicts,
  statements: readonly { readonly pending: PendingStatement; readonly product: VexProduct }[],
): Promise<void> {
  const unresolved = new Set(outcomes.filter(({ state }) => state === 'unresolved').map(({ id }) => id));
  const byProduct = new Map<string, string[]>();
  const keysOf = ({ pending: { productKey: key }, product }: (typeof statements)[number]): string[] => {
    const known = byProduct.get(key) ?? keysOfProduct(product);
    byProduct.set(key, known);
    return known;
  };
  const keys = statements
    .filter(({ pending }) => unresolved.has(pending.id))
    .flatMap((one) => keysOf(one).map((key) => ({ id: one.pending.id, key })));
  await createVexStore(tx).setKeys(
    outcomes.map(({ id }) => id),
    keys,
  );
}
