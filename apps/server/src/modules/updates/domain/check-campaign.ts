import type { CampaignRules, Wave } from '@bulkhead/contract';
import { UpdatesError } from './error.ts';

interface Checked {
  readonly waves: readonly Wave[];
  readonly rules: CampaignRules;
  readonly rollbackReleaseId?: string;
}

/**
 * Refuses a definition that could not end or would not do what it says.
 * @throws UpdatesError `updates.bad-campaign` with every fault
 */
export function checkCampaign({ waves, rules, rollbackReleaseId }: Checked): void {
  const faults = new Map<string, string>();
  waveFaults(waves, faults);
  const twice = rules.retries.find(({ on }, i) => rules.retries.some((other, k) => k < i && other.on === on));
  if (twice) faults.set('rules.retries', `${twice.on} has two policies`);
  if (rules.onError === 'roll-back' && rollbackReleaseId === undefined)
    faults.set('rollbackReleaseId', 'name the release to go back to, or do not roll back by yourself');
  const [starts, ends] = [timeOf(rules.startsAt), timeOf(rules.endsAt)];
  if (Number.isNaN(starts)) faults.set('rules.startsAt', 'is not a time such as 2026-11-20T10:00:00Z');
  if (Number.isNaN(ends)) faults.set('rules.endsAt', 'is not a time such as 2026-11-20T10:00:00Z');
  if (starts !== undefined && ends !== undefined && ends <= starts)
    faults.set('rules.endsAt', 'is not after its start');
  refuse(faults);
}

/** Waves alone, for a preview. @throws UpdatesError `updates.bad-campaign` */
export function checkWaves(waves: readonly Wave[]): void {
  const faults = new Map<string, string>();
  waveFaults(waves, faults);
  refuse(faults);
}

function waveFaults(waves: readonly Wave[], faults: Map<string, string>): void {
  for (const [i, { select }] of waves.entries()) {
    const last = i === waves.length - 1;
    if ((select.by === 'rest') !== last)
      faults.set(`waves.${i}.select`, last ? 'the last wave takes the rest' : 'only the last wave takes the rest');
    if (select.by !== 'rest' && select[select.by] === undefined)
      faults.set(`waves.${i}.select`, `says how by "${select.by}"`);
  }
}

const written = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const timeOf = (text: string | undefined) =>
  text === undefined ? undefined : written.test(text) ? Date.parse(text) : Number.NaN;

function refuse(faults: ReadonlyMap<string, string>): void {
  if (faults.size === 0) return;
  const [[field, text] = ['', '']] = faults;
  throw new UpdatesError('updates.bad-campaign', `The campaign is not consistent: ${field} ${text}.`, {
    fields: Object.fromEntries(faults),
  });
}
