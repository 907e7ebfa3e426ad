import { UptaneError } from '../error.ts';
import { noExtra } from '../json/fields.ts';
import type { Target, Targets } from '../model/targets.ts';
import { expiryOf, versionRange } from '../wire/common.ts';
import { targetNameFault } from '../wire/names.ts';

export interface TargetsChange {
  readonly expires: Date;
  /** Images to list, by name; one that is listed already is replaced. */
  readonly add?: ReadonlyMap<string, Target> | undefined;
  readonly remove?: readonly string[] | undefined;
}

/**
 * The next version of a targets file, to be signed by its owner; the first when there is none yet. Delegations and
 * whatever else the file holds stay.
 * @throws UptaneError `uptane.wrong-value` for an unsafe name or one that is to be removed and not there
 */
export function nextTargets(
  current: Targets | undefined,
  { expires, add = new Map(), remove = [] }: TargetsChange,
): Targets {
  const targets = new Map(current?.targets);
  for (const name of remove) {
    if (!targets.delete(name))
      throw new UptaneError('uptane.wrong-value', name, 'is not listed, so it cannot be removed');
  }
  for (const [name, target] of add) {
    const fault = targetNameFault(name);
    if (fault) throw new UptaneError('uptane.wrong-value', 'image name', fault);
    targets.set(name, target);
  }
  const version = (current?.version ?? 0) + 1;
  if (version > versionRange.max)
    throw new UptaneError('uptane.wrong-value', 'version', 'there is no higher version; replace the keys');
  const first = { type: 'targets', delegations: undefined, custom: undefined, extra: noExtra } as const;
  return { ...(current ?? first), version, expires: expiryOf(expires), targets };
}
