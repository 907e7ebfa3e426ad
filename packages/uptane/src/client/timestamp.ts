import type { Root } from '../model/root.ts';
import type { Timestamp } from '../model/snapshot.ts';
import { fetchFile, type Steps } from './fetch.ts';
import { readFile, readStored, requireFresh, requireNotOlder, requireRole, type Session } from './session.ts';

/** Uptane 5.4.4.4 (how to check Timestamp): signatures, then not older than before, then expiry. */
export function* updateTimestamp(session: Session, root: Root): Steps<Timestamp> {
  const { dialect, repository, trusted } = session;
  const previous = readStored(trusted.timestamp, dialect.readTimestamp)?.signed;
  const bytes = yield* fetchFile(dialect, { repository, role: 'timestamp', maxBytes: dialect.caps.timestamp });
  const file = readFile(session, 'timestamp', () => dialect.readTimestamp(bytes));
  requireRole(session, file, 'timestamp', root);
  requireNotOlder(session, 'timestamp', file.signed.version, previous?.version);
  requireNotOlder(session, 'snapshot', file.signed.snapshot.version, previous?.snapshot.version);
  requireFresh(session, 'timestamp', file.signed);
  trusted.timestamp = bytes;
  return file.signed;
}
