import type { SlotImage } from './slot-image.ts';

export interface SlotStanding {
  /** What this boot runs; undefined when nobody can say, as with software put in at the plant. */
  readonly running: SlotImage | undefined;
  /** This boot is on trial: without a confirmation the boot loader goes back by itself. */
  readonly onTrial: boolean;
  /** Whole and waiting in the other slot. */
  readonly staged: SlotImage | undefined;
}

/**
 * Two slots of one ECU, of which one runs. Each call may be cut off by a loss of power at any instruction; the ECU then
 * still boots a whole slot, and the same call may be made again.
 */
export interface Installer {
  standing(): Promise<SlotStanding>;
  /** File of the slot that runs, where there is one: the base of a delta. */
  runningPath?(): string | undefined;
  /**
   * Writes an image into the slot that does not run. It counts as staged only when every byte is on the medium and fits.
   * @throws UptaneError when the bytes are not those that were signed, AgentError `agent.install-failed`
   */
  stage(image: SlotImage, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** The next boot is a trial of the staged slot. `running`: it has booted already; `reboot`: the ECU has to be restarted. */
  activate(): Promise<'running' | 'reboot'>;
  /** The slot on trial stays. */
  confirm(): Promise<void>;
  /** Back to the slot that ran before; nothing to do when it runs. */
  rollBack(): Promise<'running' | 'reboot'>;
}

/** Called at each step where a loss of power would matter; tests end the process there. */
export type FaultPoint = (name: string) => void;
export const noFault: FaultPoint = () => {};
