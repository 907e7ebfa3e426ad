import { UptaneError } from '../error.ts';
import type { Delegation, Targets } from '../model/targets.ts';
import { targetNameFault } from '../wire/names.ts';
import { patternsOverlap } from './path-pattern.ts';
import { findImage, strictRules, type Visit } from './walk.ts';

export interface Upload {
  readonly filename: string;
  /** The hardware the image is for; empty means that delegations which name hardware do not cover it. */
  readonly hardwareIds: readonly string[];
  /** The role in whose targets file the uploader lists the image; `targets` for the repository's own. */
  readonly role: string;
}

/**
 * Whether the holder of a role may upload an image: walks the delegations as a client will (requirement S14), and so
 * finds also those images that no client would ever take from this role.
 * @param delegated the current, verified targets file of a role
 * @returns the roles from the top-level targets to the uploader's
 * @throws UptaneError `uptane.not-authorised` saying why, `uptane.wrong-value` for a name that is not safe
 */
export function authoriseUpload(
  upload: Upload,
  top: Targets,
  delegated: (role: string) => Targets | undefined,
): readonly string[] {
  const fault = targetNameFault(upload.filename);
  if (fault) throw new UptaneError('uptane.wrong-value', 'image name', fault);
  const wanted = upload.hardwareIds.length === 0 ? [undefined] : upload.hardwareIds;
  const chains = wanted.map((hardwareId) => chainTo(upload, hardwareId, { top, delegated }));
  return chains[0] ?? [];
}

interface Files {
  readonly top: Targets;
  readonly delegated: (role: string) => Targets | undefined;
}

function chainTo(upload: Upload, hardwareId: string | undefined, { top, delegated }: Files): readonly string[] {
  const { filename, role } = upload;
  if (role === 'targets') return ['targets'];
  const walk = findImage({ filename, hardwareId }, top, strictRules);
  let step = walk.next();
  while (!step.done) {
    const visit: Visit = step.value;
    if (visit.role.name === role) return [...visit.chain, role];
    step = walk.next(delegated(visit.role.name));
  }
  const hardware = hardwareId === undefined ? '' : ` for hardware ${JSON.stringify(hardwareId)}`;
  const why = step.value
    ? `clients find this name in ${step.value.chain.join(' > ')} first`
    : `no delegation that clients follow covers this name${hardware}`;
  throw new UptaneError('uptane.not-authorised', filename, `${role} may not upload it: ${why}`);
}

export interface Overlap {
  readonly roles: readonly [string, string];
  readonly patterns: readonly [string, string];
}

/**
 * Pairs of delegations of one file that could cover the same image. Clients disagree about what a terminating
 * delegation ends, so suppliers are kept apart by disjoint patterns only.
 */
export function overlappingDelegations(list: readonly Delegation[]): readonly Overlap[] {
  return list.flatMap((a, i) => list.slice(i + 1).flatMap((b) => overlapsOf(a, b)));
}

function overlapsOf(a: Delegation, b: Delegation): readonly Overlap[] {
  const apart = a.hardwareIds && b.hardwareIds && !a.hardwareIds.some((id) => b.hardwareIds?.includes(id));
  if (apart) return [];
  return a.paths.flatMap((first) =>
    b.paths
      .filter((second) => patternsOverlap(first, second))
      .map((second) => ({ roles: [a.roles[0].name, b.roles[0].name], patterns: [first, second] }) as const),
  );
}
