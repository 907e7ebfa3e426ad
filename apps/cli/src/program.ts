import type { OperationId } from '@bulkhead/contract';
import { Command } from 'commander';
import { catalogue, nouns } from './catalogue.ts';
import { addAuditVerify } from './commands/audit-verify.ts';
import { addCompletion } from './commands/completion.ts';
import type { Environment } from './commands/environment.ts';
import { addGate } from './commands/gate.ts';
import { addImagesUpload } from './commands/images-upload.ts';
import { addImportsCreate } from './commands/imports-create.ts';
import { addKeysCreate } from './commands/keys-create.ts';
import { addLoginCommands, contextOption } from './commands/login.ts';
import { addRecordCommand } from './commands/record-command.ts';
import { addRootCommands } from './commands/root-commands.ts';
import { addRowsCommand } from './commands/rows-command.ts';
import { addSign } from './commands/sign.ts';
import { addVexVerify } from './commands/vex-verify.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { addNotes } from './notes.ts';
import { operationOf, rowSchema, schemaOf } from './schema.ts';

/** The whole command tree. Nothing is read, opened or printed until a command runs. */
export function buildProgram(environment: Environment, version: string): Command {
  const program = new Command('bulkhead')
    .description('Security platform for connected vehicles: bulkhead NOUN VERB')
    // `--version` is left to `software create`; `run` takes it where it stands first
    .version(version, '-V')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void environment.terminal.out(text),
      writeErr: (text) => environment.terminal.talk(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'bulkhead: ')),
    })
    .showSuggestionAfterError()
    .addOption(contextOption());
  addLoginCommands(environment, program);
  const byNoun = new Map<string, Command>();
  for (const [noun, description] of Object.entries(nouns))
    byNoun.set(noun, program.command(noun).description(description));
  byNoun.get('sbom')?.alias('sboms');
  for (const id of Object.keys(catalogue) as OperationId[]) addOperation(environment, byNoun, id);
  addImportsCreate(environment, byNoun.get('imports') as Command);
  addImagesUpload(environment, byNoun.get('images') as Command);
  addAuditVerify(environment, byNoun.get('audit') as Command);
  addGate(environment, program);
  addSign(environment, program);
  addKeysCreate(
    environment,
    program.command('keys').description('Keys for signing offline; they never meet the platform'),
  );
  addRootCommands(
    environment,
    program.command('root').description('The root of an update repository: ceremony of its keys, on files'),
  );
  addVexVerify(environment, byNoun.get('vex') as Command);
  addCompletion(environment, program);
  return addNotes(program, {
    examples: [
      'bulkhead login --url http://127.0.0.1:8080 --token-file ./token',
      "bulkhead vehicles list --filter 'state = online' -o json",
    ],
    more: {
      'Exit codes': Object.entries(exitCodeMeanings).map(([code, meaning]) => `${code}  ${meaning}`),
      Environment: environmentNotes,
    },
  });
}

export const environmentNotes: readonly string[] = Object.freeze([
  'BULKHEAD_URL         Platform to speak to, instead of the current context',
  'BULKHEAD_TOKEN       API token; BULKHEAD_TOKEN_FILE names a file that holds it',
  'BULKHEAD_CA_FILE     The only root certificate to trust, in PEM',
  'BULKHEAD_PASSPHRASE_FILE  File with the passphrase of the key that signs',
  'XDG_CONFIG_HOME      Where bulkhead/contexts.json is kept, by default ~/.config',
  'NO_COLOR             No colours and no bold type',
]);

function addOperation(environment: Environment, byNoun: ReadonlyMap<string, Command>, id: OperationId): void {
  const spec = catalogue[id];
  const operation = operationOf(id);
  const noun = spec?.noun ?? operation.path.split('/')[1] ?? '';
  const parent = byNoun.get(noun);
  if (!spec || !parent) throw new Error(`No noun "${noun}" for ${id}`);
  const members = Object.keys(schemaOf(operation.ok).properties ?? {}).length;
  const rows = rowSchema(operation) !== undefined && (spec.columns !== undefined || members <= 3);
  if (rows) addRowsCommand(environment, parent, id, spec);
  else addRecordCommand(environment, parent, id, spec);
}
