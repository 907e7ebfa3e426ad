import type { Readable } from 'node:stream';
import type { Db } from '../../platform/db/database.ts';
import { readSbomDocument } from './read-sbom-document.ts';
import { createSbomContentsViews } from './sbom-contents-views.ts';
import { readBounded } from './sboms.ts';

/** SBOMs as other modules take them over. */
export const createSbomContents = (db: Db) => {
  const views = createSbomContentsViews(db);
  return Object.freeze({
    ...views,
    /** The components of a document that is only looked at; `knownId` where the same component version is in the inventory. */
    read: async (content: Readable) => {
      const { components } = await readSbomDocument(await readBounded(content));
      const known = await views.knownComponents(components.map(({ key }) => key));
      return components.map(({ name, version, purl, cpe, supplier, key }) => ({
        name,
        version,
        purl,
        cpe,
        supplier,
        aliases: [],
        knownId: known.get(key),
      }));
    },
  });
};
