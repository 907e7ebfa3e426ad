import { SbomError } from '@bulkhead/sbom';
import { parseCpe } from '../cpe/cpe.ts';
import { meaningful } from '../identity/names.ts';
import { tryPurl, unversionedPurl } from '../identity/registry.ts';
import { type JsonObject, objectsIn, oneOf, type Placed, textIn, textsIn } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import type { AffectedPackage, VersionStatement } from '../model.ts';
import { compact } from '../text.ts';
import { packageOfCollection } from './collection.ts';
import { readVersionWords, startBound } from './version-words.ts';

const statuses = ['affected', 'unaffected', 'unknown'] as const;
const { maxNameLength, maxVersionLength, maxVersions, maxFiles, maxAffected, maxPurlLength, maxIdLength } =
  recordBounds;

/** The `affected` list of one container. Entries that name no product ("n/a") identify nothing and are left out. */
export function readAffected(container: Placed<JsonObject>, label: string): AffectedPackage[] {
  const entries = objectsIn(container.value, 'affected', container.at, maxAffected);
  return entries.flatMap((entry, i) => {
    const read = readEntry(entry, `${label}.affected[${i}]`);
    return isIdentified(read) ? [read] : [];
  });
}

function isIdentified({ purl, name, product, cpes, repo }: AffectedPackage): boolean {
  return [purl, name, product, repo].some((text) => text !== undefined) || (cpes?.length ?? 0) > 0;
}

function readEntry({ value, at }: Placed<JsonObject>, container: string): AffectedPackage {
  const name = (key: string) => meaningful(textIn(value, key, at, maxNameLength));
  const cpes = textsIn(value, 'cpes', at, maxVersions, maxNameLength).filter((cpe) => parseCpe(cpe) !== undefined);
  const product = name('product');
  const packageName = name('packageName');
  const purl = readPurl(textIn(value, 'packageURL', at, maxPurlLength));
  const collection =
    purl === undefined ? packageOfCollection(name('collectionURL'), packageName, cpes, product) : { purl };
  const modules = textsIn(value, 'modules', at, maxFiles, maxNameLength);
  const platforms = textsIn(value, 'platforms', at, maxFiles, maxNameLength);
  const programFiles = textsIn(value, 'programFiles', at, maxFiles, maxNameLength);
  const status = textIn(value, 'defaultStatus', at, maxNameLength);
  return compact<AffectedPackage>({
    container,
    purl: collection?.purl,
    ecosystem: collection?.ecosystem,
    name: collection?.name ?? (collection ? undefined : packageName),
    vendor: name('vendor'),
    product,
    cpes: cpes.length > 0 ? cpes : undefined,
    configuration: undefined,
    modules: modules.length > 0 ? modules : undefined,
    platforms: platforms.length > 0 ? platforms : undefined,
    repo: name('repo'),
    programFiles: programFiles.length > 0 ? programFiles : undefined,
    // CVE record format, `defaultStatus`: "if not specified, defaults to unknown".
    defaultStatus: status === undefined ? 'unknown' : oneOf(status, statuses, inside(at, 'defaultStatus')),
    versions: objectsIn(value, 'versions', at, maxVersions).map(readVersion),
    listed: undefined,
    fixed: undefined,
  });
}

function readPurl(text: string | undefined): string | undefined {
  const purl = text === undefined ? undefined : tryPurl(text);
  try {
    return purl && unversionedPurl(purl);
  } catch (error) {
    if (error instanceof SbomError) return undefined;
    throw error;
  }
}

function readVersion({ value, at }: Placed<JsonObject>): VersionStatement {
  const text = (key: string) => textIn(value, key, at, maxVersionLength)?.trim();
  const status = oneOf(text('status') ?? 'unknown', statuses, inside(at, 'status'));
  const type = textIn(value, 'versionType', at, maxIdLength)?.trim();
  const version = textIn(value, 'version', at, recordBounds.maxNameLength)?.trim();
  const before = text('lessThan');
  const upTo = text('lessThanOrEqual');
  const changes = objectsIn(value, 'changes', at, maxVersions).map((change) => ({
    at: textIn(change.value, 'at', change.at, maxVersionLength)?.trim() ?? '',
    status: oneOf(
      textIn(change.value, 'status', change.at, maxIdLength) ?? 'unknown',
      statuses,
      inside(change.at, 'status'),
    ),
  }));
  const bounds =
    before === undefined && upTo === undefined ? readVersionWords(version ?? '') : readRange(version, before, upTo);
  return {
    status,
    ...(type === undefined ? {} : { type }),
    ...bounds,
    ...(changes.length === 0 ? {} : { changes }),
  };
}

/** `*` as an end is "no end"; an end in words ("FW13 and below") makes the whole range words. */
function readRange(
  version: string | undefined,
  before: string | undefined,
  upTo: string | undefined,
): Omit<VersionStatement, 'status'> {
  const from = startBound(version);
  const end = before ?? upTo ?? '';
  if (end !== '*' && !/\d/.test(end)) return { words: `from ${from ?? 'the start'} to ${end || 'nowhere'}` };
  const inclusive = before === undefined || before === '*';
  return {
    ...(from === undefined ? {} : { from }),
    ...(inclusive ? { upTo: before === '*' ? '*' : (upTo ?? '*') } : { before }),
  };
}
