import { readFileSync, statSync } from 'node:fs';
import { type Operation, type OperationId, parseFilter } from '@bulkhead/contract';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../error.ts';
import { kebab, operationOf, type Schema, schemaOf, solid, title } from '../schema.ts';
import type { LooseCall } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import type { CommandSpec } from './spec.ts';

type Place = 'params' | 'query' | 'body';

interface Input {
  readonly name: string;
  readonly place: Place;
  readonly schema: Schema;
  readonly required: boolean;
  readonly form: 'argument' | 'option' | 'file';
}

/** JSON bodies are at most 1 MiB on the server. */
const longestBody = 1_048_576;
const longestUpload = 1_073_741_824;

function inputsOf(operation: Operation, spec: CommandSpec): Input[] {
  const of = (place: Place, source: unknown) => {
    const { properties = {}, required = [] } = schemaOf(source);
    return Object.entries(properties)
      .filter(([name]) => !(name in (spec.fixed ?? {})))
      .map(([name, schema]): Input => {
        const argument = place === 'params' || spec.positional?.includes(name) === true;
        const form = argument ? 'argument' : spec.files?.includes(name) ? 'file' : 'option';
        return { name, place, schema: solid(schema), required: required.includes(name), form };
      });
  };
  return [
    ...of('params', operation.params),
    ...(operation.list ? [] : of('query', operation.query)),
    ...(spec.bodyFile ? [] : of('body', operation.body)),
  ];
}

/** Adds the arguments and options that the operation's parameters, query and body ask for. */
export function addInputs(command: Command, operation: Operation, spec: CommandSpec): void {
  const inputs = inputsOf(operation, spec);
  for (const { name, schema } of inputs.filter(({ form }) => form === 'argument')) {
    const argument = new Argument(`<${kebab(name)}>`, describe(spec, name, schema));
    command.addArgument(schema.enum ? argument.choices(schema.enum) : argument);
  }
  if (spec.contentFile) command.argument('<file>', 'File to send, - for standard input');
  for (const input of inputs.filter(({ form }) => form !== 'argument')) command.addOption(optionFor(input, spec));
  if (spec.bodyFile)
    command.requiredOption('-f, --file <file>', 'JSON file with the body of the request, - for standard input');
}

function describe(spec: CommandSpec, name: string, schema: Schema): string {
  const own = spec.describe?.[name] ?? (schema.description === 'UUIDv7' ? undefined : schema.description);
  return own ?? title(name);
}

function optionFor(input: Input, spec: CommandSpec): Option {
  const { name, schema, form } = input;
  const many = schema.type === 'array';
  const value =
    form === 'file' ? ' <file>' : schema.type === 'boolean' ? '' : many ? ` <${kebab(name)},...>` : ` <${kebab(name)}>`;
  const option = new Option(`--${kebab(name)}${value}`, describe(spec, name, schema));
  const words = schema.enum ?? schema.items?.enum;
  if (words && !many) option.choices(words);
  else if (many) collectInto(option, words);
  else if (schema.type === 'integer') option.argParser(whole(schema));
  const preset = spec.defaults?.[name] ?? schema.default;
  if (preset !== undefined) option.default(preset);
  else option.makeOptionMandatory(input.required);
  return option;
}

function collectInto(option: Option, words: readonly string[] | undefined): void {
  option.argParser(collect(words));
  if (words) option.argChoices = [...words]; // for help and completion; the parser has checked them
}

const choose = (words: readonly string[]) => (text: string) => {
  if (!words.includes(text)) throw new InvalidArgumentError(`It is one of ${words.join(', ')}.`);
  return text;
};

/** `--roles viewer,auditor` and `--roles viewer --roles auditor`. */
const collect = (words: readonly string[] | undefined) => (text: string, before: unknown) => {
  const values = text.split(',').map((part) => part.trim());
  if (words) for (const value of values) choose(words)(value);
  return [...(Array.isArray(before) ? (before as unknown[]) : []), ...values];
};

export const whole =
  ({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema) =>
  (text: string): number => {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(
      `It is a whole number${maximum === Number.MAX_SAFE_INTEGER ? '' : ` from ${minimum} to ${maximum}`}.`,
    );
  };

/** Puts what was given on the command line where the operation wants it. */
export async function readCall(
  terminal: Terminal,
  command: Command,
  id: OperationId,
  spec: CommandSpec,
): Promise<LooseCall> {
  const operation = operationOf(id);
  const options = command.opts<Readonly<Record<string, unknown>>>();
  const given = [...(command.processedArgs as unknown[])];
  const parts: Record<Place, Record<string, unknown>> = { params: {}, query: {}, body: { ...spec.fixed } };
  for (const { name, place, form } of inputsOf(operation, spec)) {
    const value = form === 'argument' ? given.shift() : options[name];
    if (value === undefined) continue;
    parts[place][name] =
      form === 'file' ? (await readFile(terminal, value as string, longestBody)).toString('utf8') : value;
  }
  const filter = parts.body.filter ?? parts.query.filter;
  if (spec.filters && typeof filter === 'string') parseFilter(filter, operationOf(spec.filters).list?.fields ?? {});
  if (spec.bodyFile) parts.body = await readBody(terminal, String(options.file));
  const content = spec.contentFile ? await readFile(terminal, String(given.shift()), longestUpload) : undefined;
  return {
    params: parts.params,
    query: parts.query,
    ...(operation.body ? { body: parts.body } : {}),
    ...(content ? { content: new Uint8Array(content), signal: AbortSignal.timeout(600_000) } : {}),
  };
}

async function readBody(terminal: Terminal, path: string): Promise<Record<string, unknown>> {
  const text = (await readFile(terminal, path, longestBody)).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new CliError('cli.usage', `${path} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  throw new CliError('cli.usage', `${path} must hold one JSON object.`);
}

async function readFile(terminal: Terminal, path: string, limit: number): Promise<Buffer> {
  if (path === '-') return terminal.readInput(limit);
  try {
    const { size } = statSync(path);
    if (size > limit) throw new CliError('cli.usage', `${path} holds ${size} bytes; the most is ${limit}.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('cli.usage', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
