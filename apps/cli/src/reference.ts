import type { Command, Option } from 'commander';
import { exitCodeMeanings } from './exit-codes.ts';
import { notesOf } from './notes.ts';
import { buildProgram, environmentNotes } from './program.ts';
import type { Terminal } from './terminal.ts';

/** docs/reference/cli.md, made from the command tree that runs. */
export function cliReference(): string {
  const program = buildProgram({ terminal: {} as Terminal, open: unavailable }, '');
  const commands = program.commands.flatMap((command) =>
    command.commands.length > 0 ? nounSection(command) : [verbSection(command)],
  );
  const codes = Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  const variables = environmentNotes.map((line) => line.replace(/^(\S+)\s+(.*)$/, '| `$1` | $2 |'));
  return `# Command line

\`bulkhead NOUN VERB\`, in a checkout \`npm run -s bulkhead -- NOUN VERB\`. Nouns are those of the [API](operations.md). Data goes to standard
output and talk to standard error. On a terminal rows are a table, into a pipe they are JSON; \`-o table|json|csv\` decides otherwise.
CSV is RFC 4180, and text that a spreadsheet would run as a formula gets an apostrophe in front. Every command takes \`--help\` and \`--context NAME\`.

What cannot be taken back states its consequence and asks. Where nobody can be asked it needs \`--yes\`. \`--dry-run\` shows the
consequence and the request, and changes nothing.

## Exit codes

| code | meaning |
|---|---|
${codes.join('\n')}

## Environment

| variable | meaning |
|---|---|
${variables.join('\n')}

${commands.join('\n')}`;
}

const unavailable = (): never => {
  throw new Error('The reference opens no session');
};

function nounSection(noun: Command): string[] {
  return [
    `## ${noun.name()}\n\n${noun.description()}.\n`,
    ...noun.commands.map((verb) => verbSection(verb, noun.name(), '###')),
  ];
}

function verbSection(command: Command, noun = '', heading = '##'): string {
  const name = noun ? `${noun} ${command.name()}` : command.name();
  const args = command.registeredArguments.map((argument) => `<${argument.name()}>`);
  const parts = [
    `${heading} ${name}`,
    `${command.description()}.`,
    fence([`bulkhead ${[name, ...args, '[options]'].join(' ')}`]),
  ];
  const rows = [
    ...command.registeredArguments.map((a) => `| \`<${a.name()}>\` | ${escapeCell(a.description)} |`),
    ...command.options.map((option) => `| \`${option.flags}\` | ${escapeCell(describe(option))} |`),
  ];
  if (rows.length > 0) parts.push(`| argument or option | meaning |\n|---|---|\n${rows.join('\n')}`);
  const { examples, more = {} } = notesOf(command);
  for (const [title, lines] of Object.entries(more))
    parts.push(`${title}:\n\n${lines.map((line) => `- ${escapeCell(line)}`).join('\n')}`);
  if (examples.length > 0) parts.push(fence(examples));
  return `${parts.join('\n\n')}\n`;
}

function describe(option: Option): string {
  const { description, argChoices, defaultValue, mandatory } = option;
  const choices =
    argChoices && !argChoices.every((word) => description.includes(word)) ? ` (${argChoices.join(', ')})` : '';
  const preset = defaultValue === undefined ? '' : `; ${String(defaultValue)} unless told`;
  return `${description}${choices}${preset}${mandatory ? '; needed' : ''}`;
}

const fence = (lines: readonly string[]) => `\`\`\`sh\n${lines.join('\n')}\n\`\`\``;
const escapeCell = (text: string) => text.replaceAll('|', '\\|');
