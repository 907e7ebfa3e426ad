import { type RevocationReason, revocationReasons } from '@bulkhead/pki';
import { type AuthorityName, authorityNames } from './profiles.ts';

export interface Revoked {
  readonly serialNumber: string;
  readonly authority: AuthorityName;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
  readonly notAfter: Date;
}

/** Every revoked certificate, in about 50 octets each: a JavaScript Set of a million strings would take twice that and a pause. */
export interface RevokedSet {
  has(serialNumber: string): boolean;
  get(serialNumber: string): Revoked | undefined;
  /** False when it was there already. */
  add(revoked: Revoked): boolean;
  /** Entries of one authority that are not yet expired at `at`. */
  of(authority: AuthorityName, at: Date): Generator<Revoked>;
  /** All entries of one authority, the expired ones too; it never falls, so it tells whether a CRL covers this set. */
  countOf(authority: AuthorityName): number;
  readonly size: number;
}

const reasonNames = Object.keys(revocationReasons) as RevocationReason[];
const serialForm = /^[0-9a-f]{32}$/;
const wordsPerSerial = 4;
const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);

interface Columns {
  readonly capacity: number;
  readonly serials: Uint32Array;
  readonly revokedAt: Uint32Array;
  readonly notAfter: Uint32Array;
  /** Authority and reason; 0 = empty slot. */
  readonly kind: Uint8Array;
}

const columns = (capacity: number): Columns => ({
  capacity,
  serials: new Uint32Array(capacity * wordsPerSerial),
  revokedAt: new Uint32Array(capacity),
  notAfter: new Uint32Array(capacity),
  kind: new Uint8Array(capacity),
});

function readWords(serial: string, words: Uint32Array): void {
  for (let i = 0; i < wordsPerSerial; i++) words[i] = Number.parseInt(serial.slice(i * 8, i * 8 + 8), 16);
}

/** The slot that holds the words, or the empty one where they belong. Serials are random, so their own bits are the hash. */
function slotOf({ capacity, serials, kind }: Columns, words: Uint32Array): number {
  let slot = (words[1] as number) & (capacity - 1);
  for (; kind[slot] !== 0; slot = (slot + 1) & (capacity - 1)) {
    const at = slot * wordsPerSerial;
    if (
      serials[at] === words[0] &&
      serials[at + 1] === words[1] &&
      serials[at + 2] === words[2] &&
      serials[at + 3] === words[3]
    )
      break;
  }
  return slot;
}

function grown(old: Columns): Columns {
  const larger = columns(old.capacity * 2);
  for (let slot = 0; slot < old.capacity; slot++) {
    if (old.kind[slot] === 0) continue;
    const words = old.serials.subarray(slot * wordsPerSerial, (slot + 1) * wordsPerSerial);
    copyInto(larger, slotOf(larger, words), old, slot);
  }
  return larger;
}

function copyInto(to: Columns, slot: number, from: Columns, source: number): void {
  to.serials.set(from.serials.subarray(source * wordsPerSerial, (source + 1) * wordsPerSerial), slot * wordsPerSerial);
  to.revokedAt[slot] = from.revokedAt[source] as number;
  to.notAfter[slot] = from.notAfter[source] as number;
  to.kind[slot] = from.kind[source] as number;
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');

/** Open addressing with linear probing over typed arrays; it only grows, as revocation is for ever. */
export function createRevokedSet(initialCapacity = 1024): RevokedSet {
  let table = columns(initialCapacity);
  let size = 0;
  const counts = authorityNames.map(() => 0);
  const words = new Uint32Array(wordsPerSerial);
  /** Serial numbers of another length than ours: from authorities that were brought along. */
  const foreign = new Map<string, Revoked>();

  const entryAt = (from: Columns, slot: number): Revoked => {
    const kind = from.kind[slot] as number;
    const at = slot * wordsPerSerial;
    return {
      serialNumber: [0, 1, 2, 3].map((i) => hex(from.serials[at + i] as number)).join(''),
      authority: authorityNames[(kind >> 4) - 1] as AuthorityName,
      revokedAt: new Date((from.revokedAt[slot] as number) * 1000),
      notAfter: new Date((from.notAfter[slot] as number) * 1000),
      reason: reasonNames[kind & 15] as RevocationReason,
    };
  };
  const find = (serialNumber: string): number | undefined => {
    if (!serialForm.test(serialNumber)) return undefined;
    readWords(serialNumber, words);
    const slot = slotOf(table, words);
    return table.kind[slot] === 0 ? undefined : slot;
  };
  return {
    has: (serialNumber) => find(serialNumber) !== undefined || foreign.has(serialNumber),
    get: (serialNumber) => {
      const slot = find(serialNumber);
      return slot === undefined ? foreign.get(serialNumber) : entryAt(table, slot);
    },
    add(revoked) {
      const { serialNumber, authority, reason } = revoked;
      if (find(serialNumber) !== undefined || foreign.has(serialNumber)) return false;
      size += 1;
      counts[authorityNames.indexOf(authority)] = (counts[authorityNames.indexOf(authority)] ?? 0) + 1;
      if (!serialForm.test(serialNumber)) {
        foreign.set(serialNumber, revoked);
        return true;
      }
      if (size * 10 > table.capacity * 6) table = grown(table);
      readWords(serialNumber, words);
      const slot = slotOf(table, words);
      table.serials.set(words, slot * wordsPerSerial);
      table.revokedAt[slot] = seconds(revoked.revokedAt);
      table.notAfter[slot] = seconds(revoked.notAfter);
      table.kind[slot] = ((authorityNames.indexOf(authority) + 1) << 4) | Math.max(0, reasonNames.indexOf(reason));
      return true;
    },
    *of(authority, at) {
      const wanted = authorityNames.indexOf(authority) + 1;
      const now = seconds(at);
      const from = table; // growing replaces the table, and the caller may let other work run between two entries
      for (let slot = 0; slot < from.capacity; slot++) {
        if ((from.kind[slot] as number) >> 4 === wanted && (from.notAfter[slot] as number) >= now)
          yield entryAt(from, slot);
      }
      for (const revoked of foreign.values())
        if (revoked.authority === authority && revoked.notAfter >= at) yield revoked;
    },
    countOf: (authority) => counts[authorityNames.indexOf(authority)] ?? 0,
    get size() {
      return size;
    },
  };
}
