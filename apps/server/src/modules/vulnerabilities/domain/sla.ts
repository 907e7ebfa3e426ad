import type { Outcome, SlaPolicy } from '@bulkhead/contract';
import type { SafetyImpact } from '@bulkhead/scoring';

export type Criticality = 'low' | 'medium' | 'high' | 'very-high';

/** UN R155 asks for a reasonable time and names no number: these are where a team starts, and its to change. */
export const defaultPolicy: SlaPolicy = Object.freeze({
  immediate: { low: 14, medium: 10, high: 7, 'very-high': 3 },
  'out-of-cycle': { low: 60, medium: 45, high: 30, 'very-high': 14 },
  scheduled: { low: null, medium: 180, high: 120, 'very-high': 90 },
  defer: { low: null, medium: null, high: null, 'very-high': null },
});

const criticalities: Readonly<Record<SafetyImpact, Criticality>> = {
  negligible: 'low',
  marginal: 'medium',
  critical: 'high',
  catastrophic: 'very-high',
};
export const criticalityOf = (safety: SafetyImpact): Criticality => criticalities[safety];

export interface Clocked {
  readonly outcome: Outcome;
  readonly criticality: Criticality;
  readonly clockFrom: Date;
  readonly pausedSeconds: number;
}
const dayMs = 86_400_000;

/** When the vehicles must have the fix; undefined = no clock for this priority. Time paused is added. */
export function dueAt(
  policy: SlaPolicy,
  { outcome, criticality, clockFrom, pausedSeconds }: Clocked,
): Date | undefined {
  const days = policy[outcome][criticality];
  return days === null ? undefined : new Date(clockFrom.getTime() + days * dayMs + pausedSeconds * 1_000);
}

const soon = 0.8;

/** What is to be told about a clock: nothing before four fifths of it are over. */
export function clockStage(from: Date, due: Date | null, now: Date): 'nothing' | 'due-soon' | 'overdue' {
  if (due === null) return 'nothing';
  if (now >= due) return 'overdue';
  return now.getTime() >= from.getTime() + (due.getTime() - from.getTime()) * soon ? 'due-soon' : 'nothing';
}
