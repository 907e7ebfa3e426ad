export { type AliasSuggestion, suggestAlias } from './alias/suggest-alias.ts';
export { cycloneDxComponent, type WritableSbom, writeCycloneDx } from './cyclonedx/write-cyclonedx.ts';
export { type DiffComponent, diffComponents, type SbomDiff } from './diff/diff-components.ts';
export { SbomError, type SbomErrorCode } from './errors.ts';
export { type JsonObject, readJsonObject, readText } from './json/read-json.ts';
export { licencesFromTexts } from './licence/from-texts.ts';
export { type LicenceKind, licenceKind, licenceKinds } from './licence/kind.ts';
export { defaultLimits, type SbomLimits } from './limits.ts';
export type {
  EmbeddedStatement,
  Sbom,
  SbomComponent,
  SbomComponentType,
  SbomDelivery,
  SbomDependency,
  SbomHash,
  SbomLicence,
  SbomParty,
  SbomScope,
  SbomTool,
} from './model.ts';
export { type NpmRoot, npmSbom } from './npm/npm-sbom.ts';
export type { PurlParts } from './purl/canonicalise.ts';
export { formatPurl } from './purl/format-purl.ts';
export { normalizePurl, parsePurl } from './purl/parse-purl.ts';
export type { Purl, PurlMode } from './purl/purl.ts';
export { gateFault, type IntakeGate } from './quality/intake-gate.ts';
export { type RuleResult, rateSbom, type SbomQuality } from './quality/rate-sbom.ts';
export { isMatchable, type QualityRule, type QualityStandard, qualityRules } from './quality/rules.ts';
export { readSbom } from './read-sbom.ts';
export { type ContentKind, contentKind } from './unpack/content-kind.ts';
export { collectWarnings, type SbomWarning, type SbomWarningCode } from './warnings.ts';
