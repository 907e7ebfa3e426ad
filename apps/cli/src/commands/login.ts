import { Session as SessionSchema } from '@bulkhead/contract';
import { type Command, Option } from 'commander';
import { type Context, contextPath, readContexts, writeContexts } from '../context-store.ts';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import { createRowWriter, type Format } from '../output/rows.ts';
import { fetchRoot } from '../root-ca.ts';
import { schemaOf } from '../schema.ts';
import { openSession, readToken, readTokenFile, readUrl } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { type Environment, openFor, textOption } from './environment.ts';
import { outputOption } from './rows-command.ts';

/** `login`, `logout`, `whoami` and `context`: which platform the other commands speak to, and as whom. */
export function addLoginCommands(environment: Environment, program: Command): void {
  const { terminal } = environment;
  const login = program.command('login').description('Sign in to a platform with an API token and remember it');
  login
    .requiredOption('--url <url>', 'Address of the platform')
    .option('--fingerprint <sha256>', "SHA-256 of the platform's root certificate, printed at its start; pins it")
    .option('--token-file <file>', 'File that holds the token; otherwise it is read from standard input or asked for')
    .option('--name <name>', 'Name of the context; host and port unless told')
    .action(() => signIn(terminal, login));
  addNotes(login, {
    examples: [
      'bulkhead login --url http://127.0.0.1:8080 --token-file ./token',
      'bulkhead login --url https://bulkhead.example:8443 --fingerprint 5f:0a:... < token',
    ],
  });
  const logout = program.command('logout').description('Forget a platform and its token on this machine');
  logout.action(() => signOut(terminal, textOption(logout, 'context')));
  const whoami = program
    .command('whoami')
    .description('Who is signed in and what they may do')
    .addOption(outputOption());
  whoami.action(async () => {
    const session = await openFor(environment, whoami).client.getSession({});
    const format = (textOption(whoami, 'output') ?? (terminal.outIsTerminal ? 'table' : 'json')) as Format;
    await writeRecord(terminal, format, schemaOf(SessionSchema), session);
  });
  addContextCommands(terminal, program);
}

function addContextCommands(terminal: Terminal, program: Command): void {
  const noun = program.command('context').description('Platforms that were signed in to');
  const list = noun.command('list').description('The remembered platforms').addOption(outputOption());
  list.action(async () => {
    const { current, contexts } = readContexts(terminal.env);
    const rows = Object.entries(contexts).map(([name, { url, ca }]) => ({
      name,
      url,
      current: name === current,
      pinned: ca !== undefined,
    }));
    const format = (textOption(list, 'output') ?? (terminal.outIsTerminal ? 'table' : 'json')) as Format;
    const columns = ['name', 'url', 'current', 'pinned'].map((name) => ({ name, label: name }));
    const writer = createRowWriter(terminal, { format, columns, chosen: false });
    if (rows.length > 0) await writer.write(rows);
    await writer.end();
  });
  noun
    .command('use')
    .description('Make another platform the current one')
    .argument('<name>', 'Name of the context')
    .action((name: string) => {
      const file = readContexts(terminal.env);
      if (!Object.hasOwn(file.contexts, name))
        throw new CliError('cli.usage', `There is no context "${name}"; \`bulkhead context list\` names them.`);
      writeContexts(terminal.env, { ...file, current: name });
      terminal.talk(`Current context: ${name}`);
    });
}

async function signIn(terminal: Terminal, command: Command): Promise<void> {
  const url = readUrl(textOption(command, 'url') ?? '');
  const name = textOption(command, 'name') ?? new URL(url).host;
  if (!/^[A-Za-z0-9][A-Za-z0-9._:[\]-]{0,99}$/.test(name))
    throw new CliError('cli.usage', 'A context name is made of letters, digits and . _ : -');
  const fingerprint = textOption(command, 'fingerprint');
  const pinned = fingerprint !== undefined && url.startsWith('https:');
  // without a fingerprint an earlier pin of the same address stays: a new token is no reason to trust more
  const earlier = Object.values(readContexts(terminal.env).contexts).find((context) => context.url === url)?.ca;
  const ca = pinned ? await fetchRoot(url, fingerprint) : earlier;
  if (fingerprint !== undefined && !pinned)
    terminal.talk('Plain HTTP has no certificate: the fingerprint is not used.');
  const token = await askToken(terminal, textOption(command, 'tokenFile'));
  const context: Context = { url, token, ...(ca ? { ca } : {}) };
  const session = await openSession(context).client.getSession({});
  const file = readContexts(terminal.env);
  writeContexts(terminal.env, { ...file, current: name, contexts: { ...file.contexts, [name]: context } });
  const roles = session.roles.join(', ');
  terminal.talk(`Signed in to ${url} as ${session.name} (${roles}); context ${name} in ${contextPath(terminal.env)}`);
}

/** Never from a flag: other users of the machine see the flags of every process. */
async function askToken(terminal: Terminal, file: string | undefined): Promise<string> {
  if (file !== undefined) return readTokenFile(file);
  if (terminal.canAsk) return readToken(await terminal.askSecret('API token: '));
  return readToken((await terminal.readInput(4096)).toString('utf8'));
}

function signOut(terminal: Terminal, name: string | undefined): void {
  const file = readContexts(terminal.env);
  const gone = name ?? file.current;
  if (gone === null || !Object.hasOwn(file.contexts, gone))
    throw new CliError('cli.usage', name ? `There is no context "${name}".` : 'Nobody is signed in.');
  const contexts = Object.fromEntries(Object.entries(file.contexts).filter(([other]) => other !== gone));
  writeContexts(terminal.env, { ...file, contexts, current: file.current === gone ? null : file.current });
  terminal.talk(
    `Forgot ${gone}. The token itself stays valid: withdraw it with \`bulkhead tokens delete\` if need be.`,
  );
}

export const contextOption = () =>
  new Option('--context <name>', 'Platform to speak to, by the name of its context; the current one unless told');
