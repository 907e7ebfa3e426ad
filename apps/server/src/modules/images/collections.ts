import { type DialectName, dialectOf, type SignedFile, type Targets } from '@bulkhead/uptane';
import type { Db } from '../../platform/db/database.ts';
import type { Collection } from './domain/collection.ts';
import { createMetadataViews, type Draft } from './metadata-views.ts';

/** What is published in a wire form; without a root when nothing is. */
export async function readCollection(db: Db, dialect: DialectName): Promise<Collection> {
  const views = createMetadataViews(db);
  const wire = dialectOf(dialect);
  const [root, files] = [await views.newestRoot(dialect), await views.currentTargets(dialect)];
  return {
    dialect,
    root: root && wire.readRoot(root.bytes),
    targets: new Map(files.map(({ role, bytes }) => [role, wire.readTargets(bytes)])),
  };
}

/** The wire forms in which something is published. */
export async function readCollections(db: Db): Promise<Collection[]> {
  const rows = await createMetadataViews(db).repositories();
  const found: Collection[] = [];
  for (const { dialect } of rows) found.push(await readCollection(db, dialect));
  return found;
}

/** Drafts of targets files as signed files, by role. */
export function targetsOf(drafts: readonly Draft[]): ReadonlyMap<string, SignedFile<Targets>> {
  return new Map(
    drafts
      .filter(({ role }) => role !== 'root')
      .map(({ role, dialect, bytes }) => [role, dialectOf(dialect).readTargets(bytes)]),
  );
}
