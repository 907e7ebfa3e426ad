export { type AdvisoryIndex, createIndex } from './create-index.ts';
export { AdvisoryError, type AdvisoryErrorCode } from './error.ts';
export { createEpssReader, type EpssHead, type EpssReader, type EpssRow } from './feeds/epss-reader.ts';
export { type KevCatalogue, type KevEntry, readKev } from './feeds/read-kev.ts';
export { componentKeysOf, packageKeysOf } from './identity/keys.ts';
export { readJsonText } from './json/read-text.ts';
export { type AdvisoryLimits, defaultLimits } from './limits.ts';
export { matchAdvisory } from './match/match-advisory.ts';
export type {
  Advisory,
  AdvisoryFormat,
  AdvisoryReference,
  AdvisorySeverity,
  AffectedPackage,
  AffectedStatus,
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
export type { VexAction, VexFormat, VexJustification, VexProduct, VexStatement, VexStatus } from './vex/model.ts';
