export { contextOf, type EcuContext, type EcuPlace } from './context/context-of.ts';
export type { Environment, Reach, Requirement } from './context/environment.ts';
export { withEnvironment } from './context/with-environment.ts';
export { type Cvss, type CvssSeverity, type CvssVersion, severityOf } from './cvss/cvss.ts';
export { type CvssCache, createCvssCache } from './cvss/cvss-cache.ts';
export { scoreCvss, tryScoreCvss } from './cvss/score-cvss.ts';
export { ScoringError, type ScoringErrorCode } from './errors.ts';
export type {
  KnownExploited,
  MatchStrength,
  Priority,
  PriorityInput,
  PriorityInputs,
  Stated,
} from './priority/priority.ts';
export { priorityOf } from './priority/priority-of.ts';
export { deployerDecision, humanImpact } from './ssvc/deployer-decision.ts';
export type { Exploitation, Exposure, HumanImpact, MissionImpact, SafetyImpact, SsvcOutcome } from './ssvc/words.ts';
