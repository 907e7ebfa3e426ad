export * from './access.ts';
export { ApiProblem, type Call, type Client, type ClientOptions, createClient, operationUrl } from './client.ts';
export * from './connectivity.ts';
export * from './device-subject.ts';
export * from './filter.ts';
export * from './identity.ts';
export { Image, ImageUpload, imageOperations, imageStates } from './images/images.ts';
export {
  type DelegationPlan,
  DialectStatus,
  MetadataDraft,
  onlineRoles,
  RepositoryRole,
  RepositoryStatus,
  repositoryOperations,
} from './images/repository.ts';
export { dialects, KeyFile } from './images/words.ts';
export * from './images.ts';
export { Alias, UnidentifiedName } from './inventory/aliases.ts';
export { Ecu, InstalledSoftware } from './inventory/ecus.ts';
export { Import, ImportError } from './inventory/imports.ts';
export { FleetLicence, LicenceUse, licenceKinds } from './inventory/licences.ts';
export { Architecture, Model } from './inventory/models.ts';
export { SbomDiff, SbomDifference, SbomGraph } from './inventory/sbom-comparison.ts';
export { QualityRule, SbomGate, SbomRuleResult } from './inventory/sbom-quality.ts';
export { Component, Sbom, SbomStatement } from './inventory/sboms.ts';
export { Software } from './inventory/software.ts';
export { HistoryEntry, Vehicle, VehicleDetail } from './inventory/vehicles.ts';
export {
  busKinds,
  EcuSerial,
  ecuFunctions,
  interfaceKinds,
  updateStates,
  Vin,
  vehicleStates,
} from './inventory/words.ts';
export * from './inventory.ts';
export * from './messages.ts';
export * from './monitoring.ts';
export * from './notifications.ts';
export { openApiDocument } from './openapi.ts';
export * from './operation.ts';
export * from './operations.ts';
export * from './permissions.ts';
export * from './system.ts';
export * from './topics.ts';
export {
  Campaign,
  CampaignConsequence,
  CampaignDefinition,
  CampaignDetail,
  CampaignRequest,
  CampaignRules,
  CampaignVehicle,
  CampaignWave,
  MaintenanceWindow,
  UpdateSettings,
  Wave,
} from './updates/campaign-definition.ts';
export { campaignOperations } from './updates/campaigns.ts';
export {
  type DirectorCode,
  DirectorStatus,
  DirectorVehicle,
  directorOperations,
  VehicleManifest,
} from './updates/director.ts';
export {
  ConsentReport,
  DirectorCustom,
  directorCustomMember,
  installationCodes,
  UpdateInformation,
  updateEventIds,
} from './updates/director-custom.ts';
export { Dossier, preconditionSignals } from './updates/dossier.ts';
export {
  Compatibility,
  Release,
  ReleaseDetail,
  ReleaseDiff,
  ReleaseItemInput,
  ReleaseRule,
  releaseOperations,
} from './updates/releases.ts';
export {
  DriftedVehicle,
  Rxswin,
  RxswinDetail,
  type RxswinPassage,
  rxswinOperations,
} from './updates/rxswins.ts';
export { Undelivered, VehicleUpdate, watchOperations } from './updates/watch.ts';
export {
  type CampaignState,
  type CampaignVehicleState,
  campaignStates,
  campaignVehicleStates,
  type FailureKind,
  failureKinds,
  type Incompatibility,
  incompatibilities,
  releaseStates,
  rxswinStandings,
  rxswinStates,
  type WaveState,
  waveStates,
} from './updates/words.ts';
export * from './updates.ts';
export { CaseDetail, caseStates, SlaPolicy, VulnerabilityCase } from './vulnerabilities/cases.ts';
export { CompiledFiles } from './vulnerabilities/compiled-files.ts';
export {
  CommonScope,
  Decision,
  DecisionDetail,
  DecisionPlace,
  DecisionScope,
  mostFindingsAtOnce,
} from './vulnerabilities/decisions.ts';
export { Evaluation, Finding, FindingDetail, Portfolio } from './vulnerabilities/findings.ts';
export { freshnesses, OwnAdvisory, Source, SourceProblem, sourceKinds } from './vulnerabilities/sources.ts';
export { VehicleFinding } from './vulnerabilities/vehicle-findings.ts';
export { VexAuthor, VexStatement } from './vulnerabilities/vex.ts';
export {
  AffectedVehicle,
  BlastRadius,
  Occurrence,
  Vulnerability,
  VulnerabilityDetail,
} from './vulnerabilities/vulnerabilities.ts';
export {
  type DecisionStatus,
  decisionStatuses,
  type FindingState,
  findingStates,
  type Justification,
  justifications,
  matchStrengths,
  type Outcome,
  outcomes,
  type Priority,
  type Proof,
  severities,
  verdicts,
} from './vulnerabilities/words.ts';
export * from './vulnerabilities.ts';
