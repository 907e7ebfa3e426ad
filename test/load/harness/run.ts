import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './figure.ts';

/** What a bench is given. It adds figures as it gets them and registers what has to be undone. */
export interface Run {
  /** A smoke run: everything happens, small and short; the figures mean nothing. */
  readonly quick: boolean;
  /** A fresh directory of this bench. */
  readonly directory: string;
  /** CPU profiles of measured Node processes go here. */
  readonly profiles: string | undefined;
  add(figure: Figure): void;
  /** Progress for the person who waits; silent with `--json`. */
  say(text: string): void;
  after(step: () => unknown): void;
}

export type Bench = (run: Run) => Promise<void>;

/** Runs one bench and cleans up behind it, whatever happens. */
export async function runBench(
  bench: Bench,
  options: Pick<Run, 'quick' | 'profiles' | 'add' | 'say'> & { readonly stop: AbortSignal },
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  chmodSync(directory, 0o711); // PostgreSQL runs as another user when we are root, and has to pass through
  const steps: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })];
  const stopped = new Promise<never>((_, reject) => {
    options.stop.addEventListener('abort', () => reject(new Error('interrupted')), { once: true });
  });
  try {
    await Promise.race([stopped, bench({ ...options, directory, after: (step) => void steps.push(step) })]);
  } finally {
    for (const step of steps.reverse()) {
      try {
        await step();
      } catch (error) {
        console.error('bench: a clean-up step failed:', error);
      }
    }
  }
}
