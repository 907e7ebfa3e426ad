import { basename, extname } from 'node:path';
import { Import, ImportError, operations } from '@bulkhead/contract';
import { type Command, Option } from 'commander';
import { importEnds } from '../catalogue.ts';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import type { Format } from '../output/rows.ts';
import { cell, fitColumns, tableLine } from '../output/table.ts';
import { columnsOf, schemaOf, valueAt } from '../schema.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { type Environment, openFor, optionsOf } from './environment.ts';
import { outputOption } from './rows-command.ts';
import { openToSend, sendPieces } from './send-pieces.ts';
import { addWaitOptions, waitFor } from './wait.ts';

const shownErrors = 20;

const words = (name: 'kind' | 'format') => schemaOf(operations.createImport.body).properties?.[name]?.enum ?? [];

/** `imports create`: sends a file in pieces, goes on where an interruption left it, starts the import and may wait for it. */
export function addImportsCreate(environment: Environment, noun: Command): void {
  const command = noun
    .command('create')
    .description('Import a file of vehicles, ECUs or software; sent in pieces, resumable')
    .argument('<file>', 'CSV or NDJSON file')
    .addOption(new Option('--kind <kind>', 'What the rows are').choices(words('kind')))
    .addOption(
      new Option('--format <format>', 'How the rows are written; by the ending of the file unless told').choices(
        words('format'),
      ),
    )
    .option('--resume <id>', 'Go on with an import whose upload was interrupted')
    .option('--dry-run', 'Say what would be sent; change nothing')
    .addOption(outputOption());
  addWaitOptions(command);
  addNotes(command, {
    examples: [
      'bulkhead imports create ecus.csv --kind ecus --wait',
      'bulkhead imports create ecus.csv --resume ID --wait',
    ],
  });
  command.action((file: string) => createImport(environment, command, file));
}

async function createImport(environment: Environment, command: Command, path: string): Promise<void> {
  const { terminal } = environment;
  const options = optionsOf(command);
  const file = await openToSend(path);
  try {
    const { size } = await file.stat();
    const plan = { kind: options.kind, format: formatOf(path, options.format), name: basename(path) } as OpenBody;
    if (!options.resume && plan.kind === undefined)
      throw new CliError('cli.usage', `Say what the rows are: --kind ${words('kind').join('|')}`);
    if (options.dryRun) return await terminal.out(`${JSON.stringify({ ...plan, bytes: size }, null, 2)}\n`);
    const session = openFor(environment, command);
    const opened = await openImport(session, plan, options.resume);
    terminal.talk(`Import ${opened.id}; should it be interrupted, go on with --resume ${opened.id}`);
    if (opened.state === 'uploading') {
      await sendPieces(terminal, file, size, opened.received, piecesOf(session, opened.id));
      await session.client.startImport({ params: { id: opened.id }, body: {} });
    }
    await finish(terminal, session, opened.id, options);
  } finally {
    await file.close();
  }
}

type OpenBody = Parameters<Session['client']['createImport']>[0]['body'];

function formatOf(path: string, given: unknown): string {
  if (typeof given === 'string') return given;
  const format = { '.csv': 'csv', '.ndjson': 'ndjson', '.jsonl': 'ndjson' }[extname(path).toLowerCase()];
  if (!format)
    throw new CliError('cli.usage', `The ending of ${path} does not tell its format: add --format csv|ndjson`);
  return format;
}

async function openImport(session: Session, plan: OpenBody, resume: unknown): Promise<Import> {
  if (typeof resume !== 'string') return session.client.createImport({ body: plan });
  const found = await session.client.getImport({ params: { id: resume } });
  if (found.name !== plan.name || found.format !== plan.format)
    throw new CliError('cli.usage', `Import ${resume} was begun with the file ${found.name} (${found.format}).`);
  return found;
}

const piecesOf = ({ client }: Session, id: string) => ({
  offsetCode: 'inventory.import-offset',
  append: async (offset: number, content: Uint8Array<ArrayBuffer>) =>
    (await client.appendImport({ params: { id }, query: { offset }, content })).received,
  look: async () => (await client.getImport({ params: { id } })).received,
});

async function finish(terminal: Terminal, session: Session, id: string, options: Readonly<Record<string, unknown>>) {
  const look = () => session.client.getImport({ params: { id } });
  const value = options.wait ? await waitFor(terminal, look, importEnds.ended, Number(options.timeout)) : await look();
  const format = (options.output ?? (terminal.outIsTerminal ? 'table' : 'json')) as Format;
  await writeRecord(terminal, format, schemaOf(Import), value);
  if (!options.wait) return;
  const failure = importEnds.failure(value);
  // a file whose heading is wrong fails as a whole: no row was refused, and the one error says why
  if ((value as Import).refused > 0 || failure) await talkErrors(terminal, session, id);
  if (failure) throw new CliError('cli.failed', failure);
}

async function talkErrors(terminal: Terminal, session: Session, id: string): Promise<void> {
  const { items } = await session.client.listImportErrors({ params: { id }, query: { limit: shownErrors } });
  const names = columnsOf(schemaOf(ImportError));
  const rows = [names, ...items.map((item) => names.map((name) => cell(valueAt(item, name))))];
  const widths = fitColumns(names, rows);
  terminal.talk(
    rows
      .map((row) => tableLine(row, widths))
      .join('')
      .trimEnd(),
  );
}
