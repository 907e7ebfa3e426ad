import type { CampaignDefinition, CampaignDetail, CampaignRules, FailureKind, Wave } from '@bulkhead/contract';

type Select = Wave['select']['by'];
type Day = CampaignRules['windows'][number]['days'][number];
type Timed = keyof CampaignRules['timeouts'];

/** A wave as it is typed: numbers are text until they are read. */
export interface WaveDraft {
  readonly name: string;
  readonly by: Select;
  readonly amount: string;
  readonly filter: string;
  readonly success: string;
  readonly error: string;
  readonly minimum: string;
  readonly count: string;
  readonly soak: string;
}

export interface WindowDraft {
  readonly days: readonly Day[];
  readonly start: string;
  readonly minutes: string;
}

export interface RetryDraft {
  readonly on: FailureKind;
  readonly times: string;
  readonly after: string;
}

export interface CampaignDraft {
  readonly name: string;
  readonly releaseId: string;
  readonly rollbackReleaseId: string;
  readonly filter: string;
  readonly waves: readonly WaveDraft[];
  readonly perMinute: string;
  readonly grows: boolean;
  readonly factor: string;
  readonly every: string;
  readonly growsBy: 'notified' | 'succeeded';
  readonly maximum: string;
  readonly maxInFlight: string;
  readonly windows: readonly WindowDraft[];
  readonly timeouts: Readonly<Record<Timed, string>>;
  readonly retries: readonly RetryDraft[];
  readonly deferrals: string;
  readonly deferralHours: string;
  readonly onError: CampaignRules['onError'];
  readonly countAsError: CampaignRules['countAsError'];
  readonly startsAt: string;
  readonly endsAt: string;
}

export const timedStates: readonly Timed[] = [
  'offered',
  'consented',
  'downloading',
  'downloaded',
  'installing',
  'installed-awaiting-report',
];

export const emptyWave: WaveDraft = {
  name: '',
  by: 'percent',
  amount: '10',
  filter: '',
  success: '95',
  error: '5',
  minimum: '20',
  count: '',
  soak: '60',
};

/** Careful by default: a small ring that soaks for a day, a larger one, then the rest. */
export const newDraft: CampaignDraft = {
  name: '',
  releaseId: '',
  rollbackReleaseId: '',
  filter: '',
  waves: [
    { ...emptyWave, name: 'First ring', amount: '1', success: '98', error: '5', minimum: '5', soak: '1440' },
    { ...emptyWave, name: 'Second ring', amount: '10', soak: '720' },
    { ...emptyWave, name: 'All others', by: 'rest', amount: '', error: '3', minimum: '50', soak: '0' },
  ],
  perMinute: '60',
  grows: false,
  factor: '1.5',
  every: '1000',
  growsBy: 'succeeded',
  maximum: '1000',
  maxInFlight: '1000',
  windows: [],
  timeouts: {
    offered: '10080',
    consented: '4320',
    downloading: '2880',
    downloaded: '4320',
    installing: '120',
    'installed-awaiting-report': '1440',
  },
  retries: [
    { on: 'download-failed', times: '3', after: '60' },
    { on: 'preconditions-failed', times: '5', after: '240' },
  ],
  deferrals: '3',
  deferralHours: '24',
  onError: 'stop',
  countAsError: [],
  startsAt: '',
  endsAt: '',
};

const text = (value: number | undefined) => (value === undefined ? '' : String(value));

export function draftOfCampaign(campaign: CampaignDetail): CampaignDraft {
  const { rules } = campaign;
  const { growth } = rules.rate;
  return {
    ...newDraft,
    name: campaign.name,
    releaseId: campaign.releaseId,
    rollbackReleaseId: campaign.rollbackReleaseId ?? '',
    filter: campaign.filter,
    waves: campaign.waves.map(({ name, select, success, error, soakMinutes }) => ({
      name,
      by: select.by,
      amount: text(select.by === 'percent' ? select.percent : select.count),
      filter: select.filter ?? '',
      success: text(success.percent),
      error: text(error.percent),
      minimum: text(error.minimum),
      count: text(error.count),
      soak: text(soakMinutes ?? 0),
    })),
    perMinute: text(rules.rate.perMinute),
    ...(growth
      ? {
          grows: true,
          factor: text(growth.factor),
          every: text(growth.every),
          growsBy: growth.by,
          maximum: text(growth.maximum),
        }
      : {}),
    maxInFlight: text(rules.maxInFlight),
    windows: rules.windows.map(({ days, start, minutes }) => ({ days, start, minutes: text(minutes) })),
    timeouts: Object.fromEntries(timedStates.map((state) => [state, text(rules.timeouts[state])])) as Record<
      Timed,
      string
    >,
    retries: rules.retries.map(({ on, times, afterMinutes }) => ({
      on,
      times: text(times),
      after: text(afterMinutes),
    })),
    deferrals: text(rules.deferral.times),
    deferralHours: text(rules.deferral.hours),
    onError: rules.onError,
    countAsError: rules.countAsError,
    startsAt: rules.startsAt ?? '',
    endsAt: rules.endsAt ?? '',
  };
}

const num = (value: string) => (/^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : Number.NaN);

function selectOf({ by, amount, filter }: WaveDraft): Wave['select'] {
  if (by === 'percent') return { by, percent: num(amount) };
  if (by === 'count') return { by, count: num(amount) };
  return by === 'filter' ? { by, filter: filter.trim() } : { by };
}

export const waveOf = (wave: WaveDraft): Wave => ({
  name: wave.name.trim(),
  select: selectOf(wave),
  success: { percent: num(wave.success) },
  error: {
    percent: num(wave.error),
    minimum: num(wave.minimum),
    ...(wave.count.trim() ? { count: num(wave.count) } : {}),
  },
  ...(wave.soak.trim() && wave.soak.trim() !== '0' ? { soakMinutes: num(wave.soak) } : {}),
});

function rulesOf(draft: CampaignDraft): CampaignRules {
  return {
    rate: {
      perMinute: num(draft.perMinute),
      ...(draft.grows
        ? {
            growth: {
              factor: num(draft.factor),
              every: num(draft.every),
              by: draft.growsBy,
              maximum: num(draft.maximum),
            },
          }
        : {}),
    },
    maxInFlight: num(draft.maxInFlight),
    windows: draft.windows.map(({ days, start, minutes }) => ({ days: [...days], start, minutes: num(minutes) })),
    timeouts: Object.fromEntries(timedStates.map((state) => [state, num(draft.timeouts[state])])) as Record<
      Timed,
      number
    >,
    retries: draft.retries.map(({ on, times, after }) => ({ on, times: num(times), afterMinutes: num(after) })),
    deferral: { times: num(draft.deferrals), hours: num(draft.deferralHours) },
    onError: draft.onError,
    countAsError: [...draft.countAsError],
    ...(draft.startsAt.trim() ? { startsAt: draft.startsAt.trim() } : {}),
    ...(draft.endsAt.trim() ? { endsAt: draft.endsAt.trim() } : {}),
  };
}

export const definitionOf = (draft: CampaignDraft): CampaignDefinition => ({
  name: draft.name.trim(),
  releaseId: draft.releaseId,
  ...(draft.rollbackReleaseId ? { rollbackReleaseId: draft.rollbackReleaseId } : {}),
  filter: draft.filter,
  waves: draft.waves.map(waveOf),
  rules: rulesOf(draft),
});
