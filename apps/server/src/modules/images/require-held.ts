import type { Targets } from '@bulkhead/uptane';
import type { Db } from '../../platform/db/database.ts';
import { ImagesError } from './domain/error.ts';
import { createImageViews } from './image-views.ts';

const named = 5;

/**
 * Every image that a targets file newly lists is held, under its name and with the length and hashes listed: what is
 * published can be downloaded.
 * @throws ImagesError `images.missing-image`
 */
export async function requireHeld(tx: Db, file: Targets, published?: Targets): Promise<void> {
  const fresh = [...file.targets].filter(
    ([name, { hashes }]) => published?.targets.get(name)?.hashes.get('sha256') !== hashes.get('sha256'),
  );
  if (fresh.length === 0) return;
  const held = await createImageViews(tx).held(fresh.map(([name]) => name));
  const missing = fresh.flatMap(([name, { length, hashes }]) => {
    const found = held.get(`${name} ${hashes.get('sha256')}`);
    const sha512 = hashes.get('sha512');
    return found?.length === length && (sha512 === undefined || sha512 === found.sha512) ? [] : [name];
  });
  if (missing.length === 0) return;
  const more = missing.length > named ? ` and ${missing.length - named} more` : '';
  throw new ImagesError(
    'images.missing-image',
    `These images are not held with the length and hashes listed: ${missing.slice(0, named).join(', ')}${more}. Send them first (bulkhead images upload), or sign what was sent.`,
  );
}
