import type { Extra } from '../json/fields.ts';
import type { Common } from './signed.ts';
import type { Hashes } from './targets.ts';

/** What one file says about another. */
export interface FileMeta {
  readonly version: number;
  readonly length: number | undefined;
  readonly hashes: Hashes | undefined;
  readonly extra: Extra;
}

/** Names and versions of all targets files, delegated ones included (Uptane 5.2.4). Keys as on the wire: `targets.json`. */
export interface Snapshot extends Common {
  readonly type: 'snapshot';
  readonly meta: ReadonlyMap<string, FileMeta>;
}

/** Name, version, length and hash of the snapshot (Uptane 5.2.5). */
export interface Timestamp extends Common {
  readonly type: 'timestamp';
  readonly snapshot: FileMeta;
}
