import { Argument, type Command, Option } from 'commander';
import type { Environment } from './environment.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `completion`: a script for the shell, made from the very command tree; it calls nothing while completing. */
export function addCompletion({ terminal }: Environment, program: Command): void {
  program
    .command('completion')
    .description('Print a completion script: source <(bulkhead completion bash)')
    .addArgument(new Argument('<shell>', 'Shell').choices(shells))
    .action((shell: (typeof shells)[number]) => terminal.out(scripts[shell](flatten(program))));
}

interface Entry {
  /** Words after `bulkhead`: empty, `vehicles`, `vehicles list`. */
  readonly path: string;
  readonly commands: readonly { name: string; description: string }[];
  readonly options: readonly Option[];
}

function flatten(command: Command, path = ''): Entry[] {
  const commands = command.commands.map((c) => ({ name: c.name(), description: c.description() }));
  const own = { path, commands, options: [...command.options, new Option('-h, --help', 'Help')] };
  return [own, ...command.commands.flatMap((c) => flatten(c, path === '' ? c.name() : `${path} ${c.name()}`))];
}

const flagsOf = (entry: Entry) => entry.options.flatMap(({ long }) => (long ? [long] : []));
const choicesOf = (entry: Entry) => entry.options.filter(({ argChoices, long }) => long && argChoices);
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The words to offer by where the cursor stands: after an option with choices its values, else sub-commands and options. */
function bash(entries: readonly Entry[]): string {
  const words = entries.map(
    (entry) =>
      `${quote(entry.path)}) words=${quote([...entry.commands.map(({ name }) => name), ...flagsOf(entry)].join(' '))} ;;`,
  );
  const values = entries.flatMap((entry) =>
    choicesOf(entry).map(({ short, long, argChoices }) => {
      const places = [short, long].flatMap((flag) => (flag ? [quote(`${entry.path}:${flag}`)] : []));
      return `${places.join('|')}) words=${quote((argChoices ?? []).join(' '))} ;;`;
    }),
  );
  return `_bulkhead() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path= words= i
  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
    case "\${COMP_WORDS[i]}" in -*) break ;; esac
    path="\${path:+$path }\${COMP_WORDS[i]}"
  done
  case "$path" in
    ${words.join('\n    ')}
  esac
  case "$path:$prev" in
    ${values.join('\n    ')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _bulkhead bulkhead
`;
}

/** zsh runs bash's script; its own helper does the translation. */
const zsh = (entries: readonly Entry[]) => `#compdef bulkhead
autoload -U +X bashcompinit && bashcompinit
${bash(entries)}`;

function fish(entries: readonly Entry[]): string {
  const lines = entries.flatMap((entry) => {
    const words = entry.path === '' ? [] : entry.path.split(' ');
    const children = entry.commands.map(({ name }) => name).join(' ');
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const when =
      [...seen, ...(children ? [`not __fish_seen_subcommand_from ${children}`] : [])].join('; and ') || 'true';
    const base = `complete -c bulkhead -n ${quote(when)}`;
    return [
      ...entry.commands.map(({ name, description }) => `${base} -f -a ${quote(name)} -d ${quote(description)}`),
      ...entry.options.map(
        ({ short, long, description, argChoices }) =>
          `${base}${short ? ` -s ${short.slice(1)}` : ''} -l ${(long ?? '--').slice(2)} -d ${quote(description)}${argChoices ? ` -x -a ${quote(argChoices.join(' '))}` : ''}`,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

const scripts = { bash, zsh, fish } as const;
