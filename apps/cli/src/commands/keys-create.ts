import { exportPrivateKey, generateSigningKey, keyIdOf, publicKeyFile, publicKeyOf } from '@bulkhead/uptane';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import { inFile, readPassphrase, writeNew } from '../signing/files.ts';
import type { Terminal } from '../terminal.ts';
import { type Environment, textOption } from './environment.ts';
import { outputOption } from './rows-command.ts';
import { formatOf } from './signing-options.ts';

/** `keys create`: a key pair for signing offline; it never meets the platform. */
export function addKeysCreate({ terminal }: Environment, noun: Command): void {
  const command = noun
    .command('create')
    .description('Make a key for signing offline: NAME.key.pem, encrypted, and NAME.pub.json to hand out')
    .argument('<name>', 'Path of the two files, without their endings')
    .addOption(
      new Option('--type <type>', 'Kind of key; ecdsa is for the TUF dialect only')
        .choices(['ed25519', 'ecdsa'])
        .default('ed25519'),
    )
    .option('--passphrase-file <file>', 'File that holds the passphrase; otherwise it is asked for')
    .addOption(outputOption());
  addNotes(command, {
    examples: ['bulkhead keys create alice', 'bulkhead keys create acme --passphrase-file ./passphrase'],
  });
  command.action((name: string) => createKey(terminal, command, name));
}

async function createKey(terminal: Terminal, command: Command, name: string): Promise<void> {
  const key = generateSigningKey(textOption(command, 'type') === 'ecdsa' ? 'ecdsa' : 'ed25519');
  const pub = publicKeyOf(key);
  const passphrase = await newPassphrase(terminal, textOption(command, 'passphraseFile'));
  const pem = inFile(name, () => exportPrivateKey(key, passphrase));
  writeNew(`${name}.key.pem`, pem, 0o600);
  writeNew(`${name}.pub.json`, publicKeyFile(pub));
  const record = { keyId: keyIdOf(pub), type: pub.type, privateKey: `${name}.key.pem`, publicKey: `${name}.pub.json` };
  await writeRecord(terminal, formatOf(command, terminal), { type: 'object' }, record);
}

async function newPassphrase(terminal: Terminal, file: string | undefined): Promise<string> {
  const passphrase = await readPassphrase(terminal, file, 'New passphrase, at least 12 characters: ');
  const fromFile = (file ?? terminal.env.BULKHEAD_PASSPHRASE_FILE) !== undefined;
  if (!fromFile && (await terminal.askSecret('The same again: ')) !== passphrase)
    throw new CliError('cli.usage', 'The two passphrases differ; nothing was written.');
  return passphrase;
}
