import { words } from '../json/rules.ts';
import type { SbomComponentType, SbomDependency } from '../model.ts';

/** SPDX 2.3 s7.10 and annex; the number is the minor version (2.2 or 2.3) that brought the word. */
export const checksumAlgorithms = words(
  [2, 'MD2 MD4 MD5 MD6 SHA1 SHA224 SHA256 SHA384 SHA512'],
  [3, 'SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256 BLAKE2b-384 BLAKE2b-512 BLAKE3 ADLER32'],
);

export const purposes: ReadonlyMap<string, SbomComponentType> = new Map<string, SbomComponentType>([
  ['APPLICATION', 'application'],
  ['FRAMEWORK', 'framework'],
  ['LIBRARY', 'library'],
  ['CONTAINER', 'container'],
  ['OPERATING-SYSTEM', 'operating-system'],
  ['OPERATING_SYSTEM', 'operating-system'],
  ['DEVICE', 'device'],
  ['FIRMWARE', 'firmware'],
  ['SOURCE', 'source'],
  ['ARCHIVE', 'archive'],
  ['FILE', 'file'],
  ['INSTALL', 'install'],
  ['OTHER', 'other'],
]);

export const purposeWords = words([2, [...purposes.keys()].join(' ')]);

// Since 2.3 the schema writes a dash; 2.2 documents and many tools write the underscore.
export const referenceCategories = words([
  2,
  'SECURITY PACKAGE-MANAGER PACKAGE_MANAGER PERSISTENT-ID PERSISTENT_ID OTHER',
]);

/** Relationships (s11) that say what a thing is made of; the rest is no part of the model. */
export interface EdgeReading {
  readonly kind: SbomDependency['kind'];
  readonly reversed: boolean;
}

export const edgeKinds: ReadonlyMap<string, EdgeReading> = new Map<string, EdgeReading>([
  ...readAs('DEPENDS_ON HAS_PREREQUISITE DYNAMIC_LINK STATIC_LINK', 'depends-on', false),
  ...readAs('DEPENDENCY_OF BUILD_DEPENDENCY_OF DEV_DEPENDENCY_OF OPTIONAL_DEPENDENCY_OF', 'depends-on', true),
  ...readAs('PROVIDED_DEPENDENCY_OF RUNTIME_DEPENDENCY_OF TEST_DEPENDENCY_OF PREREQUISITE_FOR', 'depends-on', true),
  ...readAs('CONTAINS', 'contains', false),
  ...readAs('CONTAINED_BY', 'contains', true),
]);

function readAs(list: string, kind: EdgeReading['kind'], reversed: boolean): [string, EdgeReading][] {
  return list.split(' ').map((word) => [word, { kind, reversed }]);
}
