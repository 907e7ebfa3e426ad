import type { CampaignDetail, CampaignVehicleState, CampaignWave } from '@bulkhead/contract';

export type Part = 'updated' | 'errors' | 'underWay' | 'waiting' | 'out';
export interface Segment {
  readonly part: Part;
  readonly vehicles: number;
  /** Percent of the wave. */
  readonly from: number;
  readonly width: number;
}

const partOf: Readonly<Record<CampaignVehicleState, Part>> = {
  pending: 'waiting',
  scheduled: 'waiting',
  deferred: 'waiting',
  offered: 'underWay',
  consented: 'underWay',
  downloading: 'underWay',
  downloaded: 'underWay',
  installing: 'underWay',
  'installed-awaiting-report': 'underWay',
  'cancel-rejected': 'underWay',
  succeeded: 'updated',
  failed: 'errors',
  'timed-out': 'errors',
  'rolled-back': 'errors',
  unreachable: 'out',
  denied: 'out',
  cancelled: 'out',
  incompatible: 'out',
  superseded: 'out',
};
const order: readonly Part[] = ['updated', 'errors', 'underWay', 'waiting', 'out'];

/** What of a wave counts as an error is set by the campaign: an unreachable vehicle may. */
const partsFor = (asError: CampaignDetail['rules']['countAsError']) => (state: CampaignVehicleState) =>
  (asError as readonly string[]).includes(state) ? 'errors' : partOf[state];

/** The parts of a wave's bar, in a fixed order, in percent of the wave. */
export function segmentsOf(
  { counts, size }: Pick<CampaignWave, 'counts' | 'size'>,
  asError: CampaignDetail['rules']['countAsError'] = [],
): Segment[] {
  const part = partsFor(asError);
  const sums = new Map<Part, number>();
  for (const { state, vehicles } of counts) sums.set(part(state), (sums.get(part(state)) ?? 0) + vehicles);
  let from = 0;
  return order.map((name) => {
    const vehicles = sums.get(name) ?? 0;
    const width = size === 0 ? 0 : (100 * vehicles) / size;
    const segment = { part: name, vehicles, from, width };
    from += width;
    return segment;
  });
}

/** Denied, cancelled and superseded vehicles count neither way: the share that must succeed is of the others. */
const neutral: ReadonlySet<CampaignVehicleState> = new Set(['denied', 'cancelled', 'incompatible', 'superseded']);

/** Where the success threshold stands on the bar, in percent of the wave. */
export function successMark(
  { counts, size, success }: Pick<CampaignWave, 'counts' | 'size' | 'success'>,
  asError: CampaignDetail['rules']['countAsError'] = [],
): number {
  const out = counts
    .filter(({ state }) => neutral.has(state) && !(asError as readonly string[]).includes(state))
    .reduce((all, { vehicles }) => all + vehicles, 0);
  return size === 0 ? success.percent : (success.percent * (size - out)) / size;
}

const percent = (value: number) => `${Math.round(value * 10) / 10} %`;

export const successText = ({ successPercent, success }: Pick<CampaignWave, 'successPercent' | 'success'>): string =>
  `${percent(successPercent)} updated; the next wave needs ${percent(success.percent)}`;

/** The rule that stops a wave, in words, with where it stands. */
export function errorText(wave: Pick<CampaignWave, 'error' | 'errors' | 'ended' | 'errorPercent' | 'size'>): string {
  const { error, errors, ended, errorPercent, size } = wave;
  const least = Math.min(error.minimum, size);
  const rule = `stops at ${percent(error.percent)} of at least ${least}${error.count === undefined ? '' : `, or at ${error.count} errors`}`;
  if (ended === 0) return `No vehicle has ended yet; ${rule}`;
  return `${errors} errors of ${ended} that ended (${percent(errorPercent)}); ${rule}`;
}

/** The bar in a sentence, for those who do not see it. */
export function waveSentence(
  wave: CampaignWave,
  names: Readonly<Record<Part, string>>,
  segments: readonly Segment[],
): string {
  const parts = segments
    .filter(({ vehicles }) => vehicles > 0)
    .map(({ part, vehicles }) => `${vehicles} ${names[part].toLowerCase()}`);
  return `Wave ${wave.ordinal}, ${wave.name}: ${wave.size} vehicles: ${parts.join(', ') || 'none'}. ${successText(wave)}. ${errorText(wave)}.`;
}

/**
 * How long the rest takes at the pace so far, in seconds; undefined while nothing has ended. Windows, soak times and waves
 * that wait are not in it: it is an estimate and said to be one.
 */
export function secondsLeft(
  campaign: Pick<CampaignDetail, 'startedAt' | 'waves' | 'vehicles' | 'state'>,
  now: Date,
): number | undefined {
  if (campaign.state !== 'running' || campaign.startedAt === null) return undefined;
  const seconds = (now.getTime() - Date.parse(campaign.startedAt)) / 1000;
  const rest = campaign.waves
    .flatMap((wave) => segmentsOf(wave))
    .filter(({ part }) => part === 'underWay' || part === 'waiting')
    .reduce((all, { vehicles }) => all + vehicles, 0);
  const done = campaign.vehicles - rest;
  if (done <= 0 || seconds <= 0) return undefined;
  return Math.round((rest * seconds) / done);
}

/** `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
