import { ApiProblem, type Client, type KeyFile } from '@bulkhead/contract';
import {
  addSignature,
  type DialectName,
  dialectOf,
  expiryOf,
  nextTargets,
  publicKeyFile,
  type Signer,
  signPayload,
  signRoot,
  type Target,
} from '@bulkhead/uptane';
import type { OfflineKeys } from './offline-keys.ts';

const dialects: readonly DialectName[] = ['a', 'b'];
const day = 86_400_000;
const keyFileOf = ({ key }: Signer) => JSON.parse(publicKeyFile(key)) as KeyFile;

/** The end of the day, some years on. */
const inYears = (now: Date, years: number) => {
  const at = new Date(Math.floor(now.getTime() / day) * day);
  at.setUTCFullYear(at.getUTCFullYear() + years);
  return at;
};

/** What is there already stays: a ceremony that was cut short is gone on with. */
async function unlessThere(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'images.draft-exists') throw error;
  }
}

async function download(client: Client, role: string, dialect: DialectName, draft: boolean): Promise<Buffer> {
  const answer = await client.raw('downloadMetadata', { params: { role }, query: { dialect, draft } });
  return Buffer.from(await answer.arrayBuffer());
}

const hand = (client: Client, role: string, bytes: Uint8Array) =>
  client.uploadMetadata({ params: { role }, content: new Uint8Array(bytes), contentType: 'application/json' });

/**
 * The first root and the first targets of the Image repository, in both wire forms: two people sign the root, one the
 * targets, and all that leaves their hands are signed files. Answers whether there was anything to do.
 */
export async function holdCeremony(client: Client, keys: OfflineKeys, now: Date): Promise<boolean> {
  const { dialects: known } = await client.getRepository({});
  const open = dialects.filter((dialect) => !known.some((one) => one.dialect === dialect && one.published));
  if (open.length === 0) return false;
  const roles = {
    root: { keys: keys.root.map(keyFileOf), threshold: 2 },
    targets: { keys: [keyFileOf(keys.targets)], threshold: 1 },
  };
  const rootEnds = expiryOf(inYears(now, 5));
  await unlessThere(() => client.createRootDraft({ body: { expires: rootEnds, roles, dialects: [...open] } }));
  for (const dialect of open) for (const signer of keys.root) await signRootDraft(client, dialect, signer);
  const expires = expiryOf(inYears(now, 1));
  await unlessThere(() => client.createTargetsDraft({ body: { expires, dialects: [...open] } }));
  for (const dialect of open) {
    const draft = dialectOf(dialect).readTargets(await download(client, 'targets', dialect, true));
    await hand(client, 'targets', addSignature(draft, keys.targets));
    await client.publishRepository({ body: { dialect } });
  }
  return true;
}

async function signRootDraft(client: Client, dialect: DialectName, signer: Signer): Promise<void> {
  const draft = dialectOf(dialect).readRoot(await download(client, 'root', dialect, true));
  await hand(client, 'root', signRoot(draft, signer, undefined));
}

/** Lists images in the next version of the targets, signed offline, and publishes it. Nothing happens for what is listed. */
export async function listImages(
  client: Client,
  keys: OfflineKeys,
  images: ReadonlyMap<string, Target>,
  now: Date,
): Promise<void> {
  for (const dialect of dialects) {
    const wire = dialectOf(dialect);
    const { signed } = wire.readTargets(await download(client, 'targets', dialect, false));
    const add = new Map([...images].filter(([name]) => !signed.targets.has(name)));
    if (add.size === 0) continue;
    const next = nextTargets(signed, { expires: inYears(now, 1), add });
    await hand(client, 'targets', signPayload(next, wire, [keys.targets]));
    await client.publishRepository({ body: { dialect } });
  }
}
