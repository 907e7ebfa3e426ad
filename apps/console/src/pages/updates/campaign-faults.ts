import type { CampaignDraft, WaveDraft } from './campaign-draft.ts';

const between = (value: string, least: number, most: number): boolean =>
  /^\d+(\.\d+)?$/.test(value.trim()) && Number(value) >= least && Number(value) <= most;
const whole = (value: string, least: number, most: number): boolean =>
  between(value, least, most) && Number.isInteger(Number(value));

export type WaveFaults = Partial<Record<keyof WaveDraft, string>>;

/** What is wrong with a wave, by field. */
export function faultsOfWave(wave: WaveDraft, last: boolean): WaveFaults {
  const faults: WaveFaults = {};
  if (!wave.name.trim()) faults.name = 'A wave has a name';
  if ((wave.by === 'rest') !== last)
    faults.by = last ? 'The last wave takes the rest' : 'Only the last wave takes the rest';
  if (wave.by === 'percent' && !between(wave.amount, 0.01, 100)) faults.amount = '0.01 to 100';
  if (wave.by === 'count' && !whole(wave.amount, 1, 10_000_000)) faults.amount = 'A number of vehicles';
  if (wave.by === 'filter' && !wave.filter.trim()) faults.filter = 'A filter such as region = eu';
  if (!between(wave.success, 0, 100)) faults.success = '0 to 100';
  if (!between(wave.error, 0.1, 100)) faults.error = '0.1 to 100';
  if (!whole(wave.minimum, 1, 1_000_000)) faults.minimum = 'At least 1';
  if (wave.count.trim() && !whole(wave.count, 1, 10_000_000)) faults.count = 'A number, or empty';
  if (wave.soak.trim() && !whole(wave.soak, 0, 43_200)) faults.soak = '0 to 43,200';
  return faults;
}

const written = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const isTime = (value: string) => value.trim() === '' || written.test(value.trim());

type Fields = Readonly<Record<string, string>>;
const said = (faults: Record<string, string | false>): Fields =>
  Object.fromEntries(Object.entries(faults).filter((entry): entry is [string, string] => entry[1] !== false));

/** Rate, windows, time-outs, retries. */
export function faultsOfPace(draft: CampaignDraft): Fields {
  const retried = new Set<string>();
  return said({
    perMinute: !between(draft.perMinute, 0.1, 1_000_000) && '0.1 to 1,000,000',
    maxInFlight: !whole(draft.maxInFlight, 1, 1_000_000) && '1 to 1,000,000',
    factor: draft.grows && !between(draft.factor, 1.1, 5) && '1.1 to 5',
    every: draft.grows && !whole(draft.every, 1, 10_000_000) && 'A number of vehicles',
    maximum: draft.grows && !between(draft.maximum, 0.1, 1_000_000) && '0.1 to 1,000,000',
    windows:
      draft.windows.some(
        ({ days, start, minutes }) =>
          days.length === 0 || !/^([01]\d|2[0-3]):[0-5]\d$/.test(start) || !whole(minutes, 1, 1_440),
      ) && 'A window has days, a start such as 22:00 and 1 to 1,440 minutes',
    timeouts:
      Object.values(draft.timeouts).some((value) => !whole(value, 1, 525_600)) && 'Each is 1 to 525,600 minutes',
    retries:
      draft.retries.some(({ on, times, after }) => {
        const twice = retried.has(on);
        retried.add(on);
        return twice || !whole(times, 1, 10) || !whole(after, 0, 43_200);
      }) && 'Each kind once, 1 to 10 times, 0 to 43,200 minutes later',
    deferrals: !whole(draft.deferrals, 0, 20) && '0 to 20',
    deferralHours: !whole(draft.deferralHours, 1, 720) && '1 to 720',
    startsAt: !isTime(draft.startsAt) && 'A time such as 2026-11-20T22:00:00Z',
    endsAt: !isTime(draft.endsAt) && 'A time such as 2026-12-20T22:00:00Z',
  });
}

/** What keeps each step of the wizard from being left; undefined where nothing does. */
export function stepFaults(draft: CampaignDraft): readonly (string | undefined)[] {
  const waves = draft.waves.findIndex(
    (wave, i) => Object.keys(faultsOfWave(wave, i === draft.waves.length - 1)).length > 0,
  );
  const [pace] = Object.values(faultsOfPace(draft));
  const release = draft.name.trim() ? (draft.releaseId ? undefined : 'Choose a release') : 'Give it a name';
  return [
    release,
    undefined,
    waves >= 0 ? `Wave ${waves + 1} is not complete` : undefined,
    pace,
    draft.onError === 'roll-back' && !draft.rollbackReleaseId
      ? 'To roll back by itself it needs a release to go back to'
      : undefined,
  ];
}
