import { backdateSeconds, overdueFraction, renewAfterFraction } from './profiles.ts';

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Validity in whole seconds from now, never beyond the issuer's own end: a chain is as good as its shortest link. */
export function validityFrom(now: Date, seconds: number, issuerNotAfter: Date): Validity {
  const second = Math.floor(now.getTime() / 1000);
  return {
    notBefore: new Date((second - backdateSeconds) * 1000),
    notAfter: new Date(Math.min((second + seconds) * 1000, issuerNotAfter.getTime())),
  };
}

const at = ({ notBefore, notAfter }: Validity, fraction: number): Date =>
  new Date(notBefore.getTime() + (notAfter.getTime() - notBefore.getTime()) * fraction);

/** When a certificate that was not renewed is overdue; the list calls it expiring from here. */
export const overdueAt = (validity: Validity): Date => at(validity, overdueFraction);

export type RenewalState = 'early' | 'due' | 'overdue' | 'expired';

/**
 * Renewal opens after two thirds of the validity; `spread` (0..1, from the ECU id) delays it, so that a fleet does not
 * renew in one minute.
 */
export function renewalState(validity: Validity, now: Date, spread = 0): RenewalState {
  if (now >= validity.notAfter) return 'expired';
  if (now >= overdueAt(validity)) return 'overdue';
  const opens = renewAfterFraction + (overdueFraction - renewAfterFraction) * Math.min(Math.max(spread, 0), 1);
  return now >= at(validity, opens) ? 'due' : 'early';
}
