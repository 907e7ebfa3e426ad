export { compactJson, olpcJson } from './canonical-json.ts';
export { nextTargets, type TargetsChange } from './ceremony/next-targets.ts';
export { publicKeyFile, readPublicKeyFile } from './ceremony/public-key-file.ts';
export {
  createRoot,
  describeSignatures,
  type RolePlan,
  type RootChange,
  type RootPlan,
  type RootStatus,
  rootStatus,
  rotateRoot,
  signRoot,
} from './ceremony/root-ceremony.ts';
export {
  type FetchRequest,
  type Reply,
  type RepositoryName,
  runSteps,
  runStepsAsync,
  type Steps,
} from './client/fetch.ts';
export { createImageCheck, type ExpectedFile, type ImageCheck } from './client/image-check.ts';
export type { VerifiedImage } from './client/match.ts';
export type { EcuState, RepositoryState, TrustedState, VehicleState } from './client/trusted-state.ts';
export { type FullOutcome, type FullVerification, verifyFull } from './client/verify-full.ts';
export {
  type PartialOutcome,
  type PartialVerification,
  type SecondaryState,
  verifyPartial,
} from './client/verify-partial.ts';
export { authoriseUpload, type Overlap, overlappingDelegations, type Upload } from './delegation/authorise.ts';
export { coversPath, patternsOverlap } from './delegation/path-pattern.ts';
export { chunkIndexSuffix, longestChunkIndex, readChunkIndex, writeChunkIndex } from './delta/chunk-index.ts';
export { type Chunk, createChunker } from './delta/chunker.ts';
export { type Dialect, detectDialect, dialectA, dialectB, dialectOf, type Payload, publishCaps } from './dialect.ts';
export {
  type EncryptionMethod,
  encryptionMethodOf,
  type KeyContext,
  unwrapContentKey,
  wrapContentKey,
} from './encryption/content-key.ts';
export {
  createImageDecryptor,
  createImageEncryptor,
  encryptedLength,
  type ImageCipher,
} from './encryption/image-cipher.ts';
export { type AttackCode, type FormatCode, type UptaneCode, UptaneError, type UseCode } from './error.ts';
export { type Extra, noExtra } from './json/fields.ts';
export { exportPrivateKey, importPrivateKey } from './keys/key-file.ts';
export { aktualizrKeyId, keyIdOf } from './keys/key-id.ts';
export { type KeyType, type PublicKey, publicKey, publicKeyOf } from './keys/public-key.ts';
export { generateSigningKey, type Signer, signerOf } from './keys/signer.ts';
export type { EcuReport, InstallationItem, InstallationReport, InstalledImage, Manifest } from './model/manifest.ts';
export type { KeyRing, RoleKeys, Root } from './model/root.ts';
export { type DialectName, type Signature, type SignedFile, type TopRole, topRoles } from './model/signed.ts';
export type { FileMeta, Snapshot, Timestamp } from './model/snapshot.ts';
export type {
  DelegatedRole,
  Delegation,
  Delegations,
  EcuAssignment,
  EncryptedImage,
  Hashes,
  HashName,
  Target,
  TargetCustom,
  Targets,
  TargetsCustom,
} from './model/targets.ts';
export {
  createDirector,
  createDirectorSet,
  type Director,
  type DirectorKeys,
  type DirectorSet,
  type DirectorSetInput,
} from './server/director-set.ts';
export type { DirectorEcu, DirectorTarget } from './server/director-targets.ts';
export { createImageSet, type ImageSet, type ImageSetInput } from './server/image-set.ts';
export type { ReportState, SecondaryMemory } from './server/judge-report.ts';
export {
  type InventoryEcu,
  type InventoryVehicle,
  type JudgedManifest,
  type ManifestCheck,
  type ManifestMemory,
  verifyManifest,
} from './server/verify-manifest.ts';
export { addSignature, signPayload } from './signing/sign.ts';
export { type ManifestInput, signEcuReport, signManifest } from './signing/sign-manifest.ts';
export { meetsThreshold, requireThreshold, type SignatureState, signatureState } from './signing/threshold.ts';
export { expiryOf, isExpired } from './wire/common.ts';
export { pathPatternFault, roleNameFault, targetNameFault } from './wire/names.ts';
