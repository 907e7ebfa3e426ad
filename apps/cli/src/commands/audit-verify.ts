import { readFileSync, writeFileSync } from 'node:fs';
import { type NoteKey, parseNoteKey, verifyCheckpoint } from '@bulkhead/merkle';
import type { Command } from 'commander';
import { checkLog, type Head, type LogCheck, splitLines } from '../audit/check-log.ts';
import { type AuditMemory, readContexts, writeContexts } from '../context-store.ts';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import type { Format } from '../output/rows.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { type Environment, openFor, textOption } from './environment.ts';
import { outputOption } from './rows-command.ts';

/** Heads kept per platform: enough to narrow down where a log was rewritten, few enough to read by eye. */
const mostHeads = 32;

/** `audit verify`: proves the log on this machine; the server is believed in nothing but its signature. */
export function addAuditVerify(environment: Environment, noun: Command): void {
  const command = noun
    .command('verify')
    .description('Recompute the audit tree here, check its signature and compare with what was verified before')
    .option('--checkpoint <file>', 'Also compare with a checkpoint that was kept outside the platform')
    .option('--save <file>', 'Keep the verified checkpoint in a file, for an auditor or another machine')
    .addOption(outputOption());
  addNotes(command, {
    examples: [
      'bulkhead audit verify',
      'bulkhead audit verify --save checkpoint.txt',
      'bulkhead audit verify --checkpoint checkpoint.txt',
    ],
    more: {
      'What is proved': [
        'The signature of the newest checkpoint, every entry up to it, and that the log only grew since the last time.',
        'Exit code 7 when anything does not fit; the first bad entry is named.',
      ],
    },
  });
  command.action(() => verify(environment, command));
}

interface Report {
  readonly ok: boolean;
  readonly entries: number;
  readonly rootHash: string;
  readonly at: string | null;
  readonly key: string;
  /** Largest earlier head that the log was compared with. */
  readonly comparedWith: number | null;
  readonly fault: string | null;
  readonly faultIndex: number | null;
}

const reportSchema = {
  type: 'object',
  properties: Object.fromEntries(
    ['ok', 'entries', 'rootHash', 'at', 'key', 'comparedWith', 'fault', 'faultIndex'].map((name) => [name, {}]),
  ),
};

async function verify(environment: Environment, command: Command): Promise<void> {
  const { terminal } = environment;
  const session = openFor(environment, command);
  const memory = readContexts(terminal.env).audit[session.url];
  const kept = textOption(command, 'checkpoint');
  const answer = await session.client.getAuditCheckpoint({});
  const heads: Head[] = (memory?.heads ?? []).map(({ size, root }) => ({
    size,
    root: Buffer.from(root, 'base64'),
    source: 'what verified here before',
  }));
  const signed = signedHeads(answer, memory, kept === undefined ? undefined : readNote(kept), heads);
  const check = 'fault' in signed ? signed : await readLog(terminal, session, signed.size, heads);
  const fault = check.fault && (await withServerView(session, check.fault));
  const earlier = heads.filter(({ source }) => source !== signedNow).map(({ size }) => size);
  const report: Report = {
    ok: !fault,
    entries: check.entries,
    rootHash: Buffer.from(check.root).toString('base64'),
    at: answer.at,
    key: answer.key,
    comparedWith: earlier.length > 0 ? Math.max(...earlier) : null,
    fault: fault?.text ?? null,
    faultIndex: fault?.index ?? null,
  };
  const format = (textOption(command, 'output') ?? (terminal.outIsTerminal ? 'table' : 'json')) as Format;
  await writeRecord(terminal, format, reportSchema, report);
  if (fault) throw new CliError('cli.policy', `The audit log does not verify. ${fault.text}`);
  if (answer.checkpoint !== null) remember(terminal, session.url, report);
  const save = textOption(command, 'save');
  if (save !== undefined) writeFileSync(save, answer.checkpoint ?? '');
}

const signedNow = 'the signed checkpoint';

type Answer = Awaited<ReturnType<Session['client']['getAuditCheckpoint']>>;

/** Adds what is signed to the heads and answers how far to read, or what is wrong already. */
function signedHeads(
  answer: Answer,
  memory: AuditMemory | undefined,
  kept: string | undefined,
  heads: Head[],
): { size: number } | LogCheck {
  const wrong = (text: string, index = 0): LogCheck => ({ entries: 0, root: new Uint8Array(), fault: { text, index } });
  if (memory && memory.key !== answer.key)
    return wrong(`The log is signed by another key than before: ${answer.key}, not ${memory.key}`);
  let key: NoteKey;
  let size = 0;
  try {
    key = parseNoteKey(answer.key);
    if (kept !== undefined) heads.push({ ...verifyCheckpoint(kept, key), source: 'the checkpoint that was kept' });
    if (answer.checkpoint !== null) {
      const head = { ...verifyCheckpoint(answer.checkpoint, key), source: signedNow };
      heads.push(head);
      size = head.size;
    }
  } catch (error) {
    return wrong((error as Error).message);
  }
  const beyond = heads.find((head) => head.size > size);
  if (!beyond) return { size };
  return wrong(
    `Entry ${size} is missing: the log now ends there, but ${beyond.source} covers ${beyond.size} entries`,
    size,
  );
}

async function readLog(terminal: Terminal, session: Session, size: number, heads: readonly Head[]): Promise<LogCheck> {
  if (size === 0) return checkLog(noLines(), heads);
  const response = await session.raw('exportAudit', { query: { from: 0, to: size } });
  if (!response.body) throw new CliError('cli.failed', 'The server answered without content.');
  return checkLog(counted(terminal, splitLines(response.body as AsyncIterable<Uint8Array>), size), heads);
}

async function* noLines(): AsyncGenerator<Uint8Array, undefined> {}

async function* counted(terminal: Terminal, lines: AsyncIterable<Uint8Array>, size: number) {
  let done = 0;
  for await (const line of lines) {
    yield line;
    if (++done % 10_000 === 0) terminal.progress(`${done} of ${size} entries`);
  }
}

/** The server keeps a hash per row and every checkpoint, so it can often name the very entry. */
async function withServerView(session: Session, fault: { text: string; index: number }) {
  try {
    const { fault: text, faultIndex } = await session.client.verifyAudit({ body: {} });
    return text === null
      ? fault
      : { text: `${fault.text}. The server says: ${text}`, index: faultIndex ?? fault.index };
  } catch {
    return fault;
  }
}

function readNote(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, 65_536);
  } catch (error) {
    throw new CliError('cli.usage', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function remember(terminal: Terminal, url: string, { entries, rootHash, key }: Report): void {
  const file = readContexts(terminal.env);
  const earlier = (file.audit[url]?.heads ?? []).filter(({ size }) => size !== entries);
  const heads = [...earlier, { size: entries, root: rootHash }].slice(-mostHeads);
  writeContexts(terminal.env, { ...file, audit: { ...file.audit, [url]: { key, heads } } });
}
