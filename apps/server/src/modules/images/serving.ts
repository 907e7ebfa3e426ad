import type { DialectName } from '@bulkhead/uptane';
import { chunkIndexSuffix, targetNameFault } from '@bulkhead/uptane';
import { createChunkIndexes } from './chunk-indexes.ts';
import type { ImagesDeps, NamedImage } from './deps.ts';
import { createEncryptedViews } from './encrypted-views.ts';
import { createImageViews } from './image-views.ts';
import { createMetadataViews, type Repository } from './metadata-views.ts';
import type { ServedFile, ServedImage } from './served.ts';

export type { ServedFile, ServedImage } from './served.ts';

interface Pointers {
  readonly repository: Repository | undefined;
  readonly versions: ReadonlyMap<string, number>;
  readonly at: number;
}

/** Other replicas see a publication this much later at most. */
const staleMs = 1_000;
const keptFiles = 200;

const wordOf = /^(?:(\d{1,10})\.)?([A-Za-z0-9][A-Za-z0-9._-]{0,99})\.json$/;

/** Which file a path below the metadata address means: `3.root.json`, `timestamp.json`, `delegations/acme.json`. */
export function parseMetadataPath(path: string): { role: string; version: number | undefined } | undefined {
  const [, version, role] =
    wordOf.exec(path.startsWith('delegations/') ? path.slice('delegations/'.length) : path) ?? [];
  if (role === undefined) return undefined;
  return { role, version: version === undefined ? undefined : Number(version) };
}

/** Files and images for vehicles: metadata from memory where it can be, images from the disk. */
export const createServing = (deps: ImagesDeps) => {
  const { db, blobs } = deps;
  const pointers = new Map<DialectName, Promise<Pointers>>();
  const files = new Map<string, ServedFile>();

  const readPointers = async (dialect: DialectName): Promise<Pointers> => {
    const views = createMetadataViews(db);
    const repository = await views.repository(dialect);
    const versions = new Map((await views.current(dialect)).map(({ role, version }) => [role, version]));
    if (repository) {
      versions.set('root', repository.root_version);
      versions.set('snapshot', repository.snapshot_version);
      versions.set('timestamp', repository.timestamp_version);
    }
    return { repository, versions, at: performance.now() };
  };
  const pointersOf = async (dialect: DialectName): Promise<Pointers> => {
    const known = await pointers.get(dialect);
    if (known && performance.now() - known.at < staleMs) return known;
    const next = readPointers(dialect);
    // a failure is not remembered
    next.catch(() => pointers.delete(dialect));
    pointers.set(dialect, next);
    return next;
  };
  const load = async (dialect: DialectName, role: string, version: number, immutable: boolean) => {
    const key = `${dialect}/${role}/${version}`;
    const known = files.get(key);
    if (known) return { ...known, immutable };
    const row = await createMetadataViews(db).file(dialect, role, version);
    if (!row) return undefined;
    const file = { bytes: row.bytes, sha256: row.sha256.toString('hex'), immutable };
    if (files.size >= keptFiles) files.delete(files.keys().next().value as string);
    files.set(key, file);
    return file;
  };

  const open = (image: Pick<NamedImage, 'sha256' | 'length'>): ServedImage =>
    Object.freeze({
      sha256: image.sha256,
      length: image.length,
      read: (range?: { start: number; end: number }) => blobs.read(image.sha256, range),
    });

  const indexes = createChunkIndexes();
  const imageNamed = (dialect: DialectName, name: string) => findImage(db, open, dialect, name);

  return Object.freeze({
    /** Another version was published here. */
    forget: () => pointers.clear(),

    /** A file by its path below the metadata address; undefined when nothing is published there. */
    metadata: async (dialect: DialectName, path: string): Promise<ServedFile | undefined> => {
      const asked = parseMetadataPath(path);
      if (!asked) return undefined;
      const { versions } = await pointersOf(dialect);
      const current = versions.get(asked.role);
      if (current === undefined) return undefined;
      // a higher version than the newest is the question of every client for the next root
      if (asked.version !== undefined && asked.version > current) return undefined;
      return load(dialect, asked.role, asked.version ?? current, asked.version !== undefined);
    },

    /**
     * An image by its name, or by HASH.name with either of its hashes (Uptane 5.2.6). Of a confidential image only the
     * encrypted copy is there, under its own name (requirement S20).
     */
    image: imageNamed,

    /** `NAME.chunks`: the index by which a client fetches only what differs from the image it has. */
    chunks: async (dialect: DialectName, name: string): Promise<ServedFile | undefined> => {
      if (!name.endsWith(chunkIndexSuffix)) return undefined;
      const image = await imageNamed(dialect, name.slice(0, -chunkIndexSuffix.length));
      return image && indexes(image);
    },
  });
};
export type Serving = ReturnType<typeof createServing>;

async function findImage(
  db: ImagesDeps['db'],
  open: (image: Pick<NamedImage, 'sha256' | 'length'>) => ServedImage,
  dialect: DialectName,
  name: string,
): Promise<ServedImage | undefined> {
  if (targetNameFault(name) !== undefined) return undefined;
  const views = createImageViews(db);
  const found = (await views.named(dialect, name)) ?? (await hashedImage(views, dialect, name));
  if (found) return found.confidential ? undefined : open(found);
  const encrypted = await createEncryptedViews(db).byName(name);
  return encrypted && open({ sha256: encrypted.encryptedSha256, length: encrypted.encryptedLength });
}

const hashPrefix = /^((?:[0-9a-f]{64}){1,2})\.(.+)$/;

function hashedImage(
  views: ReturnType<typeof createImageViews>,
  dialect: DialectName,
  name: string,
): Promise<NamedImage | undefined> {
  const slash = name.lastIndexOf('/') + 1;
  const [, hash, base] = hashPrefix.exec(name.slice(slash)) ?? [];
  if (hash === undefined || base === undefined) return Promise.resolve(undefined);
  return views.hashed(dialect, name.slice(0, slash) + base, hash);
}
