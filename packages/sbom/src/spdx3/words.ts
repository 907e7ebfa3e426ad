import type { SbomComponentType, SbomDependency } from '../model.ts';

/** SPDX 3.0.1 Software, SoftwarePurpose, as the nearest type of the model. */
export const purposes: ReadonlyMap<string, SbomComponentType> = new Map<string, SbomComponentType>([
  ['application', 'application'],
  ['archive', 'archive'],
  ['container', 'container'],
  ['data', 'data'],
  ['device', 'device'],
  ['deviceDriver', 'device-driver'],
  ['diskImage', 'archive'],
  ['executable', 'application'],
  ['file', 'file'],
  ['filesystemImage', 'archive'],
  ['firmware', 'firmware'],
  ['framework', 'framework'],
  ['install', 'install'],
  ['library', 'library'],
  ['model', 'machine-learning-model'],
  ['module', 'library'],
  ['operatingSystem', 'operating-system'],
  ['other', 'other'],
  ['platform', 'platform'],
  ['source', 'source'],
]);

/** Core, HashAlgorithm, as the model spells it. */
export const hashNames: ReadonlyMap<string, string> = new Map([
  ['md2', 'MD2'],
  ['md4', 'MD4'],
  ['md5', 'MD5'],
  ['md6', 'MD6'],
  ['sha1', 'SHA-1'],
  ['sha224', 'SHA-224'],
  ['sha256', 'SHA-256'],
  ['sha384', 'SHA-384'],
  ['sha512', 'SHA-512'],
  ['sha3_224', 'SHA3-224'],
  ['sha3_256', 'SHA3-256'],
  ['sha3_384', 'SHA3-384'],
  ['sha3_512', 'SHA3-512'],
  ['blake2b256', 'BLAKE2b-256'],
  ['blake2b384', 'BLAKE2b-384'],
  ['blake2b512', 'BLAKE2b-512'],
  ['blake3', 'BLAKE3'],
]);

/** Core, RelationshipType: those that say what a thing is made of. */
export const edgeKinds: ReadonlyMap<string, SbomDependency['kind']> = new Map<string, SbomDependency['kind']>([
  ['dependsOn', 'depends-on'],
  ['hasStaticLink', 'depends-on'],
  ['hasDynamicLink', 'depends-on'],
  ['hasPrerequisite', 'depends-on'],
  ['hasOptionalDependency', 'depends-on'],
  ['hasProvidedDependency', 'depends-on'],
  ['contains', 'contains'],
  ['hasOptionalComponent', 'contains'],
]);

/** Security: the relationship types of VEX assessments; kept as the status word. */
export const vexWords: ReadonlySet<string> = new Set(['affects', 'doesNotAffect', 'fixedIn', 'underInvestigationFor']);
