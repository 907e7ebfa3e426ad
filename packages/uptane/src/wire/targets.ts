import { asObject, extraOf, objectAt, objectOf, optionalObjectAt, optionalTextAt, refuse } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { Target, Targets, TargetsCustom } from '../model/targets.ts';
import { commonMembers, knownMembers, readCommon, signedPlace } from './common.ts';
import { readDelegations, writeDelegations } from './delegations.ts';
import { targetNameFault } from './names.ts';
import type { Profile } from './profile.ts';
import { readTarget, writeTarget } from './target.ts';

/** Uptane 5.2.3: images with size and hashes; delegations; what the Director says about the whole. */
export function readTargets(payload: JsonObject, profile: Profile): Targets {
  const common = readCommon(payload, 'targets', profile, knownMembers(profile, 'targets', 'delegations', 'custom'));
  const at = inside(signedPlace, 'targets');
  const targets = new Map<string, Target>();
  for (const [name, value] of Object.entries(objectAt(payload, 'targets', signedPlace))) {
    const here = inside(at, name);
    const fault = targetNameFault(name);
    if (fault) throw refuse(here, fault);
    targets.set(name, readTarget(asObject(value, here), here));
  }
  const delegations = optionalObjectAt(payload, 'delegations', signedPlace);
  return {
    type: 'targets',
    ...common,
    targets,
    // aktualizr's tools write an empty object where nothing is delegated
    delegations: hasMembers(delegations)
      ? readDelegations(delegations, inside(signedPlace, 'delegations'), profile)
      : undefined,
    custom: readTargetsCustom(payload),
  };
}

function hasMembers(object: JsonObject | undefined): object is JsonObject {
  return object !== undefined && Object.keys(object).length > 0;
}

const customMembers = new Set(['vehicleId', 'correlationId']);

function readTargetsCustom(payload: JsonObject): TargetsCustom | undefined {
  const custom = optionalObjectAt(payload, 'custom', signedPlace);
  if (!custom) return undefined;
  const at = inside(signedPlace, 'custom');
  return {
    vehicleId: optionalTextAt(custom, 'vehicleId', at),
    correlationId: optionalTextAt(custom, 'correlationId', at),
    extra: extraOf(custom, customMembers),
  };
}

export function writeTargets(targets: Targets, profile: Profile): JsonObject {
  const { delegations, custom } = targets;
  return objectOf(
    [
      ...commonMembers('targets', targets, profile),
      ['targets', Object.fromEntries([...targets.targets].map(([name, target]) => [name, writeTarget(target)]))],
      ['delegations', delegations && writeDelegations(delegations, profile)],
      ['custom', custom && writeTargetsCustom(custom)],
    ],
    targets.extra,
  );
}

export function writeTargetsCustom({ vehicleId, correlationId, extra }: TargetsCustom): JsonObject {
  return objectOf(
    [
      ['vehicleId', vehicleId],
      ['correlationId', correlationId],
    ],
    extra,
  );
}
