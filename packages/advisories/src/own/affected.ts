import { parsePurl, SbomError } from '@bulkhead/sbom';
import { schemeOfEcosystem } from '@bulkhead/versions';
import { parseCpe } from '../cpe/cpe.ts';
import { readRangeText } from '../csaf/version-range.ts';
import { unversionedPurl } from '../identity/registry.ts';
import { type JsonObject, oneOf, type Placed, quote, refuse, requiredText, textIn, textsIn } from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import type { AffectedPackage, AffectedStatus, VersionStatement } from '../model.ts';
import { compact } from '../text.ts';
import { refuseOtherFields } from './other-fields.ts';

const { maxNameLength, maxPurlLength, maxVersions, maxFiles, maxVersionLength } = recordBounds;
const fields = [
  'purl',
  'cpe',
  'vendor',
  'product',
  'ecosystem',
  'name',
  'versions',
  'unaffected',
  'fixed',
  'programFiles',
  'otherVersions',
] as const;

/** One product: named by purl, CPE, vendor and product, ecosystem and name, or name alone; and its versions. */
export function readOwnAffected({ value, at }: Placed<JsonObject>, i: number): AffectedPackage {
  refuseOtherFields(value, fields, at);
  const text = (key: string) => (value[key] === undefined ? undefined : requiredText(value, key, at, maxNameLength));
  const [vendor, product, ecosystem, name] = ['vendor', 'product', 'ecosystem', 'name'].map(text);
  const purl = readPurl(value, at);
  const cpe = readCpe(value, at);
  if ([purl, cpe, product, name].every((identifier) => identifier === undefined)) {
    throw refuse('advisory.missing-field', at, 'name the product by "purl", "cpe", "vendor" and "product", or "name"');
  }
  if ((vendor === undefined) !== (product === undefined)) {
    throw refuse('advisory.missing-field', at, '"vendor" and "product" go together; give both');
  }
  if (ecosystem !== undefined && (name === undefined || schemeOfEcosystem(ecosystem) === undefined)) {
    throw refuse(
      'advisory.wrong-value',
      inside(at, 'ecosystem'),
      'give an ecosystem of OSV (Debian:12, npm) together with "name"',
    );
  }
  const programFiles = textsIn(value, 'programFiles', at, maxFiles, maxNameLength);
  const fixed = textsIn(value, 'fixed', at, maxVersions, maxVersionLength);
  return compact<AffectedPackage>({
    container: `affected[${i}]`,
    purl,
    ecosystem,
    name,
    vendor,
    product,
    cpes: cpe === undefined ? undefined : [cpe],
    configuration: undefined,
    modules: undefined,
    platforms: undefined,
    repo: undefined,
    programFiles: programFiles.length > 0 ? programFiles : undefined,
    defaultStatus: oneOf<AffectedStatus>(
      textIn(value, 'otherVersions', at, 20) ?? 'unaffected',
      ['unaffected', 'affected', 'unknown'],
      inside(at, 'otherVersions'),
    ),
    versions: [...ranges(value, at, 'unaffected', 'unaffected'), ...ranges(value, at, 'versions', 'affected')],
    listed: undefined,
    fixed: fixed.length > 0 ? fixed : undefined,
  });
}

function ranges(value: JsonObject, at: Place, key: string, status: 'affected' | 'unaffected'): VersionStatement[] {
  const texts = textsIn(value, key, at, maxVersions, maxNameLength);
  if (key === 'versions' && texts.length === 0) {
    throw refuse(
      'advisory.missing-field',
      inside(at, key),
      'say which versions: ["< 1.2.3"], [">= 2.0, < 2.4"], ["1.5.0"] or ["*"]',
    );
  }
  return texts.flatMap((text, i) => {
    const { bounds, except } = readRangeText(text);
    if (bounds.some(({ words }) => words !== undefined)) {
      const detail = `${quote(text)} is no range; write "< 1.2.3", ">= 2.0, < 2.4", "1.5.0", "*" or vers:...`;
      throw refuse('advisory.wrong-value', inside(inside(at, key), i), detail);
    }
    const left: AffectedStatus = status === 'affected' ? 'unaffected' : 'affected';
    return [...except.map((exact) => ({ status: left, exact })), ...bounds.map((bound) => ({ status, ...bound }))];
  });
}

function readPurl(value: JsonObject, at: Place): string | undefined {
  const text = textIn(value, 'purl', at, maxPurlLength);
  if (text === undefined) return undefined;
  try {
    const purl = parsePurl(text, 'lenient');
    if (purl.version === undefined) return unversionedPurl(purl);
  } catch (error) {
    if (!(error instanceof SbomError)) throw error;
    throw refuse('advisory.wrong-value', inside(at, 'purl'), error.message);
  }
  throw refuse('advisory.wrong-value', inside(at, 'purl'), 'leave the version out; it goes into "versions"');
}

function readCpe(value: JsonObject, at: Place): string | undefined {
  const text = textIn(value, 'cpe', at, maxNameLength);
  if (text === undefined || parseCpe(text)) return text;
  throw refuse(
    'advisory.wrong-value',
    inside(at, 'cpe'),
    `${quote(text)} is no CPE name; write cpe:2.3:a:vendor:product:*:*:*:*:*:*:*:*`,
  );
}
