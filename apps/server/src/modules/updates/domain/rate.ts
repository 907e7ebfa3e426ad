import type { CampaignRules } from '@bulkhead/contract';

type Rate = CampaignRules['rate'];

/** Offers a minute now: constant, or times the factor after every so many vehicles, up to the maximum. */
export function currentRate(
  { perMinute, growth }: Rate,
  reached: { readonly notified: number; readonly succeeded: number },
): number {
  if (!growth) return perMinute;
  const steps = Math.min(Math.floor(reached[growth.by] / growth.every), 100);
  return Math.min(perMinute * growth.factor ** steps, Math.max(growth.maximum, perMinute));
}

/** Credit is kept for at most this long, so that a server that was away does not let everything go at once. */
const longestCredit = 5_000;

/**
 * Offers that may be made, as credit that grows with time; what is not used is kept for five seconds of the rate, and
 * at least one offer. Fractions are kept, so that slow rates are exact in the long run.
 */
export function creditAt(credit: number, since: Date, now: Date, perMinute: number): number {
  const elapsed = Math.max(0, now.getTime() - since.getTime());
  const most = Math.max(1, (perMinute * longestCredit) / 60_000);
  return Math.min(Math.max(credit, 0) + (perMinute * elapsed) / 60_000, most);
}
