import { UptaneError } from '@bulkhead/uptane';
import type { UpdateStore } from './update-store.ts';

const mostNotes = 20;
/** Codes that say that something is missing here rather than that somebody attacks. */
const harmless: ReadonlySet<string> = new Set([
  'uptane.no-secure-time',
  'uptane.no-such-image',
  'uptane.cannot-decrypt',
]);

/** Keeps what was detected for the next manifest (Uptane 5.4.2.1.2, requirement C13); a repetition is told once. */
export function noteAttack(store: UpdateStore, error: unknown): void {
  if (!(error instanceof UptaneError) || harmless.has(error.code)) return;
  const note = `${error.code} ${error.message}`.replaceAll(/[^ -~]/g, '?').slice(0, 300);
  const { attacks } = store.record();
  if (!attacks.includes(note)) store.change({ attacks: [...attacks, note].slice(-mostNotes) });
}
