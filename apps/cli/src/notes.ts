import type { Command } from 'commander';

/** What `--help` and the reference say of a command beyond its options. */
export interface Notes {
  readonly examples: readonly string[];
  /** Paragraphs, each a heading and its lines. */
  readonly more?: Readonly<Record<string, readonly string[]>>;
}

const known = new WeakMap<Command, Notes>();

export const notesOf = (command: Command): Notes => known.get(command) ?? { examples: [] };

/** Adds examples and lists to a command's help and keeps them for the reference. */
export function addNotes(command: Command, notes: Notes): Command {
  known.set(command, notes);
  const paragraphs = { ...notes.more, ...(notes.examples.length > 0 ? { Examples: notes.examples } : {}) };
  const text = Object.entries(paragraphs).map(
    ([title, lines]) => `\n${title}:\n${lines.map((l) => `  ${l}`).join('\n')}`,
  );
  return command.addHelpText('after', text.join('\n'));
}
