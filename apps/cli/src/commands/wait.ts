import { setTimeout as pause } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import type { Terminal } from '../terminal.ts';
import { whole } from './inputs.ts';

export function addWaitOptions(command: Command): void {
  command
    .option('--wait', 'Wait until it has ended, with progress on standard error')
    .addOption(
      new Option('--timeout <seconds>', 'How long to wait')
        .argParser(whole({ minimum: 1, maximum: 604_800 }))
        .default(3600),
    );
}

/** Looks again and again, less and less often, until the work has ended. */
export async function waitFor(
  terminal: Terminal,
  look: () => Promise<unknown>,
  ended: (value: unknown) => boolean,
  seconds: number,
): Promise<unknown> {
  const deadline = performance.now() + seconds * 1000;
  for (let wait = 200; ; wait = Math.min(wait * 1.5, 2000)) {
    const value = await look();
    if (ended(value)) return value;
    terminal.progress(describe(value));
    const left = deadline - performance.now();
    if (left <= 0)
      throw new CliError('cli.timed-out', `It has not ended within ${seconds} seconds; it goes on by itself.`);
    await pause(Math.min(wait, left));
  }
}

function describe(value: unknown): string {
  const { state, done, total, accepted, refused } = value as Readonly<Record<string, unknown>>;
  if (typeof accepted === 'number') return `${String(state)}: ${accepted} rows accepted, ${String(refused)} refused`;
  return `${String(state)}${typeof done === 'number' ? `: ${done}${typeof total === 'number' ? ` of ${total}` : ''}` : ''}`;
}
