import {
  authoriseUpload,
  isExpired,
  overlappingDelegations,
  type SignedFile,
  type Target,
  type Targets,
  UptaneError,
} from '@bulkhead/uptane';
import type { Collection } from './collection.ts';
import { badMetadata, ImagesError, notAuthorised } from './error.ts';

/** The longest that a file signed offline may hold: keys are lost and found in less time. */
const longestYears = 10;

/**
 * What a targets file must fulfil before its signatures are collected: an image that no client would take from this
 * role, or that nobody can be sure about, is refused with the clause that says so.
 * @param around the collection in which the file stands, itself included
 */
export function checkTargets(
  role: string,
  file: SignedFile<Targets>,
  around: Collection,
  published: SignedFile<Targets> | undefined,
  now: Date,
): void {
  const { signed } = file;
  checkVersion(role, signed.version, published?.signed.version);
  checkExpiry(role, signed.expires, now);
  checkDelegations(role, signed);
  for (const [name, target] of signed.targets) {
    checkTarget(name, target);
    checkCounter(name, target, published?.signed.targets.get(name));
    requireChain(role, name, target, around);
  }
}

export function checkVersion(role: string, version: number, published: number | undefined): void {
  if (published !== undefined && version <= published)
    throw badMetadata(
      `${role} is published as version ${published}; version ${version} would be a rollback (Uptane 5.4.4.6). Sign the next version.`,
    );
}

/** @throws ImagesError for a file that no client would take, or that would outlive its keys */
export function checkExpiry(role: string, expires: string, now: Date): void {
  if (isExpired({ expires }, now))
    throw badMetadata(`${role} expired at ${expires}; clients refuse it (Uptane 5.4.4.6). Sign one that lasts.`);
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + longestYears);
  if (Date.parse(expires) > limit.getTime())
    throw badMetadata(`${role} would be valid until ${expires}; ${longestYears} years are the most.`);
}

function checkDelegations(role: string, { delegations }: Targets): void {
  const list = delegations?.list ?? [];
  const number = list.flatMap(({ roles }) => roles).find(({ name }) => /^\d+$/.test(name));
  if (number) throw badMetadata(`The role ${number.name} needs a name that is not a number; some clients reorder it.`);
  const [overlap] = overlappingDelegations(list);
  if (!overlap) return;
  const { roles, patterns } = overlap;
  throw new ImagesError(
    'images.overlapping-delegations',
    `${role} delegates overlapping names: ${patterns[0]} to ${roles[0]} and ${patterns[1]} to ${roles[1]}. Clients disagree about who then decides (Uptane 5.4.4.7): give each its own.`,
  );
}

function checkTarget(name: string, { hashes, custom }: Target): void {
  if (!hashes.has('sha256'))
    throw badMetadata(`${name} lists no sha256, which is the hash that clients check first: add it.`);
  if (!custom?.hardwareIds || custom.hardwareIds.length === 0)
    throw badMetadata(`${name} names no hardware id, so no client would install it (Uptane 5.2.3.1): add hardwareIds.`);
  if (custom.ecus) throw badMetadata(`${name} names ECUs; that is for the Director, and clients refuse both in one.`);
}

/** Uptane 5.4.3.3: a client refuses an image with a lower release counter than it has. */
function checkCounter(name: string, { custom }: Target, before: Target | undefined): void {
  const [now, then] = [custom?.releaseCounter, before?.custom?.releaseCounter];
  if (then !== undefined && (now === undefined || now < then))
    throw badMetadata(
      `${name} had the release counter ${then} and would have ${now ?? 'none'}; clients refuse to go back.`,
    );
}

/** Requirement S14: the chain of delegations decides, walked as clients walk it. */
function requireChain(role: string, filename: string, { custom }: Target, { targets }: Collection): void {
  requireAuthorised({ filename, hardwareIds: custom?.hardwareIds ?? [], role }, targets);
}

/** @throws ImagesError `images.not-authorised`, `images.bad-name` */
export function requireAuthorised(
  upload: Parameters<typeof authoriseUpload>[0],
  targets: ReadonlyMap<string, SignedFile<Targets>>,
): void {
  const top = targets.get('targets');
  if (!top) throw notAuthorised('There are no top-level targets yet, so nobody is authorised for any image.');
  try {
    authoriseUpload(upload, top.signed, (name) => targets.get(name)?.signed);
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    if (error.code === 'uptane.not-authorised') throw notAuthorised(`${error.message} (Uptane S14, clause 5.4.4.7).`);
    throw new ImagesError('images.bad-name', error.message, { cause: error });
  }
}
