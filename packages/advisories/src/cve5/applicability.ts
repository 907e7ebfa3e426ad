import { parseCpe, textOf } from '../cpe/cpe.ts';
import { booleanIn, type JsonObject, objectsIn, oneOf, type Placed, requiredText, textIn } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import type { AffectedPackage, CpeConfiguration, CpeMatch, CpeNode } from '../model.ts';
import { compact } from '../text.ts';

const operators = ['AND', 'OR'] as const;
const { maxCpeMatches, maxNameLength, maxVersionLength } = recordBounds;

/**
 * `cpeApplicability` of a container, one entry per statement. Not read for the kernel when the container has its ranges:
 * branches overlap there and a tenth to a third of the hits would be false.
 */
export function readApplicability(
  container: Placed<JsonObject>,
  label: string,
  hasKernelRanges: boolean,
): AffectedPackage[] {
  return objectsIn(container.value, 'cpeApplicability', container.at, maxCpeMatches).flatMap((entry, i) => {
    const configuration = readConfiguration(entry);
    if (configuration.nodes.length === 0 || (hasKernelRanges && isKernelOnly(configuration))) return [];
    const at = `${label}.cpeApplicability[${i}]`;
    return [{ container: at, configuration, defaultStatus: 'unaffected' as const, versions: [] }];
  });
}

function isKernelOnly({ nodes }: CpeConfiguration): boolean {
  return nodes.every(({ matches }) =>
    matches.every(({ criteria }) => textOf(parseCpe(criteria)?.product ?? { kind: 'any' }) === 'linux_kernel'),
  );
}

/** One configuration as NVD API 2.0 and the CVE record format write it. */
export function readConfiguration({ value, at }: Placed<JsonObject>): CpeConfiguration {
  return {
    operator: oneOf(textIn(value, 'operator', at, 10) ?? 'OR', operators, inside(at, 'operator')),
    negate: booleanIn(value, 'negate', at) ?? false,
    nodes: objectsIn(value, 'nodes', at, maxCpeMatches).map(readNode),
  };
}

function readNode({ value, at }: Placed<JsonObject>): CpeNode {
  return {
    operator: oneOf(textIn(value, 'operator', at, 10) ?? 'OR', operators, inside(at, 'operator')),
    negate: booleanIn(value, 'negate', at) ?? false,
    matches: objectsIn(value, 'cpeMatch', at, maxCpeMatches).map(readMatch),
  };
}

function readMatch({ value, at }: Placed<JsonObject>): CpeMatch {
  const text = (key: string) => textIn(value, key, at, maxVersionLength)?.trim();
  return compact<CpeMatch>({
    vulnerable: booleanIn(value, 'vulnerable', at) ?? true,
    criteria: requiredText(value, 'criteria', at, maxNameLength),
    versionStartIncluding: text('versionStartIncluding'),
    versionStartExcluding: text('versionStartExcluding'),
    versionEndIncluding: text('versionEndIncluding'),
    versionEndExcluding: text('versionEndExcluding'),
  });
}
