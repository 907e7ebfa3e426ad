import { UptaneError } from '../error.ts';
import type { Root } from '../model/root.ts';
import type { SignedFile, TopRole } from '../model/signed.ts';
import { fetchOptional, type Steps } from './fetch.ts';
import { placeOf, readFile, requireFresh, requireRole, type Session } from './session.ts';

/** More root versions than this in one cycle are an endless-data attack; what was verified until then is kept. */
const mostRotations = 256;

/** Uptane 5.4.4.3 (how to check Root): from the trusted version N to N+1 and on, expiry only at the end. */
export function* updateRoot(session: Session): Steps<Root> {
  const { dialect, repository } = session;
  let root = readFile(session, 'root', () => dialect.readRoot(session.trusted.root)).signed;
  for (let rotations = 0; ; rotations++) {
    const version = root.version + 1;
    const maxBytes = dialect.caps.root;
    const bytes = yield* fetchOptional(dialect, { repository, role: 'root', version, maxBytes });
    if (!bytes) break;
    if (rotations === mostRotations)
      throw new UptaneError('uptane.endless-data', placeOf(session, 'root'), 'the chain of roots does not end');
    const next = readFile(session, 'root', () => dialect.readRoot(bytes));
    root = acceptRoot(session, root, next);
    session.trusted.root = bytes;
  }
  requireFresh(session, 'root', root);
  return root;
}

function acceptRoot(session: Session, current: Root, next: SignedFile<Root>): Root {
  requireExactVersion(session, next.signed, current.version + 1);
  // Signed by a threshold of the keys of N, and of those of N+1
  requireRole(session, next, 'root', current);
  requireRole(session, next, 'root', next.signed);
  forgetRotated(session, current, next.signed);
  return next.signed;
}

function requireExactVersion(session: Session, { version }: Root, expected: number): void {
  if (version === expected) return;
  const code = version < expected ? 'uptane.rollback' : 'uptane.mix-and-match';
  const detail = `version ${version} is served in the place of version ${expected}`;
  throw new UptaneError(code, placeOf(session, 'root'), detail);
}

/**
 * Recovery from a fast-forward attack: where a key was taken away, versions seen under it mean nothing any more. The
 * standard names timestamp and snapshot; a targets key needs the same, and is all that a Secondary with partial
 * verification can recover by.
 */
function forgetRotated({ trusted }: Session, before: Root, after: Root): void {
  if (lostKey(before, after, 'timestamp') || lostKey(before, after, 'snapshot')) {
    trusted.timestamp = undefined;
    trusted.snapshot = undefined;
  }
  if (lostKey(before, after, 'targets')) {
    trusted.targets = undefined;
    trusted.delegated = undefined;
  }
}

/** Whether a key that could speak for the role no longer can. Keys that are only added leave old versions valid. */
function lostKey(before: Root, after: Root, role: TopRole): boolean {
  const remaining = identitiesOf(after, role);
  return [...identitiesOf(before, role)].some((identity) => !remaining.has(identity));
}

function identitiesOf(root: Root, role: TopRole): ReadonlySet<string> {
  const keyIds = root.roles.get(role)?.keyIds ?? [];
  return new Set(keyIds.map((keyId) => root.keys.get(keyId)?.identity ?? keyId));
}
