export type IdentityState = 'none' | 'valid' | 'expiring' | 'expired' | 'revoked';

export interface Identity {
  readonly notBefore: Date | null;
  readonly notAfter: Date | null;
  readonly revokedAt: Date | null;
}

const month = 30 * 24 * 3600 * 1000;

/** Expiring: in its last sixth, at most 30 days; a device that renews on time (after two thirds) is never seen there. */
export function identityState({ notBefore, notAfter, revokedAt }: Identity, now: Date): IdentityState {
  if (revokedAt) return 'revoked';
  if (!notAfter) return 'none';
  const left = notAfter.getTime() - now.getTime();
  if (left <= 0) return 'expired';
  const life = notBefore ? notAfter.getTime() - notBefore.getTime() : Number.POSITIVE_INFINITY;
  return left < Math.min(month, life / 6) ? 'expiring' : 'valid';
}
