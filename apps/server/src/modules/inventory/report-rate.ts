/** Reports of one ECU at once, and how long one more takes to be allowed. */
const burst = 60;
const refillMs = 30_000;
const remembered = 100_000;

/**
 * Whether an ECU may report again. What a report changes is written to a history and to the audit log, which are never cut:
 * an ECU that says another version each time would fill both.
 */
export function createReportRate(): (ecuId: string, now: Date) => boolean {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return (ecuId, now) => {
    const at = now.getTime();
    const last = buckets.get(ecuId) ?? { tokens: burst, at };
    const tokens = Math.min(burst, last.tokens + Math.max(0, at - last.at) / refillMs);
    buckets.delete(ecuId); // the youngest comes last, so that the first is the one to forget
    buckets.set(ecuId, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    if (buckets.size > remembered) buckets.delete(buckets.keys().next().value as string);
    return tokens >= 1;
  };
}
