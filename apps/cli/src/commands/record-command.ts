import { type Operation, type OperationId, operationUrl } from '@bulkhead/contract';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { escapeLines } from '../output/escape.ts';
import { writeRecord } from '../output/record.ts';
import type { Format } from '../output/rows.ts';
import { operationOf, type Schema, schemaOf } from '../schema.ts';
import type { LooseCall, Session } from '../session.ts';
import { confirm } from './confirm.ts';
import { type Environment, openFor, optionsOf } from './environment.ts';
import { addInputs, readCall } from './inputs.ts';
import { outputOption } from './rows-command.ts';
import type { CommandSpec } from './spec.ts';
import { addWaitOptions, waitFor } from './wait.ts';

const isEmpty = (schema: Schema) => schema.properties !== undefined && Object.keys(schema.properties).length === 0;
const streams = (operation: Operation) => operation.raw?.response !== undefined;

/** The command of any operation that answers with one object, with bytes or with nothing. */
export function addRecordCommand(environment: Environment, parent: Command, id: OperationId, spec: CommandSpec): void {
  const operation = operationOf(id);
  const ok = schemaOf(operation.ok);
  const command = parent.command(spec.verb).description(operation.summary);
  addInputs(command, operation, spec);
  if (!streams(operation) && !isEmpty(ok)) command.addOption(outputOption());
  if (ok.properties?.pem) command.addOption(new Option('--pem', 'Print the PEM only').conflicts('output'));
  if (spec.until) addWaitOptions(command);
  if (spec.gate) command.option(spec.gate.flags, spec.gate.description);
  if (operation.method !== 'GET')
    command.option('--dry-run', 'Say what would happen and what would be sent; change nothing');
  if (spec.danger) command.option('--yes', 'Do not ask; needed where nobody can be asked');
  addNotes(command, { examples: spec.examples });
  command.action(() => runRecord(environment, command, id, spec));
}

async function runRecord(
  environment: Environment,
  command: Command,
  id: OperationId,
  spec: CommandSpec,
): Promise<void> {
  const { terminal } = environment;
  const operation = operationOf(id);
  const options = optionsOf(command);
  const call = await readCall(terminal, command, id, spec);
  const session = openFor(environment, command);
  if (options.dryRun) return explain(environment, session, operation, call, spec);
  if (spec.danger) await confirm(terminal, await spec.danger(session, call), options.yes === true);
  if (streams(operation)) return copyBody(environment, await session.raw(id, call));
  let value = await session.call(id, call);
  if (spec.until && options.wait)
    value = await waitFor(terminal, () => session.call(id, call), spec.until.ended, Number(options.timeout));
  await print(environment, command, operation, spec.present?.(value, session.url) ?? value);
  const failure = options.wait ? spec.until?.failure(value) : undefined;
  if (failure) throw new CliError('cli.failed', failure);
  const verdict = spec.verdict?.(value);
  if (verdict) throw new CliError('cli.policy', verdict);
  const limit = spec.gate ? options[spec.gate.option] : undefined;
  const fault = typeof limit === 'string' ? spec.gate?.fault(value, limit) : undefined;
  if (fault) throw new CliError('cli.policy', fault);
}

async function print(environment: Environment, command: Command, operation: Operation, value: unknown): Promise<void> {
  const { terminal } = environment;
  const ok = schemaOf(operation.ok);
  const { output, pem } = optionsOf(command);
  if (isEmpty(ok)) return terminal.talk('Done');
  if (pem) {
    const { pem: own, chain = '' } = value as { pem: string; chain?: string };
    return terminal.out(escapeLines(`${own.trimEnd()}\n${chain}`));
  }
  const format = (output as Format | undefined) ?? (terminal.outIsTerminal ? 'table' : 'json');
  return writeRecord(terminal, format, ok, value);
}

/** `--dry-run`: the consequence in words and the request as it would be sent, as JSON on standard output. */
async function explain(
  { terminal }: Environment,
  session: Session,
  operation: Operation,
  call: LooseCall,
  spec: CommandSpec,
): Promise<void> {
  if (spec.danger) terminal.talk(`Would do: ${await spec.danger(session, call)}`);
  const request = {
    method: operation.method,
    url: `${session.url}${operationUrl(operation, call)}`,
    ...(call.body === undefined ? {} : { body: call.body }),
    ...(call.content === undefined ? {} : { bytes: call.content.length }),
  };
  await terminal.out(`${JSON.stringify(request, null, 2)}\n`);
  terminal.talk('Dry run: nothing was changed');
}

/** Copies a download as it comes. On a terminal control characters are made visible; into a file go the very bytes. */
async function copyBody({ terminal }: Environment, response: Response): Promise<void> {
  if (!response.body) return;
  const text = new TextDecoder();
  for await (const chunk of response.body as AsyncIterable<Uint8Array>)
    await terminal.out(terminal.outIsTerminal ? escapeLines(text.decode(chunk, { stream: true })) : chunk);
}
