import type { SlaPolicy } from '@bulkhead/contract';

/** The most urgent and the most critical first, as people read a table. */
export const slaOutcomes = ['immediate', 'out-of-cycle', 'scheduled', 'defer'] as const;
export const slaCriticalities = ['very-high', 'high', 'medium', 'low'] as const;
type SlaOutcome = (typeof slaOutcomes)[number];
type SlaCriticality = (typeof slaCriticalities)[number];

/** Days as they are typed; empty = no clock. */
export type SlaDraft = Readonly<Record<SlaOutcome, Readonly<Record<SlaCriticality, string>>>>;

const longest = 3_650;
const each = <T>(cell: (outcome: SlaOutcome, criticality: SlaCriticality) => T) => {
  const row = (outcome: SlaOutcome) => ({
    'very-high': cell(outcome, 'very-high'),
    high: cell(outcome, 'high'),
    medium: cell(outcome, 'medium'),
    low: cell(outcome, 'low'),
  });
  return {
    immediate: row('immediate'),
    'out-of-cycle': row('out-of-cycle'),
    scheduled: row('scheduled'),
    defer: row('defer'),
  };
};

export const slaDraftOf = (policy: SlaPolicy): SlaDraft =>
  each((outcome, criticality) => String(policy[outcome][criticality] ?? ''));

export const withDays = (
  draft: SlaDraft,
  outcome: SlaOutcome,
  criticality: SlaCriticality,
  days: string,
): SlaDraft => ({
  ...draft,
  [outcome]: { ...draft[outcome], [criticality]: days },
});

export const isDays = (text: string): boolean =>
  text === '' || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= longest);

const cells = (draft: SlaDraft) =>
  slaOutcomes.flatMap((outcome) => slaCriticalities.map((criticality) => draft[outcome][criticality]));

/** Why it cannot be saved yet. */
export function slaDraftLacks(draft: SlaDraft, saved: SlaDraft): string | undefined {
  if (!cells(draft).every(isDays)) return 'Give whole days from 1 to 3,650, or nothing for no clock';
  return cells(draft).join() === cells(saved).join() ? 'Nothing is changed' : undefined;
}

export const policyOf = (draft: SlaDraft): SlaPolicy =>
  each((outcome, criticality) => (draft[outcome][criticality] === '' ? null : Number(draft[outcome][criticality])));

const days = (text: string) => (text === '' ? Number.POSITIVE_INFINITY : Number(text));

/** What a reader will ask about: more time for what is worse. Allowed, since a team may have its reasons. */
export function slaOddities(draft: SlaDraft): string[] {
  const found: string[] = [];
  const compare = (worse: string, milder: string, what: string, than: string) => {
    if (isDays(worse) && isDays(milder) && days(worse) > days(milder))
      found.push(`${what} has more time than ${than}.`);
  };
  for (const outcome of slaOutcomes)
    for (const [i, criticality] of slaCriticalities.entries()) {
      const milder = slaCriticalities[i + 1];
      const [name, place] = [outcomeWords[outcome], `criticality ${criticalityWords[criticality]}`];
      if (milder)
        compare(
          draft[outcome][criticality],
          draft[outcome][milder],
          `${name}, ${place},`,
          `criticality ${criticalityWords[milder]}`,
        );
      const later = slaOutcomes[slaOutcomes.indexOf(outcome) + 1];
      if (later)
        compare(
          draft[outcome][criticality],
          draft[later][criticality],
          `${name}, ${place},`,
          outcomeWords[later].toLowerCase(),
        );
    }
  return found;
}

export const outcomeWords: Readonly<Record<SlaOutcome, string>> = {
  immediate: 'Immediate',
  'out-of-cycle': 'Out of cycle',
  scheduled: 'Scheduled',
  defer: 'Defer',
};
export const criticalityWords: Readonly<Record<SlaCriticality, string>> = {
  'very-high': 'very high',
  high: 'high',
  medium: 'medium',
  low: 'low',
};
