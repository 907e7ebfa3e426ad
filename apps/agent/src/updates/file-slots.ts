import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createImageCheck } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import { syncDirectory, writeAtomically } from '../state.ts';
import { type FaultPoint, type Installer, noFault, type SlotStanding } from './installer.ts';
import { hashesOf, type SlotImage } from './slot-image.ts';

export type SlotName = 'a' | 'b';

export interface FileSlotsOptions {
  readonly directory: string;
  readonly durable?: boolean;
  /** Written into slot a when the directory is new: what the plant put in. */
  readonly factory?: { readonly image: SlotImage; readonly content: Uint8Array };
  /** How often a slot on trial is booted before the boot loader goes back by itself. */
  readonly tries?: number;
  readonly reached?: FaultPoint;
}

export interface FileSlots extends Installer {
  /** A restart, as the boot loader sees it. */
  boot(): void;
  /** File of the slot that runs; undefined when there is none. */
  runningPath(): string | undefined;
}

/** What the boot loader reads; one file, so that it is always the old or the new word. */
interface BootRecord {
  readonly active: SlotName;
  readonly trial?: { readonly slot: SlotName; readonly tries: number };
}

const defaultTries = 3;
const other = (slot: SlotName): SlotName => (slot === 'a' ? 'b' : 'a');
const contentPath = (directory: string, slot: SlotName) => join(directory, `slot-${slot}.image`);
const recordPath = (directory: string, slot: SlotName) => join(directory, `slot-${slot}.json`);
const bootPath = (directory: string) => join(directory, 'boot.json');

function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined; // written atomically, so this is damage; a slot without a record is no slot
  }
}

/** Whether every byte of a slot is there; this is what a boot loader with verified boot asks before it jumps. */
export function isWhole(directory: string, slot: SlotName): boolean {
  const image = readJson<SlotImage>(recordPath(directory, slot));
  const path = contentPath(directory, slot);
  if (!image || !existsSync(path) || statSync(path).size !== image.length) return false;
  return createHash('sha256').update(readFileSync(path)).digest('hex') === image.sha256;
}

/** What would boot now, by the files alone: a trial that has tries left and is whole, else the active slot. */
export function nextBoot(directory: string): { readonly slot: SlotName; readonly onTrial: boolean } {
  const { active, trial } = readJson<BootRecord>(bootPath(directory)) ?? { active: 'a' as const };
  const takesTrial = trial !== undefined && trial.tries > 0 && isWhole(directory, trial.slot);
  return takesTrial ? { slot: trial.slot, onTrial: true } : { slot: active, onTrial: false };
}

/**
 * A/B slots as files, with the boot loader's part (a counted trial, as U-Boot's `bootlimit` or systemd-boot's counting
 * do it). For simulated ECUs, tests, and ECUs whose "slot" is a file that their own program picks up.
 */
export function createFileSlots(options: FileSlotsOptions): FileSlots {
  const { directory, durable = true, tries = defaultTries, reached = noFault } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const write = (path: string, value: object, what: string) =>
    writeAtomically(path, Buffer.from(JSON.stringify(value)), durable, (step) => reached(`${what}-${step}`));
  const imageIn = (slot: SlotName) => readJson<SlotImage>(recordPath(directory, slot));
  const bootRecord = (): BootRecord => readJson<BootRecord>(bootPath(directory)) ?? { active: 'a' };
  let booted: { slot: SlotName; onTrial: boolean };

  if (options.factory && !existsSync(bootPath(directory))) {
    writeAtomically(contentPath(directory, 'a'), options.factory.content, durable);
    write(recordPath(directory, 'a'), options.factory.image, 'factory-record');
    write(bootPath(directory), { active: 'a' } satisfies BootRecord, 'factory-boot');
  }

  function boot(): void {
    const { active, trial } = bootRecord();
    booted = nextBoot(directory);
    // counted before the jump: a slot that hangs at once uses up its tries too
    if (booted.onTrial && trial)
      write(bootPath(directory), { active, trial: { ...trial, tries: trial.tries - 1 } }, 'boot-count');
    else if (trial) write(bootPath(directory), { active }, 'boot-fallback');
    reached('booted');
  }
  boot();

  function standing(): SlotStanding {
    const { slot, onTrial } = booted;
    const spare = other(slot);
    return { running: imageIn(slot), onTrial, staged: onTrial ? undefined : imageIn(spare) };
  }

  async function stage(image: SlotImage, content: AsyncIterable<Uint8Array>): Promise<void> {
    if (booted.onTrial)
      throw new AgentError('agent.install-failed', 'The other slot is the way back of a trial; it is not written to');
    const spare = other(booted.slot);
    // first it stops being a slot, on the medium, then its bytes change
    rmSync(recordPath(directory, spare), { force: true });
    if (durable) syncDirectory(directory);
    reached('slot-invalid');
    await writeSlot(contentPath(directory, spare), image, content, { durable, reached });
    write(recordPath(directory, spare), image, 'slot-record');
  }

  return Object.freeze({
    boot,
    runningPath: () => {
      const path = contentPath(directory, booted.slot);
      return existsSync(path) ? path : undefined;
    },
    standing: async () => standing(),
    stage,
    activate: async () => {
      if (booted.onTrial) return 'running' as const;
      const spare = other(booted.slot);
      if (!isWhole(directory, spare))
        throw new AgentError('agent.install-failed', 'The other slot does not hold what was staged');
      write(bootPath(directory), { active: booted.slot, trial: { slot: spare, tries } }, 'activate');
      boot();
      return 'running' as const;
    },
    confirm: async () => {
      if (!booted.onTrial) return;
      write(bootPath(directory), { active: booted.slot }, 'confirm');
      booted = { slot: booted.slot, onTrial: false };
    },
    rollBack: async () => {
      if (booted.onTrial) {
        write(bootPath(directory), { active: other(booted.slot) }, 'roll-back');
        boot();
      }
      return 'running' as const;
    },
  });
}

async function writeSlot(
  path: string,
  image: SlotImage,
  content: AsyncIterable<Uint8Array>,
  { durable, reached }: { durable: boolean; reached: FaultPoint },
): Promise<void> {
  const check = createImageCheck({ ...image, hashes: hashesOf(image) });
  const file = openSync(path, 'w', 0o600);
  try {
    let chunks = 0;
    for await (const chunk of content) {
      check.update(chunk);
      writeAll(file, chunk);
      reached(chunks++ === 0 ? 'slot-first-chunk' : 'slot-chunk');
    }
    check.finish();
    if (durable) fsyncSync(file);
    reached('slot-written');
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
