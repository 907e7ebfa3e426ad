import {
  createRoot,
  type DialectName,
  describeSignatures,
  dialectOf,
  keyIdOf,
  type RolePlan,
  type Root,
  rootStatus,
  rotateRoot,
  type SignedFile,
  signRoot,
  type TopRole,
  topRoles,
} from '@bulkhead/uptane';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import {
  digestOf,
  expiryFrom,
  inFile,
  openSigner,
  readPublicKeys,
  readRootFile,
  writeNew,
  writeWhole,
} from '../signing/files.ts';
import type { Terminal } from '../terminal.ts';
import { type Environment, optionsOf, textOption } from './environment.ts';
import { outputOption } from './rows-command.ts';
import { formatOf, listed, listOption } from './signing-options.ts';

/** `root init|sign|status|rotate`: the ceremony of the root keys, on files and without the platform. */
export function addRootCommands({ terminal }: Environment, noun: Command): void {
  addInit(terminal, noun);
  addSign(terminal, noun);
  addStatus(terminal, noun);
  addRotate(terminal, noun);
}

function addInit(terminal: Terminal, noun: Command): void {
  const command = addRoleOptions(
    noun
      .command('init')
      .description('Write the first root of a repository, still to be signed')
      .argument('<file>', 'File to write'),
  )
    .addOption(
      new Option('--dialect <dialect>', 'a: aktualizr, b: TUF 1.0; each is a root of its own')
        .choices(['a', 'b'])
        .default('a'),
    )
    .addOption(outputOption());
  addNotes(command, {
    examples: [
      'bulkhead root init 1.root.json --root alice.pub.json,bob.pub.json,carol.pub.json --threshold root=2 --targets targets.pub.json --snapshot snapshot.pub.json --timestamp timestamp.pub.json --expires 2027-11-20',
    ],
  });
  command.action(async (file: string) => {
    const plans = topRoles.map((role) => [role, planOf(command, role)] as const);
    const without = plans.find(([, plan]) => plan === undefined);
    if (without) throw new CliError('cli.usage', `Name the keys of the role ${without[0]}: --${without[0]} <files>`);
    const roles = Object.fromEntries(plans) as Record<TopRole, RolePlan>;
    const dialect = textOption(command, 'dialect') as DialectName;
    const bytes = inFile(file, () => createRoot({ expires: expiryOption(command), roles }, dialect));
    writeNew(file, bytes);
    await printStatus(terminal, command, dialectOf(dialect).readRoot(bytes));
  });
}

function addSign(terminal: Terminal, noun: Command): void {
  const command = noun
    .command('sign')
    .description('Add your signature to a root, offline')
    .argument('<file>', 'The root; it is written again with the signature')
    .requiredOption('--key <file>', 'Your encrypted private key')
    .option('--passphrase-file <file>', 'File that holds the passphrase; otherwise it is asked for')
    .option('--previous <file>', 'The root before this one, whose keys must sign too')
    .addOption(outputOption());
  addNotes(command, {
    examples: [
      'bulkhead root sign 1.root.json --key alice.key.pem',
      'bulkhead root sign 2.root.json --previous 1.root.json --key bob.key.pem',
    ],
    more: {
      'Before you sign': ['Compare the digest with what the others read aloud: it is the SHA-256 of what is signed.'],
    },
  });
  command.action(async (file: string) => {
    const root = readRootFile(file);
    const previous = previousOf(command);
    terminal.talk(`Root version ${root.signed.version}, expires ${root.signed.expires}, digest ${digestOf(root)}`);
    const signer = await openSigner(terminal, textOption(command, 'key') ?? '', textOption(command, 'passphraseFile'));
    const bytes = inFile(file, () => signRoot(root, signer, previous));
    writeWhole(file, bytes);
    await printStatus(terminal, command, dialectOf(root.dialect).readRoot(bytes), previous);
  });
}

function addStatus(terminal: Terminal, noun: Command): void {
  const command = noun
    .command('status')
    .description('Say which signatures a root has and which it lacks')
    .argument('<file>', 'The root')
    .option('--previous <file>', 'The root before this one, whose keys must sign too')
    .option('--check', 'End with exit code 7 unless the root is complete')
    .addOption(outputOption());
  addNotes(command, {
    examples: ['bulkhead root status 1.root.json', 'bulkhead root status 2.root.json --previous 1.root.json --check'],
  });
  command.action(async (file: string) => {
    const complete = await printStatus(terminal, command, readRootFile(file), previousOf(command));
    if (optionsOf(command).check === true && !complete)
      throw new CliError('cli.policy', `${file} is not complete: clients would refuse it.`);
  });
}

