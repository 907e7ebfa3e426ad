import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCrlBuilder, type RevokedEntry } from '@bulkhead/pki';
import { inTransaction } from '../../platform/db/database.ts';
import type { Authorities, Authority } from './authorities.ts';
import { createBackground } from './background.ts';
import type { IdentityDeps } from './deps.ts';
import { type AuthorityName, authorityNames, backdateSeconds, day, type PkiAddresses } from './domain/profiles.ts';
import { type CrlRow, createRevocationStore } from './revocation-store.ts';
import type { Revocations } from './revocations.ts';

export interface Crl {
  readonly number: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: number;
  /** Revocations that were known when it was made, those of expired certificates too. */
  readonly covered: number;
  readonly der: Buffer;
}

export interface Crls {
  current(authority: AuthorityName): Crl;
  /** Publishes what is due now. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Issuing CAs: valid for 3 days, so that a weekend without the platform stops nobody; renewed twice a day. */
const validitySeconds = (name: AuthorityName): number => (name === 'root' ? 90 * day : 3 * day);
const renewAfterSeconds = (name: AuthorityName): number => (name === 'root' ? 30 * day : day / 2);
const shortestWaitMs = 300;
const longestWaitMs = 60_000;
const entriesPerTurn = 4_000;

const crlOf = (row: CrlRow): Crl => ({
  number: row.number,
  thisUpdate: row.this_update,
  nextUpdate: row.next_update,
  entries: row.entries,
  covered: row.covered,
  der: row.der,
});

function* batchesOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

interface Plan {
  readonly authority: Authority;
  readonly number: bigint;
  readonly covered: number;
  readonly now: Date;
  /** Left out of the root's list: its scope is then every certificate of the root, itself included, which has no such address. */
  readonly url: string | undefined;
}

/** Builds and signs; a list of a million entries lets other work run every few milliseconds. */
async function buildCrl({ authority, number, covered, now, url }: Plan, entries: Iterable<RevokedEntry>): Promise<Crl> {
  const thisUpdate = new Date(now.getTime() - backdateSeconds * 1000);
  const nextUpdate = new Date(now.getTime() + validitySeconds(authority.name) * 1000);
  const scope = url === undefined ? {} : { distributionPoint: url };
  const content = { issuer: authority.issuer, thisUpdate, nextUpdate, crlNumber: number, ...scope };
  const builder = createCrlBuilder(content);
  let count = 0;
  for (const batch of batchesOf(entries, entriesPerTurn)) {
    builder.add(batch);
    count += batch.length;
    await nextTurn();
  }
  return { number: String(number), thisUpdate, nextUpdate, entries: count, covered, der: builder.finish() };
}

export interface CrlParts {
  readonly authorities: Authorities;
  readonly revocations: Revocations;
  readonly addresses: PkiAddresses;
}

/** Keeps one CRL per authority published: made anew soon after a revocation and well before it runs out. */
export async function openCrls(deps: Pick<IdentityDeps, 'db' | 'clock' | 'log'>, parts: CrlParts): Promise<Crls> {
  const { authorities, revocations, addresses } = parts;
  const published = new Map<AuthorityName, Crl>();
  let lastMs = 0;

  const entriesOf = function* (name: AuthorityName, now: Date): Generator<RevokedEntry> {
    for (const { serialNumber, revokedAt, reason } of revocations.set.of(name, now))
      yield { serial: serialNumber, revokedAt, reason };
  };
  const isFresh = (crl: Crl | undefined, name: AuthorityName, now: Date): boolean => {
    if (!crl || crl.covered < revocations.set.countOf(name)) return false;
    const age = validitySeconds(name) * 1000 - (crl.nextUpdate.getTime() - now.getTime());
    return age < renewAfterSeconds(name) * 1000;
  };
  /** Takes the newest CRL of the database when another replica's covers what is known here, else makes the next one. */
  const update = (name: AuthorityName): Promise<Crl> =>
    inTransaction(deps.db, async (tx) => {
      const store = createRevocationStore(tx);
      await store.lockCrl(name);
      const now = deps.clock.now();
      const latest = await store.latestCrl(name);
      const stored = latest && crlOf(latest);
      if (stored && isFresh(stored, name, now)) return stored;
      const number = BigInt(stored?.number ?? 0) + 1n; // RFC 5280 s5.2.3: ever increasing
      const plan = {
        authority: authorities[name],
        number,
        covered: revocations.set.countOf(name),
        now,
        url: name === 'root' ? undefined : addresses.crl(name),
      };
      const crl = await buildCrl(plan, entriesOf(name, now));
      const { thisUpdate: this_update, nextUpdate: next_update, ...rest } = crl;
      await store.insertCrl({ authority: name, this_update, next_update, ...rest });
      await store.dropCrlsBefore(name, String(number - 1n));
      return crl;
    });
  const work = async () => {
    await revocations.refresh();
    const started = performance.now();
    for (const name of authorityNames) {
      if (!isFresh(published.get(name), name, deps.clock.now())) published.set(name, await update(name));
    }
    lastMs = performance.now() - started;
  };
  await work();
  const background = createBackground({
    work,
    // A list that took long to make is made less often.
    waitMs: () => Math.min(Math.max(shortestWaitMs, lastMs * 10), longestWaitMs),
    everyMs: 10 * 60_000,
    onError: (error) => deps.log.warn({ err: error }, 'could not renew a revocation list'),
  });
  const unsubscribe = revocations.onRevoked(background.schedule);
  return Object.freeze({
    current: (authority: AuthorityName) => published.get(authority) as Crl,
    flush: background.flush,
    close: () => {
      unsubscribe();
      return background.close();
    },
  });
}
