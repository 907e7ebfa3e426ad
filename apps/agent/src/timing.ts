import { X509Certificate } from 'node:crypto';

const firstDelayMs = 1_000;
const longestDelayMs = 300_000;

/** Renewal opens after two thirds of the validity; `spread` delays it by up to a sixth more. */
export function renewalDue(chain: string, now: Date, spread: number): boolean {
  const { validFrom, validTo } = new X509Certificate(chain);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return now.getTime() >= from + (to - from) * (2 / 3 + spread / 6);
}

/** The wait before attempt n: doubles up to five minutes, and half of it depends on the device. */
export function backoffMs(attempt: number, spread: number): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 20));
  return full / 2 + (full / 2) * spread;
}