function addRotate(terminal: Terminal, noun: Command): void {
  const command = addRoleOptions(
    noun
      .command('rotate')
      .description('Write the next root with other keys or a later expiry, still to be signed')
      .argument('<file>', 'The current root'),
  )
    .requiredOption('--out <file>', 'File to write')
    .addOption(outputOption());
  addNotes(command, {
    examples: [
      'bulkhead root rotate 1.root.json --out 2.root.json --expires 2028-11-20',
      'bulkhead root rotate 1.root.json --out 2.root.json --timestamp new.pub.json --expires 2028-11-20',
    ],
    more: { 'Who signs': ['A threshold of the root keys before, and a threshold of those in the new file.'] },
  });
  command.action(async (file: string) => {
    const current = readRootFile(file);
    const plans = topRoles
      .map((role) => [role, planOf(command, role, current.signed)] as const)
      .filter(([, plan]) => plan);
    const roles = Object.fromEntries(plans) as Partial<Record<TopRole, RolePlan>>;
    const bytes = inFile(file, () => rotateRoot(current, { expires: expiryOption(command), roles }));
    writeNew(textOption(command, 'out') ?? '', bytes);
    await printStatus(terminal, command, dialectOf(current.dialect).readRoot(bytes), current);
  });
}

function addRoleOptions(command: Command): Command {
  for (const role of topRoles)
    command.addOption(new Option(`--${role} <file,...>`, `Public keys of the role ${role}`).argParser(listed));
  return command
    .addOption(
      new Option('--threshold <role=n,...>', 'How many keys of a role must sign; 1 unless told').argParser(thresholds),
    )
    .requiredOption('--expires <time>', 'Last day or time of validity, UTC');
}

type Thresholds = Partial<Record<TopRole, number>>;

function thresholds(text: string, before: unknown): Thresholds {
  const entries = text.split(',').map((part) => {
    const [, role, count] = /^(root|targets|snapshot|timestamp)=([1-9]\d{0,2})$/.exec(part.trim()) ?? [];
    if (role === undefined) throw new InvalidArgumentError('It is written as root=2,targets=1.');
    return [role, Number(count)] as const;
  });
  return { ...(before as Thresholds | undefined), ...(Object.fromEntries(entries) as Thresholds) };
}

/** The keys of a role as the command line has them; those of the current root where only the threshold changes. */
function planOf(command: Command, role: TopRole, current?: Root): RolePlan | undefined {
  const paths = listOption(command, role);
  const threshold = (optionsOf(command).threshold as Thresholds | undefined)?.[role];
  const before = current?.roles.get(role);
  if (!paths && threshold === undefined) return undefined;
  const keys = paths ? readPublicKeys(paths) : (before?.keyIds ?? []).flatMap((id) => current?.keys.get(id) ?? []);
  if (keys.length === 0) return undefined;
  return { keys, threshold: threshold ?? before?.threshold ?? 1 };
}

function expiryOption(command: Command): Date {
  return expiryFrom(textOption(command, 'expires') ?? '', new Date());
}

function previousOf(command: Command): SignedFile<Root> | undefined {
  const path = textOption(command, 'previous');
  return path === undefined ? undefined : readRootFile(path);
}

const statusSchema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(
      ['version', 'dialect', 'expires', 'digest', 'signatures', 'signaturesOfPrevious', 'complete'].map((name) => [
        name,
        {},
      ]),
    ),
    roles: {
      type: 'array',
      items: {
        type: 'object',
        properties: Object.fromEntries(['role', 'threshold', 'keys'].map((name) => [name, {}])),
      },
    },
  },
};

async function printStatus(
  terminal: Terminal,
  command: Command,
  root: SignedFile<Root>,
  previous?: SignedFile<Root>,
): Promise<boolean> {
  const status = inFile('root', () => rootStatus(root, previous));
  const unknown = root.signed.version > 1 && !previous;
  const { version, expires, roles, keys } = root.signed;
  await writeRecord(terminal, formatOf(command, terminal), statusSchema, {
    version,
    dialect: root.dialect,
    expires,
    digest: digestOf(root),
    signatures: describeSignatures(status.own),
    signaturesOfPrevious: status.previous
      ? describeSignatures(status.previous)
      : unknown
        ? 'not checked: name the root before with --previous'
        : null,
    complete: status.complete,
    roles: [...roles].map(([role, { threshold, keyIds }]) => ({
      role,
      threshold,
      keys: keyIds
        .flatMap((id) => keys.get(id) ?? [])
        .map((key) => keyIdOf(key))
        .join(', '),
    })),
  });
  return status.complete;
}
