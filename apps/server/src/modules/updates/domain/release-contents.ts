import type { ReleaseItemInput, ReleaseRule } from '@bulkhead/contract';
import { inRange } from './compare-versions.ts';
import { UpdatesError } from './error.ts';

export interface KnownSoftware {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string | null;
}

export interface ContentsInput {
  readonly models: readonly string[];
  readonly items: readonly ReleaseItemInput[];
  readonly rules: readonly ReleaseRule[];
}

export interface Known {
  readonly software: ReadonlyMap<string, KnownSoftware>;
  /** Roles by model code; a model that is not in it does not exist. */
  readonly roles: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Refuses contents that no vehicle could install as a whole: unknown software and models, roles that no model has, two
 * images for one ECU (Uptane 5.4.4.6), other bytes than those registered, and rules that the release breaks itself.
 * @throws UpdatesError `updates.bad-contents` with every fault
 */
export function checkContents({ models, items, rules }: ContentsInput, { software, roles }: Known): void {
  const faults = new Map<string, string>();
  const fault = (field: string, text: string) => void (faults.has(field) || faults.set(field, text));
  for (const model of models) if (!roles.has(model)) fault('models', `there is no model "${model}"`);
  const hasRole = (role: string) => models.length === 0 || models.some((model) => roles.get(model)?.has(role));
  for (const [i, item] of items.entries()) {
    const known = software.get(item.softwareId);
    if (!known) fault(`items.${i}.softwareId`, 'is not a registered software version');
    else if (known.sha256 !== null && known.sha256 !== item.sha256)
      fault(`items.${i}.sha256`, `is not the content registered for ${known.name} ${known.version}`);
    if (item.fromSoftwareId && !software.has(item.fromSoftwareId))
      fault(`items.${i}.fromSoftwareId`, 'is not a registered software version');
    if (!hasRole(item.role)) fault(`items.${i}.role`, `no model of the release has the role "${item.role}"`);
    const rival = items.findIndex((other, k) => k < i && other.role === item.role && overlap(other, item));
    if (rival >= 0) fault(`items.${i}.hardwareIds`, `overlap with those of image ${rival + 1} for the same role`);
    const namesake = items.some(
      (other, k) => k < i && other.fileName === item.fileName && other.sha256 !== item.sha256,
    );
    if (namesake) fault(`items.${i}.fileName`, 'is the name of another image of the release');
  }
  for (const [i, rule] of rules.entries()) {
    if (!hasRole(rule.role)) fault(`rules.${i}.role`, `no model of the release has the role "${rule.role}"`);
    const own = items.map((item) => ({ item, known: software.get(item.softwareId) }));
    const broken = own.some(({ item, known }) => known && brings(item, known, rule) && breaks(known.version, rule));
    if (broken) fault(`rules.${i}`, 'is broken by an image of the release itself');
  }
  if (faults.size === 0) return;
  const [[field, text] = ['', '']] = faults;
  throw new UpdatesError('updates.bad-contents', `The contents are not consistent: ${field} ${text}.`, {
    fields: Object.fromEntries(faults),
  });
}

const overlap = (a: ReleaseItemInput, b: ReleaseItemInput) => a.hardwareIds.some((id) => b.hardwareIds.includes(id));

const brings = ({ role }: { role: string }, { name }: { name: string }, rule: ReleaseRule) =>
  role === rule.role && name === rule.name;

/** Whether a vehicle that runs this version breaks the rule. */
export const breaks = (version: string, rule: ReleaseRule): boolean =>
  inRange(version, rule) === (rule.kind === 'conflicts');

/**
 * The rules that depend on what the vehicle runs already: where every image for the role brings the software itself,
 * the rule was judged when the contents were set.
 */
export function openRules(
  rules: readonly ReleaseRule[],
  items: readonly { readonly role: string; readonly software: string }[],
): ReleaseRule[] {
  return rules.filter((rule) => {
    const own = items.filter(({ role }) => role === rule.role);
    return own.length === 0 || own.some(({ software }) => software !== rule.name);
  });
}
