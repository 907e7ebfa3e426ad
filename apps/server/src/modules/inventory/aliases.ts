import type { Alias } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { formatPurl, parsePurl, SbomError } from '@bulkhead/sbom';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { createAliasCandidateViews } from './alias-candidate-views.ts';
import { createAliasStore } from './alias-store.ts';
import { createAliasViews } from './alias-views.ts';
import { type Actor, type InventoryDeps, inventoryEvent } from './deps.ts';
import { proposalOfName, proposalsOfNamesakes } from './domain/alias-proposals.ts';
import { InventoryError, unknownAlias } from './domain/error.ts';

export interface CreateAlias {
  readonly name: string;
  readonly prefix?: boolean;
  readonly purl?: string;
  readonly cpeVendor?: string;
  readonly cpeProduct?: string;
}

export const createAliases = (deps: InventoryDeps) => {
  const { list, unidentified, confirmedFor, componentsOf, softwareOf } = createAliasViews(deps.db);
  return {
    list,
    unidentified,
    /** purl, or CPE vendor and product, that people confirmed for components without identifiers, by component id. */
    confirmedFor,
    /** Ids of the components without identifiers that an alias speaks of. */
    componentsOf,
    /** Ids of the software versions that carry such components. */
    softwareOf,
    create: (body: CreateAlias, by: Actor) => create(deps, body, by),
    confirm: (id: string, by: Actor) => inTransaction(deps.db, (tx) => decide(deps, tx, id, 'confirmed', by)),
    reject: (id: string, by: Actor) => inTransaction(deps.db, (tx) => decide(deps, tx, id, 'rejected', by)),
  };
};

/** Proposes what names without identifiers may mean; people decide. Called when an SBOM comes into use. */
export async function proposeAliases(tx: Db, sbomId: string, now: Date): Promise<void> {
  const views = createAliasCandidateViews(tx);
  const names = await views.newNames(sbomId);
  const proposals = [
    ...proposalsOfNamesakes(await views.namesakes(sbomId)),
    ...names.flatMap(({ name, source }) => proposalOfName(name, source)),
  ];
  const rows = proposals.map((proposal) => ({ ...proposal, id: newId(), prefix: false }));
  await createAliasStore(tx).propose(rows, now);
}

async function create(deps: InventoryDeps, body: CreateAlias, by: Actor): Promise<Alias> {
  const meaning = meaningOf(body);
  return inTransaction(deps.db, async (tx) => {
    const row = { id: newId(), name: body.name, prefix: body.prefix === true, ...meaning, source: 'person' as const };
    const id = await createAliasStore(tx).put({ ...row, because: `stated by ${by.name}` }, deps.clock.now());
    return decide(deps, tx, id, 'confirmed', by);
  });
}

function meaningOf({ name, prefix, purl, cpeVendor, cpeProduct }: CreateAlias) {
  if (name.trim() === '' || (prefix && name.trim().length < 3))
    throw badAlias('A name needs at least one character, the beginning of names at least three.');
  const byCpe = cpeVendor !== undefined && cpeProduct !== undefined;
  if ((cpeVendor === undefined) !== (cpeProduct === undefined) || byCpe === (purl !== undefined))
    throw badAlias('Give either a package URL, or vendor and product of the CPE name.');
  if (byCpe) {
    for (const part of [cpeVendor, cpeProduct])
      if (/[\s:*?]/.test(part.replaceAll(/\\./g, '')))
        throw badAlias(`"${part}" is no vendor or product of a CPE name.`);
    return { purl: null, cpe_vendor: cpeVendor.toLowerCase(), cpe_product: cpeProduct.toLowerCase() };
  }
  return { purl: packageOf(purl ?? ''), cpe_vendor: null, cpe_product: null };
}

/** The version is that of the component; qualifiers select a distribution and stay. */
function packageOf(purl: string): string {
  try {
    const { version: _, ...parts } = parsePurl(purl, 'lenient');
    return formatPurl(parts);
  } catch (cause) {
    if (!(cause instanceof SbomError)) throw cause;
    throw new InventoryError('inventory.bad-alias', cause.message, { cause });
  }
}

const badAlias = (detail: string) => new InventoryError('inventory.bad-alias', detail);

async function decide(
  { clock, bind, notify }: InventoryDeps,
  tx: Db,
  id: string,
  state: 'confirmed' | 'rejected',
  by: Actor,
): Promise<Alias> {
  const store = createAliasStore(tx);
  const views = createAliasViews(tx);
  await store.hold(id);
  const before = await views.byId(id);
  if (!before) throw unknownAlias(id);
  if (before.state === state) return before;
  const now = clock.now();
  await (state === 'confirmed' ? store.confirm(id, by.name, now) : store.reject(id, by.name, now));
  const { name, prefix, purl, cpeVendor, cpeProduct } = before;
  const { audit, outbox } = bind(tx);
  const details = { prefix, purl, cpeVendor, cpeProduct, before: before.state };
  const action = state === 'confirmed' ? 'inventory.confirm-alias' : 'inventory.reject-alias';
  await audit.append({ action, subject: name, by, details, at: now });
  // rejecting what was only proposed changes nothing for those who match
  if (state === 'confirmed' || before.state === 'confirmed') {
    const { length: components } = await views.componentsOf(id);
    await outbox.publishAll([inventoryEvent('inventory.alias-changed', { aliasId: id, name, state, components })]);
  }
  await notify?.(tx, 'aliases');
  return (await views.byId(id)) ?? before;
}
