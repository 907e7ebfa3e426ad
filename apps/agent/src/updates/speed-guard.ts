/** The slowest transfer that is still believed to be one. */
export interface SpeedLimit {
  readonly windowMs: number;
  /** Fewer bytes than this within a window are a slow retrieval (attack 3 of the Uptane Standard 2.1.0, requirement C3). */
  readonly leastBytes: number;
}

/** 200 bytes a second: far below the slowest mobile network in use, far above what keeps a vehicle waiting for ever. */
export const defaultSpeedLimit: SpeedLimit = Object.freeze({ windowMs: 20_000, leastBytes: 4_000 });

/** Watches one transfer; time is monotonic, so that no change of the clock hides or fakes a stall. */
export function createSpeedGuard({ windowMs, leastBytes }: SpeedLimit, nowMs: () => number) {
  let begun = nowMs();
  let received = 0;
  return Object.freeze({
    received: (bytes: number): void => {
      received += bytes;
    },
    /** Whether the window that ended now was too slow; opens the next one. */
    isTooSlow: (): boolean => {
      if (nowMs() - begun < windowMs) return false;
      const slow = received < leastBytes;
      begun = nowMs();
      received = 0;
      return slow;
    },
  });
}
