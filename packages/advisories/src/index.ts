export { type AdvisoryIndex, createIndex } from './create-index.ts';
export { AdvisoryError, type AdvisoryErrorCode } from './error.ts';
export { createEpssReader, type EpssHead, type EpssReader, type EpssRow } from './feeds/epss-reader.ts';
export { type KevCatalogue, type KevEntry, readKev } from './feeds/read-kev.ts';
export { kernelVersion } from './identity/kernel.ts';
export { componentKeysOf, kernelKey, packageKeysOf } from './identity/keys.ts';
export { readJsonText } from './json/read-text.ts';
export { type AdvisoryLimits, defaultLimits } from './limits.ts';
export { matchAdvisory } from './match/match-advisory.ts';
export { readCompiledFiles } from './match/read-compiled-files.ts';
export type {
  Advisory,
  AdvisoryFormat,
  AdvisoryReference,
  AdvisorySeverity,
  AffectedPackage,
  AffectedStatus,
  CodePresence,
  ComponentAlias,
  ComponentIdentity,
  CpeConfiguration,
  CpeMatch,
  CpeNode,
  ExploitationMark,
  Match,
  MatchProof,
  MatchStrength,
  MatchVerdict,
  VersionStatement,
} from './model.ts';
export { detectFormat, readAdvisory, readAdvisoryText } from './read-advisory.ts';
export { type Applicability, vexApplies } from './vex/applies.ts';
export {
  algorithmOf,
  readDetachedJws,
  signDetached,
  thumbprint,
  verifyDetached,
} from './vex/detached-jws.ts';
export type {
  VexAction,
  VexDefaults,
  VexDocumentHead,
  VexFormat,
  VexHash,
  VexJustification,
  VexLoss,
  VexProduct,
  VexStatement,
  VexStatus,
  WrittenVex,
} from './vex/model.ts';
export { detectVexFormat, readVex, readVexText } from './vex/read-vex.ts';
export { statementsOfSbom } from './vex/statements-of-sbom.ts';
export { mapJustification } from './vex/vocabulary.ts';
export { writeCsafVex } from './vex/write-csaf-vex.ts';
export { writeCycloneDxVex } from './vex/write-cyclonedx-vex.ts';
export { writeOpenVex } from './vex/write-openvex.ts';
