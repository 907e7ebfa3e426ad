import type { Command } from 'commander';
import type { Format } from '../output/rows.ts';
import type { Terminal } from '../terminal.ts';
import { optionsOf, textOption } from './environment.ts';

/** `--a x,y --a z`: values of an option that may be repeated. */
export const listed = (text: string, before: unknown): readonly string[] => [
  ...(Array.isArray(before) ? (before as readonly string[]) : []),
  ...text.split(',').map((part) => part.trim()),
];

export function listOption(command: Command, name: string): readonly string[] | undefined {
  const value = optionsOf(command)[name];
  return Array.isArray(value) ? (value as readonly string[]) : undefined;
}

export function formatOf(command: Command, terminal: Terminal): Format {
  return (textOption(command, 'output') ?? (terminal.outIsTerminal ? 'table' : 'json')) as Format;
}
