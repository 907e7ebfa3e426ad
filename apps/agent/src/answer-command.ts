import { Command, type CommandAnswer, messageDecoder, parseDownlink } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';

export interface CommandActions {
  readonly clock: Clock;
  readonly answer: (answer: CommandAnswer) => Promise<void>;
  readonly reportInventory: () => Promise<void>;
  readonly renewCertificate: () => Promise<void>;
  /** Begins a cycle of the update client; false where there is none. */
  readonly checkUpdates: () => boolean;
}

const decodeCommand = messageDecoder(Command);

/** The command of a message; `undefined` for another channel, and, with a word in the log, for what is no command. */
export function readCommand(topic: string, payload: Buffer, unreadable: (why: string) => void): Command | undefined {
  if (parseDownlink(topic)?.channel !== 'commands') return undefined;
  try {
    return decodeCommand(payload);
  } catch (error) {
    unreadable(String(error));
    return undefined;
  }
}

/** Carries out one command and answers it; what is unknown or too late is refused, in words. */
export async function answerCommand(command: Command, actions: CommandActions): Promise<void> {
  const { id } = command;
  const refuse = (detail: string) => actions.answer({ id, outcome: 'refused', detail });
  if (command.expiresAt && Date.parse(command.expiresAt) < actions.clock.now().getTime()) return refuse('expired');
  switch (command.command) {
    case 'report-inventory':
      await actions.reportInventory();
      return actions.answer({ id, outcome: 'done' });
    case 'renew-certificate':
      // the connection ends with the old certificate, so the answer goes first
      await actions.answer({ id, outcome: 'accepted' });
      return actions.renewCertificate();
    case 'check-updates':
      return actions.checkUpdates()
        ? actions.answer({ id, outcome: 'accepted' })
        : refuse('this agent takes no updates');
    default:
      return refuse('this agent does not know the command');
  }
}
