import { CliError } from '../error.ts';
import type { Terminal } from '../terminal.ts';

/** States the consequence and goes on only after "yes"; where nobody can be asked, only with `--yes`. */
export async function confirm(terminal: Terminal, consequence: string, yes: boolean): Promise<void> {
  terminal.talk(consequence);
  if (yes) return;
  if (!terminal.canAsk)
    throw new CliError('cli.not-confirmed', 'This cannot be taken back and nobody can be asked here: add --yes.');
  const answer = await terminal.ask('Go on? Type yes: ');
  if (answer.trim().toLowerCase() !== 'yes')
    throw new CliError('cli.not-confirmed', 'Not confirmed; nothing was changed.');
}
