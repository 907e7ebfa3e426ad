export { AdvisoryError, type AdvisoryErrorCode } from './error.ts';
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
export type { VexAction, VexFormat, VexJustification, VexProduct, VexStatement, VexStatus } from './vex/model.ts';
