import { UptaneError } from '../error.ts';
import type { Root } from '../model/root.ts';
import type { SignedFile } from '../model/signed.ts';
import type { Snapshot, Timestamp } from '../model/snapshot.ts';
import { meetsThreshold, signatureState } from '../signing/threshold.ts';
import { fetchFile, type Steps } from './fetch.ts';
import { metaFault } from './file-meta.ts';
import {
  placeOf,
  readFile,
  readStored,
  requireFresh,
  requireNotOlder,
  requireRole,
  roleIn,
  type Session,
} from './session.ts';

/**
 * Uptane 5.4.4.5 (how to check Snapshot): hash and version as the timestamp says, signatures, not older, every targets
 * file it listed before still there and not older, expiry. A stored snapshot that the timestamp still speaks of is
 * not fetched again.
 */
export function* updateSnapshot(session: Session, root: Root, timestamp: Timestamp): Steps<Snapshot> {
  const { dialect, trusted } = session;
  const stored = readStored(trusted.snapshot, dialect.readSnapshot);
  const file = isCurrent(session, root, timestamp, stored) ? stored : yield* fetchSnapshot(session, timestamp);
  requireRole(session, file, 'snapshot', root);
  if (stored) requireSuccessor(session, file.signed, stored.signed);
  requireFresh(session, 'snapshot', file.signed);
  trusted.snapshot = file.bytes;
  return file.signed;
}

type SnapshotFile = SignedFile<Snapshot>;

function isCurrent(session: Session, root: Root, timestamp: Timestamp, stored?: SnapshotFile): stored is SnapshotFile {
  if (!stored || metaFault(session.dialect, stored, timestamp.snapshot)) return false;
  return meetsThreshold(signatureState(stored, roleIn(session, root, 'snapshot'), root.keys));
}

function* fetchSnapshot(session: Session, { snapshot: meta }: Timestamp): Steps<SnapshotFile> {
  const { dialect, repository } = session;
  const maxBytes = Math.min(meta.length ?? dialect.caps.snapshot, dialect.caps.snapshot);
  const bytes = yield* fetchFile(dialect, { repository, role: 'snapshot', version: meta.version, maxBytes });
  const file = readFile(session, 'snapshot', () => dialect.readSnapshot(bytes));
  const fault = metaFault(dialect, file, meta);
  if (fault) throw new UptaneError('uptane.mix-and-match', placeOf(session, 'snapshot'), fault);
  return file;
}

function requireSuccessor(session: Session, next: Snapshot, previous: Snapshot): void {
  requireNotOlder(session, 'snapshot', next.version, previous.version);
  for (const [name, { version }] of previous.meta) {
    if (name === 'root.json') continue;
    const entry = next.meta.get(name);
    if (!entry) throw new UptaneError('uptane.rollback', placeOf(session, 'snapshot'), `${name} was removed from it`);
    requireNotOlder(session, name, entry.version, version);
  }
}
