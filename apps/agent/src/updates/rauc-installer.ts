import { join } from 'node:path';
import { AgentError } from '../error.ts';
import type { Installer } from './installer.ts';
import { type RunProgram, runProgram } from './run-program.ts';
import { isSameImage, type SlotImage } from './slot-image.ts';
import { openSlotLedger } from './slot-ledger.ts';
import { withBundle } from './write-bundle.ts';

export interface RaucOptions {
  /** Where the bundle and the notes on slots lie: on a partition that no update writes. */
  readonly directory: string;
  /** The `rauc` program; its daemon must run with `activate-installed=false` in `[system]`. */
  readonly program?: string;
  readonly timeoutMs?: number;
  readonly durable?: boolean;
  readonly run?: RunProgram;
}

interface RaucSlot {
  readonly name: string;
  readonly bootname: string | undefined;
  readonly state: string;
}

interface RaucStatus {
  readonly booted: RaucSlot;
  readonly other: RaucSlot;
}

const defaultTimeoutMs = 30 * 60_000;

/** Reads `rauc status --output-format=json`: the bootable slots, of which one is booted. */
export function readRaucStatus(text: string): RaucStatus {
  const bad = (what: string) => new AgentError('agent.install-failed', `The status of RAUC ${what}`);
  let value: { slots?: unknown };
  try {
    value = JSON.parse(text) as { slots?: unknown };
  } catch (cause) {
    throw new AgentError('agent.install-failed', 'The status of RAUC is not JSON', { cause });
  }
  if (!Array.isArray(value?.slots)) throw bad('lists no slots');
  const slots = value.slots.flatMap((entry: unknown) =>
    Object.entries((entry ?? {}) as Record<string, { bootname?: unknown; state?: unknown }>).map(([name, slot]) => ({
      name,
      bootname: typeof slot.bootname === 'string' ? slot.bootname : undefined,
      state: String(slot.state),
    })),
  );
  const bootable = slots.filter(({ bootname }) => bootname !== undefined);
  const booted = bootable.find(({ state }) => state === 'booted');
  const other = bootable.find(({ state }) => state !== 'booted');
  if (!booted || !other) throw bad('names no booted slot, or no other one');
  return { booted, other };
}

/**
 * RAUC (rauc.io) behind the interface of the agent: it writes, marks and boots; the agent decides. The image is a RAUC bundle,
 * whose own signature RAUC checks besides ours.
 */
export function createRaucInstaller(options: RaucOptions): Installer {
  const { directory, program = 'rauc', timeoutMs = defaultTimeoutMs, run = runProgram } = options;
  const ledger = openSlotLedger(directory, options.durable);
  const rauc = (...args: string[]) => run(program, args, timeoutMs);
  const status = async () => readRaucStatus(await rauc('status', '--output-format=json'));

  return Object.freeze({
    standing: async () => {
      const { booted, other } = await status();
      const onTrial = ledger.trial() === booted.name;
      return {
        running: ledger.imageIn(booted.name),
        onTrial,
        staged: onTrial ? undefined : ledger.imageIn(other.name),
      };
    },
    stage: async (image: SlotImage, content: AsyncIterable<Uint8Array>) => {
      const { booted, other } = await status();
      if (ledger.trial() === booted.name)
        throw new AgentError('agent.install-failed', 'The other slot is the way back of a trial; it is not written to');
      ledger.put(other.name, undefined); // first it stops being a slot, then its bytes change
      await withBundle(join(directory, 'bundle.raucb'), image, content, (path) => rauc('install', path));
      ledger.put(other.name, image);
    },
    activate: async () => {
      const { booted, other } = await status();
      if (ledger.trial() === booted.name) return 'running';
      if (!ledger.imageIn(other.name))
        throw new AgentError('agent.install-failed', 'The other slot does not hold what was staged');
      ledger.setTrial(other.name);
      await rauc('status', 'mark-active', 'other');
      return 'reboot';
    },
    confirm: async () => {
      await rauc('status', 'mark-good', 'booted');
      ledger.setTrial(null);
    },
    rollBack: async () => {
      const { booted, other } = await status();
      const trial = ledger.trial();
      if (trial === null || booted.name !== trial) {
        // the boot loader went back, or never left; the slot that failed is not tried again
        if (trial !== null) await rauc('status', 'mark-bad', other.name);
        await rauc('status', 'mark-active', 'booted');
        ledger.setTrial(null);
        return 'running';
      }
      if (isSameImage(ledger.imageIn(booted.name), ledger.imageIn(other.name))) ledger.put(booted.name, undefined);
      await rauc('status', 'mark-active', 'other');
      await rauc('status', 'mark-bad', 'booted');
      ledger.setTrial(null);
      return 'reboot';
    },
  });
}
