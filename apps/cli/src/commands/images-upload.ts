import { Image } from '@bulkhead/contract';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { addNotes } from '../notes.ts';
import { writeRecord } from '../output/record.ts';
import { schemaOf } from '../schema.ts';
import type { Session } from '../session.ts';
import { describeImage } from '../signing/files.ts';
import { type Environment, openFor, optionsOf, textOption } from './environment.ts';
import { outputOption } from './rows-command.ts';
import { openToSend, sendPieces } from './send-pieces.ts';
import { formatOf, listed, listOption } from './signing-options.ts';

/** Both hashes of a large image are taken on the server in one request. */
const completionPatience = 3_600_000;

/** `images upload`: announces an image with its hashes, sends it in pieces, goes on where it broke off, and completes it. */
export function addImagesUpload(environment: Environment, noun: Command): void {
  const command = noun
    .command('upload')
    .description('Send an image; in pieces, resumable. No vehicle gets it before a signed file lists it')
    .argument('<file>', 'The image')
    .option('--name <name>', 'Its name in the repository, such as acme/brake/2.0.bin')
    .option('--role <role>', 'The role that will list it: targets, or a delegated role', 'targets')
    .addOption(new Option('--hardware-id <id,...>', 'Hardware it runs on').argParser(listed))
    .option('--confidential', 'Serve it encrypted for an ECU only')
    .option('--resume <id>', 'Go on with an upload that was interrupted')
    .option('--dry-run', 'Say what would be sent; change nothing')
    .addOption(outputOption());
  addNotes(command, {
    examples: [
      'bulkhead images upload brake-2.0.bin --name acme/brake/2.0.bin --role acme --hardware-id bcm-2',
      'bulkhead images upload brake-2.0.bin --resume ID',
    ],
  });
  command.action((file: string) => uploadImage(environment, command, file));
}

async function uploadImage(environment: Environment, command: Command, path: string): Promise<void> {
  const { terminal } = environment;
  const file = await openToSend(path);
  try {
    const { hashes, length } = await describeImage(path);
    const digests = { sha256: hashes.get('sha256') ?? '', sha512: hashes.get('sha512') ?? '' };
    const resume = textOption(command, 'resume');
    const plan = { ...planOf(command, resume), ...digests, length };
    if (optionsOf(command).dryRun === true) return await terminal.out(`${JSON.stringify(plan, null, 2)}\n`);
    const session = openFor(environment, command);
    const opened = resume
      ? await session.client.getImageUpload({ params: { id: resume } })
      : await session.client.createImageUpload({ body: plan });
    if (opened.sha256 !== digests.sha256)
      throw new CliError(
        'cli.usage',
        `Upload ${opened.id} was begun with another file: its SHA-256 is ${opened.sha256}.`,
      );
    terminal.talk(`Upload ${opened.id}; should it be interrupted, go on with --resume ${opened.id}`);
    await sendPieces(terminal, file, length, opened.received, piecesOf(session, opened.id));
    const signal = AbortSignal.timeout(completionPatience);
    const image = await session.client.completeImageUpload({ params: { id: opened.id }, body: {}, signal });
    await writeRecord(terminal, formatOf(command, terminal), schemaOf(Image), image);
  } finally {
    await file.close();
  }
}

function planOf(command: Command, resume: string | undefined) {
  const name = textOption(command, 'name');
  if (name === undefined && resume === undefined)
    throw new CliError('cli.usage', 'Say what the image is called in the repository: --name acme/brake/2.0.bin');
  const hardwareIds = listOption(command, 'hardwareId');
  return {
    fileName: name ?? '',
    role: textOption(command, 'role') ?? 'targets',
    ...(hardwareIds ? { hardwareIds: [...hardwareIds] } : {}),
    ...(optionsOf(command).confidential === true ? { confidential: true } : {}),
  };
}

const piecesOf = ({ client }: Session, id: string) => ({
  offsetCode: 'images.upload-offset',
  append: async (offset: number, content: Uint8Array<ArrayBuffer>) =>
    (await client.appendImageUpload({ params: { id }, query: { offset }, content })).received,
  look: async () => (await client.getImageUpload({ params: { id } })).received,
});
