/**
 * The time that expiry is judged by (Uptane 5.4.2.2, requirement S22). There is no time server in Uptane 2: the source is the
 * `Date` of the platform's answers, which mutual TLS authenticates, carried on by a monotonic clock. The vehicle's own clock
 * is not believed, because whoever sets it back makes expired metadata valid again.
 */
export function createSecureTime(monotonicMs: () => number) {
  let anchor: { readonly timeMs: number; readonly atMs: number } | undefined;
  const nowMs = () => anchor && anchor.timeMs + monotonicMs() - anchor.atMs;
  return Object.freeze({
    /** What an answer of the platform said; it moves the time forward, never back. */
    heard: (date: Date | undefined): void => {
      if (!date) return;
      const known = nowMs();
      if (known === undefined || date.getTime() > known) anchor = { timeMs: date.getTime(), atMs: monotonicMs() };
    },
    /** Undefined until the platform was heard since this boot. */
    now: (): Date | undefined => {
      const ms = nowMs();
      return ms === undefined ? undefined : new Date(ms);
    },
    /** A time at which signed metadata had expired may be a lie: what was heard is forgotten, and asked for again. */
    doubt: (): void => {
      anchor = undefined;
    },
  });
}
export type SecureTime = ReturnType<typeof createSecureTime>;
