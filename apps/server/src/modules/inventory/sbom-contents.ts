import type { Readable } from 'node:stream';
import type { Db } from '../../platform/db/database.ts';
import { readSbomDocument } from './read-sbom-document.ts';
import { readUpload } from './read-upload.ts';
import { createSbomContentsViews } from './sbom-contents-views.ts';

/** SBOMs as other modules take them over. */
export const createSbomContents = (db: Db) => {
  const { contents, described, undescribed, recognise } = createSbomContentsViews(db);
  return Object.freeze({
    contents,
    described,
    undescribed,
    /**
     * The components of a document that is only looked at; `knownId` where the same component version is in the inventory.
     * What is excluded is left out. @throws InventoryError `inventory.bad-sbom`
     */
    read: async (content: Readable) => {
      const { components } = await readSbomDocument(await readUpload(content));
      return recognise(components.filter(({ scope }) => scope !== 'excluded'));
    },
  });
};
