import { join } from 'node:path';
import { AgentError } from '../error.ts';
import type { Installer } from './installer.ts';
import { type RunProgram, runProgram } from './run-program.ts';
import type { SlotImage } from './slot-image.ts';
import { openSlotLedger } from './slot-ledger.ts';
import { withBundle } from './write-bundle.ts';

export interface SwupdateOptions {
  readonly directory: string;
  /** Hands an image to the SWUpdate daemon over its socket. */
  readonly client?: string;
  /** Software set of `sw-description`; the mode is the slot to write: `stable,a` and `stable,b`. */
  readonly set?: string;
  /** Read and write the environment of the boot loader (U-Boot, or grub by a wrapper of the same form). */
  readonly getEnvironment?: string;
  readonly setEnvironment?: string;
  /** Variable with the slot to boot, `a` or `b`, and the one that arms the counted trial of U-Boot (`bootlimit`). */
  readonly slotVariable?: string;
  readonly trialVariable?: string;
  /** The slot that runs: read from the kernel's command line by the caller, since the environment may say the next one already. */
  readonly bootedSlot: () => 'a' | 'b';
  readonly timeoutMs?: number;
  readonly durable?: boolean;
  readonly run?: RunProgram;
}

const defaultTimeoutMs = 30 * 60_000;
const environmentTimeoutMs = 10_000;
const other = (slot: 'a' | 'b') => (slot === 'a' ? 'b' : 'a');

/**
 * SWUpdate behind the interface of the agent, with the two slots that its documentation calls double copy. The images are .swu
 * files; which slot boots, and how often a trial is tried, is in the environment of the boot loader.
 */
export function createSwupdateInstaller(options: SwupdateOptions): Installer {
  const { directory, client = 'swupdate-client', set = 'stable', bootedSlot, run = runProgram } = options;
  const { getEnvironment = 'fw_printenv', setEnvironment = 'fw_setenv' } = options;
  const { slotVariable = 'bootslot', trialVariable = 'upgrade_available' } = options;
  const ledger = openSlotLedger(directory, options.durable);
  const setVariable = (name: string, value: string) => run(setEnvironment, [name, value], environmentTimeoutMs);
  const nextSlot = async () => (await run(getEnvironment, ['-n', slotVariable], environmentTimeoutMs)).trim();

  return Object.freeze({
    standing: async () => {
      const booted = bootedSlot();
      const onTrial = ledger.trial() === booted;
      return {
        running: ledger.imageIn(booted),
        onTrial,
        staged: onTrial ? undefined : ledger.imageIn(other(booted)),
      };
    },
    stage: async (image: SlotImage, content: AsyncIterable<Uint8Array>) => {
      const booted = bootedSlot();
      if (ledger.trial() === booted)
        throw new AgentError('agent.install-failed', 'The other slot is the way back of a trial; it is not written to');
      const spare = other(booted);
      // whatever the image's own scripts want to boot next, until it is activated that is the slot that runs
      if ((await nextSlot()) !== booted) await setVariable(slotVariable, booted);
      ledger.put(spare, undefined);
      const install = (path: string) =>
        run(client, ['-e', `${set},${spare}`, path], options.timeoutMs ?? defaultTimeoutMs);
      await withBundle(join(directory, 'image.swu'), image, content, install);
      if ((await nextSlot()) !== booted) await setVariable(slotVariable, booted);
      ledger.put(spare, image);
    },
    activate: async () => {
      const booted = bootedSlot();
      if (ledger.trial() === booted) return 'running';
      const spare = other(booted);
      if (!ledger.imageIn(spare))
        throw new AgentError('agent.install-failed', 'The other slot does not hold what was staged');
      ledger.setTrial(spare);
      await setVariable(trialVariable, '1'); // armed before the slot changes: never a boot that is not counted
      await setVariable(slotVariable, spare);
      return 'reboot';
    },
    confirm: async () => {
      await setVariable(trialVariable, '0');
      ledger.setTrial(null);
    },
    rollBack: async () => {
      const booted = bootedSlot();
      const back = ledger.trial() === booted ? other(booted) : booted;
      await setVariable(slotVariable, back);
      await setVariable(trialVariable, '0');
      ledger.setTrial(null);
      return back === booted ? 'running' : 'reboot';
    },
  });
}
