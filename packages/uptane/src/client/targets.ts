import { UptaneError } from '../error.ts';
import type { KeyRing, RoleKeys, Root } from '../model/root.ts';
import type { SignedFile } from '../model/signed.ts';
import type { FileMeta, Snapshot } from '../model/snapshot.ts';
import type { Targets } from '../model/targets.ts';
import { meetsThreshold, requireThreshold, signatureState } from '../signing/threshold.ts';
import { fetchFile, type Steps } from './fetch.ts';
import { metaFault } from './file-meta.ts';
import { placeOf, readFile, readStored, requireFresh, requireNotOlder, roleIn, type Session } from './session.ts';

/** Whose signatures a file must carry. */
export interface Authority {
  readonly role: RoleKeys;
  readonly keys: KeyRing;
}

/**
 * Uptane 5.4.4.6 (how to check Targets): version as the snapshot says, signatures, not older, expiry. What the
 * Director alone must fulfil is checked by the caller, which also decides when the file becomes trusted.
 */
export function* fetchTargets(session: Session, root: Root, snapshot: Snapshot): Steps<SignedFile<Targets>> {
  const { trusted, dialect } = session;
  const authority = { role: roleIn(session, root, 'targets'), keys: root.keys };
  const file = yield* fetchListed(session, 'targets', snapshot, { stored: trusted.targets, authority });
  const previous = readStored(trusted.targets, dialect.readTargets)?.signed;
  requireNotOlder(session, 'targets', file.signed.version, previous?.version);
  requireFresh(session, 'targets', file.signed);
  return file;
}

/**
 * A targets file that a snapshot lists: from storage when that is still the one and signed by those who may *now*, else
 * from the repository.
 */
export function* fetchListed(
  session: Session,
  name: string,
  snapshot: Snapshot,
  { stored, authority }: { stored: Uint8Array | undefined; authority: Authority },
): Steps<SignedFile<Targets>> {
  const { dialect, repository } = session;
  const meta = snapshot.meta.get(`${name}.json`);
  const place = placeOf(session, name);
  if (!meta) throw new UptaneError('uptane.mix-and-match', place, 'the snapshot does not list this file');
  const { role, keys } = authority;
  const cached = readStored(stored, dialect.readTargets);
  const fits = cached && metaFault(dialect, cached, versionAndHash(meta)) === undefined;
  if (fits && meetsThreshold(signatureState(cached, role, keys))) return cached;
  const bytes = yield* fetchFile(dialect, { repository, role: name, version: meta.version, maxBytes: capOf(session) });
  const file = readFile(session, name, () => dialect.readTargets(bytes));
  const fault = metaFault(dialect, file, versionAndHash(meta));
  if (fault) throw new UptaneError('uptane.mix-and-match', place, fault);
  requireThreshold(file, role, keys, place);
  return file;
}

function capOf({ dialect, repository }: Session): number {
  return repository === 'director' ? dialect.caps.directorTargets : dialect.caps.imageTargets;
}

/** The length in a snapshot is ignored by other clients; a wrong one must not divide the fleet. */
function versionAndHash(meta: FileMeta): FileMeta {
  return { ...meta, length: undefined };
}
