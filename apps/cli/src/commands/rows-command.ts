import { type FieldSpec, type Operation, type OperationId, parseFilter } from '@bulkhead/contract';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { type Column, createRowWriter, type Format, formats } from '../output/rows.ts';
import { columnsOf, defaultColumns, describeField, operationOf, rowSchema, schemaOf, title } from '../schema.ts';
import type { LooseCall, Session } from '../session.ts';
import { type Environment, openFor, optionsOf } from './environment.ts';
import { addInputs, readCall, whole } from './inputs.ts';
import type { CommandSpec } from './spec.ts';

/** How an answer of `{ items, next }` is followed: by `cursor`, by `after`, or not at all. */
const followedBy = (operation: Operation) =>
  ['cursor', 'after'].find((name) => schemaOf(operation.query).properties?.[name] !== undefined);

export const outputOption = () =>
  new Option('-o, --output <format>', 'How to print: a table by default on a terminal, JSON otherwise').choices(
    formats,
  );

/** Fields that the paging options of the command itself take the place of. */
const paging = { limit: undefined, after: undefined, cursor: undefined } as const;

/** The command of any operation that answers with items: lists with filter, order and cursor, and plain ones. */
export function addRowsCommand(environment: Environment, parent: Command, id: OperationId, given: CommandSpec): void {
  const operation = operationOf(id);
  const fields: Readonly<Record<string, FieldSpec>> = operation.list?.fields ?? {};
  const all = columnsOf(rowSchema(operation) ?? {});
  const spec = followedBy(operation) ? { ...given, fixed: { ...given.fixed, ...paging } } : given;
  const command = parent.command(spec.verb).description(operation.summary);
  addInputs(command, operation, spec);
  if (operation.list) addListOptions(command, operation.list.defaultSort);
  if (followedBy(operation)) {
    command.addOption(
      new Option('--limit <rows>', 'Print at most so many rows')
        .argParser(whole({ minimum: 1, maximum: 1e9 }))
        .default(50),
    );
    command.addOption(new Option('--all', 'Print every row, page by page').conflicts('limit'));
  }
  command.addOption(outputOption()).option('--columns <name,...>', 'Columns to print, in this order');
  const filters = Object.entries(fields).map(([name, field]) => describeField(name, field));
  addNotes(command, {
    examples: spec.examples,
    more: {
      ...(filters.length > 0 ? { 'Fields for --filter': filters } : {}),
      'Columns for --columns': [all.join(', ')],
    },
  });
  command.action(() => printRows(environment, command, id, spec));
}

function addListOptions(command: Command, defaultSort: string): void {
  command
    .option('--filter <expression>', 'Only rows that match, in the filter language of console and API')
    .option('--sort <field>', `Order by a field, or by -field downwards (${defaultSort} unless told)`)
    .option('--count', 'Print the exact number of rows that match, and no rows');
}

async function printRows(
  environment: Environment,
  command: Command,
  id: OperationId,
  spec: CommandSpec,
): Promise<void> {
  const operation = operationOf(id);
  const options = optionsOf(command);
  const columns = chooseColumns(operation, spec, options.columns);
  const call = await readCall(environment.terminal, command, id, spec);
  const query = { ...call.query, ...listQuery(operation, options) };
  const session = openFor(environment, command);
  if (options.count) return printCount(environment, session, id, { ...call, query });
  const { terminal } = environment;
  const format = (options.output as Format | undefined) ?? (terminal.outIsTerminal ? 'table' : 'json');
  const writer = createRowWriter(terminal, { format, columns, chosen: options.columns !== undefined });
  const most = options.all ? Number.POSITIVE_INFINITY : Number(options.limit ?? Number.POSITIVE_INFINITY);
  let printed = 0;
  let more = false;
  let isCut = false;
  for await (const page of pagesOf(session, id, { ...call, query }, most)) {
    await writer.write(page.items);
    printed += page.items.length;
    more = page.more;
    isCut ||= page.truncated === true;
  }
  await writer.end();
  if (isCut) terminal.talk(`The platform lists the first ${printed} rows only.`);
  if (more) terminal.talk(`${printed} rows; there are more: use --all, or a larger --limit`);
  else if (printed === 0 && format === 'table') terminal.talk('No rows');
}

function listQuery(operation: Operation, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { filter, sort } = options;
  if (!operation.list) return {};
  const { fields } = operation.list;
  if (typeof filter === 'string') parseFilter(filter, fields);
  if (typeof sort === 'string') checkSort(sort, fields);
  return { filter, sort };
}

function checkSort(sort: string, fields: Readonly<Record<string, FieldSpec>>): void {
  const name = sort.replace(/^-/, '');
  const sortable = Object.keys(fields).filter((field) => fields[field]?.sortable !== false);
  if (!sortable.includes(name))
    throw new CliError('cli.usage', `Rows cannot be ordered by "${name}"; they can by ${sortable.join(', ')}.`);
}

function chooseColumns(operation: Operation, spec: CommandSpec, wanted: unknown): Column[] {
  const all = columnsOf(rowSchema(operation) ?? {});
  const names = typeof wanted === 'string' ? wanted.split(',').map((name) => name.trim()) : undefined;
  const unknown = names?.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new CliError('cli.usage', `There is no column "${unknown}"; the columns are ${all.join(', ')}.`);
  const label = (name: string) => operation.list?.fields[name]?.label ?? title(name);
  return (names ?? spec.columns ?? defaultColumns(operation)).map((name) => ({ name, label: label(name) }));
}

interface AnyPage {
  readonly items: readonly unknown[];
  readonly next?: unknown;
  readonly total?: number;
  readonly truncated?: boolean;
}

async function printCount(environment: Environment, session: Session, id: OperationId, call: LooseCall): Promise<void> {
  const page = (await session.call(id, { ...call, query: { ...call.query, limit: 1, count: true } })) as AnyPage;
  await environment.terminal.out(`${page.total ?? page.items.length}\n`);
}

const isEnd = (next: unknown) => next === null || next === undefined;

/** Pages until `most` rows; the server's next cursor is followed as it is. */
async function* pagesOf(
  session: Session,
  id: OperationId,
  call: LooseCall,
  most: number,
): AsyncGenerator<{ items: readonly unknown[]; more: boolean; truncated: boolean | undefined }, undefined> {
  const operation = operationOf(id);
  const name = followedBy(operation);
  const largest = schemaOf(operation.query).properties?.limit?.maximum ?? 100;
  let left = most;
  let next: unknown;
  do {
    const step = name ? { limit: Math.min(left, largest), ...(isEnd(next) ? {} : { [name]: next }) } : {};
    const page = (await session.call(id, { ...call, query: { ...call.query, ...step } })) as AnyPage;
    next = page.next;
    left -= page.items.length;
    yield { items: page.items, more: !isEnd(next), truncated: page.truncated };
    if (page.items.length === 0) return;
  } while (!isEnd(next) && left > 0);
}
