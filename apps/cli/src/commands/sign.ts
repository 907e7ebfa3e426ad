import { existsSync } from 'node:fs';
import {
  addSignature,
  type DialectName,
  detectDialect,
  dialectOf,
  nextTargets,
  noExtra,
  type SignedFile,
  type Signer,
  signPayload,
  type Target,
  type Targets,
} from '@bulkhead/uptane';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import { describeImage, digestOf, expiryFrom, inFile, openSigner, readBytes, writeWhole } from '../signing/files.ts';
import type { Terminal } from '../terminal.ts';
import { type Environment, textOption } from './environment.ts';
import { whole } from './inputs.ts';
import { outputOption } from './rows-command.ts';
import { formatOf, listed, listOption } from './signing-options.ts';

/** `sign`: a supplier lists its images and signs its targets file, without ever meeting the platform. */
export function addSign({ terminal }: Environment, program: Command): void {
  const command = program
    .command('sign')
    .description('List images in a targets file and sign it, offline; what a supplier hands in')
    .argument('<file>', 'The targets file; made when it is not there yet')
    .requiredOption('--key <file>', 'Your encrypted private key')
    .option('--passphrase-file <file>', 'File that holds the passphrase; otherwise it is asked for')
    .addOption(
      new Option('--add <name=file,...>', 'Images to list: the name in the repository and the file here').argParser(
        listed,
      ),
    )
    .addOption(new Option('--remove <name,...>', 'Images to list no longer').argParser(listed))
    .addOption(new Option('--hardware-id <id,...>', 'Hardware that the added images run on').argParser(listed))
    .addOption(
      new Option('--release-counter <n>', 'Release counter of the added images; never lower than before').argParser(
        whole({ minimum: 0 }),
      ),
    )
    .option('--expires <time>', 'Last day or time of validity, UTC; needed for every new version')
    .addOption(
      new Option('--dialect <dialect>', 'For a new file: a is aktualizr, b is TUF 1.0')
        .choices(['a', 'b'])
        .default('a'),
    )
    .addOption(outputOption());
  addNotes(command, {
    examples: [
      'bulkhead sign acme.json --key acme.key.pem --add acme/brake/2.0.bin=./brake-2.0.bin --hardware-id bcm-2 --release-counter 5 --expires 2027-06-30',
      'bulkhead sign acme.json --key second.key.pem',
    ],
    more: {
      'What happens': [
        'With --add, --remove or --expires the file gets the next version and your signature alone; without them your',
        'signature is added to those that are there, for roles that need several.',
      ],
    },
  });
  command.action((file: string) => sign(terminal, command, file));
}

async function sign(terminal: Terminal, command: Command, path: string): Promise<void> {
  const current = existsSync(path) ? readTargetsFile(path) : undefined;
  const change = await changeOf(command);
  if (!current && !change) throw new CliError('cli.usage', `${path} is not there. Make it with --add and --expires.`);
  const dialect = current?.dialect ?? (textOption(command, 'dialect') as DialectName);
  const next = change && inFile(path, () => nextTargets(current?.signed, change));
  const signer = await openSigner(terminal, textOption(command, 'key') ?? '', textOption(command, 'passphraseFile'));
  const bytes = inFile(path, () => signed(dialect, signer, next, current));
  const file = inFile(path, () => dialectOf(dialect).readTargets(bytes));
  writeWhole(path, bytes);
  await print(terminal, command, file);
}

function signed(
  dialect: DialectName,
  signer: Signer,
  next: Targets | undefined,
  current: SignedFile<Targets> | undefined,
): Uint8Array {
  if (next) return signPayload(next, dialectOf(dialect), [signer]);
  if (current) return addSignature(current, signer);
  throw new CliError('cli.usage', 'There is nothing to sign.');
}

function readTargetsFile(path: string): SignedFile<Targets> {
  const bytes = readBytes(path);
  return inFile(path, () => dialectOf(detectDialect(bytes)).readTargets(bytes));
}

async function changeOf(command: Command) {
  const add = new Map<string, Target>();
  for (const entry of listOption(command, 'add') ?? []) add.set(...(await imageOf(command, entry)));
  const remove = listOption(command, 'remove');
  const expires = textOption(command, 'expires');
  if (expires === undefined) {
    if (add.size > 0 || remove) throw new CliError('cli.usage', 'A new version needs --expires.');
    return undefined;
  }
  return { expires: expiryFrom(expires, new Date()), add, remove };
}

async function imageOf(command: Command, entry: string): Promise<readonly [string, Target]> {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(entry) ?? [];
  if (name === undefined || file === undefined)
    throw new CliError('cli.usage', `--add is written as name=file, not "${entry}".`);
  const hardwareIds = listOption(command, 'hardwareId');
  // Without hardware no client would take it: the Image repository says what an image runs on
  if (!hardwareIds) throw new CliError('cli.usage', `Say with --hardware-id which hardware ${name} runs on.`);
  const counter = command.opts<{ releaseCounter?: number }>().releaseCounter;
  const none = { ecus: undefined, uri: undefined, shallMatch: undefined, extra: noExtra };
  const custom = { hardwareIds, releaseCounter: counter, targetFormat: 'BINARY', ...none };
  return [name, { ...(await describeImage(file)), custom }];
}

const schema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(['version', 'dialect', 'expires', 'digest', 'signatures'].map((name) => [name, {}])),
    images: {
      type: 'array',
      items: {
        type: 'object',
        properties: Object.fromEntries(
          ['name', 'bytes', 'sha256', 'hardwareIds', 'releaseCounter'].map((name) => [name, {}]),
        ),
      },
    },
  },
};

async function print(terminal: Terminal, command: Command, file: SignedFile<Targets>): Promise<void> {
  const { version, expires, targets } = file.signed;
  await writeRecord(terminal, formatOf(command, terminal), schema, {
    version,
    dialect: file.dialect,
    expires,
    digest: digestOf(file),
    signatures: file.signatures.map(({ keyId }) => keyId).join(', '),
    images: [...targets].map(([name, { length, hashes, custom }]) => ({
      name,
      bytes: length,
      sha256: hashes.get('sha256') ?? null,
      hardwareIds: custom?.hardwareIds?.join(', ') ?? null,
      releaseCounter: custom?.releaseCounter ?? null,
    })),
  });
}
