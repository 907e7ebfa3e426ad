import type { Command } from 'commander';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';

/** What commands need of the world; building the command tree touches none of it. */
export interface Environment {
  readonly terminal: Terminal;
  open(context: string | undefined): Session;
}

export const optionsOf = (command: Command) => command.optsWithGlobals<Readonly<Record<string, unknown>>>();

/** A text option, or undefined. */
export function textOption(command: Command, name: string): string | undefined {
  const value = optionsOf(command)[name];
  return typeof value === 'string' ? value : undefined;
}

export const openFor = (environment: Environment, command: Command): Session =>
  environment.open(textOption(command, 'context'));
