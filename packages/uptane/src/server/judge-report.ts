import type { EcuReport } from '../model/manifest.ts';

/**
 * `fresh`: not seen before. `stale`: the very bytes of the last one; the Primary repeats it while the Secondary is away.
 * `possible-replay`: one that was current earlier; without a counter nobody can tell whether the ECU went back or
 * somebody replays. `replayed`: its own counter proves it old.
 */
export type ReportState = 'fresh' | 'stale' | 'possible-replay' | 'replayed';

/** Fingerprints of a Secondary's reports, the latest last, and its highest counter. */
export interface SecondaryMemory {
  readonly prints: readonly string[];
  readonly counter?: number | undefined;
}

const printsKept = 32;

/** Judges one Secondary's report, whose signature was verified, by what was seen of it before. */
export function judgeReport(
  { counter }: EcuReport,
  print: string,
  memory: SecondaryMemory = { prints: [] },
): { readonly state: ReportState; readonly memory: SecondaryMemory } {
  const { prints } = memory;
  if (prints.at(-1) === print) return { state: 'stale', memory };
  // An ECU that has counted goes on counting
  if (memory.counter !== undefined && (counter ?? -1) <= memory.counter) return { state: 'replayed', memory };
  const state = prints.includes(print) ? 'possible-replay' : 'fresh';
  const kept = [...prints.filter((other) => other !== print), print].slice(-printsKept);
  return { state, memory: { prints: kept, counter: counter ?? memory.counter } };
}
