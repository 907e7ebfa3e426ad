import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../state.ts';
import type { SlotImage } from './slot-image.ts';

interface Ledger {
  /** What was written into each slot, by the name the installer gives it. */
  readonly slots: readonly (readonly [slot: string, image: SlotImage])[];
  /** The slot that is to be booted on trial. */
  readonly trial: string | null;
}

/**
 * What an installer of others does not remember: which image of the repository lies in which slot, and which slot is on trial.
 * The installer stays the authority on which slot runs.
 */
export function openSlotLedger(directory: string, durable = true) {
  const path = join(directory, 'slots.json');
  let ledger = read();

  function read(): Ledger {
    try {
      if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Ledger;
    } catch {
      // written atomically, so this is damage: what runs is then unknown, and is replaced by the next update
    }
    return { slots: [], trial: null };
  }
  function write(part: Partial<Ledger>): void {
    ledger = { ...ledger, ...part };
    writeAtomically(path, Buffer.from(JSON.stringify(ledger)), durable);
  }

  return Object.freeze({
    imageIn: (slot: string | undefined): SlotImage | undefined => ledger.slots.find(([name]) => name === slot)?.[1],
    trial: () => ledger.trial,
    put: (slot: string, image: SlotImage | undefined): void => {
      const others = ledger.slots.filter(([name]) => name !== slot);
      write({ slots: image ? [...others, [slot, image] as const] : others });
    },
    setTrial: (trial: string | null): void => write({ trial }),
  });
}
export type SlotLedger = ReturnType<typeof openSlotLedger>;
