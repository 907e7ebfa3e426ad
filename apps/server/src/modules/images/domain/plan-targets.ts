import type { DelegationPlan } from '@bulkhead/contract';
import {
  type Delegation,
  type Delegations,
  type DialectName,
  dialectOf,
  keyIdOf,
  nextTargets,
  noExtra,
  type PublicKey,
  pathPatternFault,
  roleNameFault,
  type SignedFile,
  signPayload,
  type Targets,
} from '@bulkhead/uptane';
import { badMetadata, refused } from './error.ts';
import { publicKeysOf } from './plan-root.ts';

/**
 * The payload of the next top-level targets, unsigned. The images it lists stay; they change by `bulkhead sign`.
 * @throws ImagesError `images.bad-metadata` for a role, pattern or key that clients would refuse
 */
export function nextTopTargets(
  dialect: DialectName,
  current: SignedFile<Targets> | undefined,
  { expires, delegations }: { readonly expires: string; readonly delegations?: readonly DelegationPlan[] | undefined },
): Uint8Array {
  const next = refused('The next targets', () => nextTargets(current?.signed, { expires: new Date(expires) }));
  const changed = delegations ? { ...next, delegations: delegationsOf(delegations) } : next;
  return refused('The next targets', () => {
    const bytes = signPayload(changed, dialectOf(dialect), []);
    dialectOf(dialect).readTargets(bytes); // what the readers would refuse is refused here
    return bytes;
  });
}

function delegationsOf(plans: readonly DelegationPlan[]): Delegations | undefined {
  if (plans.length === 0) return undefined;
  const keys = new Map<string, PublicKey>();
  const names = new Set<string>();
  const list = plans.map((plan): Delegation => {
    const fault = roleNameFault(plan.name) ?? plan.paths.map(pathPatternFault).find((found) => found !== undefined);
    if (fault) throw badMetadata(`A delegation cannot be: ${fault}.`);
    if (names.has(plan.name))
      throw badMetadata(`The role ${plan.name} is delegated to twice: give it all paths at once.`);
    names.add(plan.name);
    const own = publicKeysOf(plan.name, plan.keys);
    if (new Set(own.map(({ identity }) => identity)).size < plan.threshold)
      throw badMetadata(`The role ${plan.name} has fewer keys than its threshold of ${plan.threshold}.`);
    for (const key of own) keys.set(keyIdOf(key), key);
    return {
      roles: [{ name: plan.name, keyIds: own.map((key) => keyIdOf(key)), threshold: plan.threshold, extra: noExtra }],
      agreement: 1,
      name: undefined,
      paths: plan.paths,
      hardwareIds: plan.hardwareIds,
      terminating: plan.terminating ?? false,
      extra: noExtra,
    };
  });
  return { keys, list, extra: noExtra };
}
