import { words } from '../json/rules.ts';

/** The closed lists of the CycloneDX JSON schemas; the number is the minor version that brought the words. */
export const componentTypes = words(
  [2, 'application framework library container operating-system device firmware file'],
  [5, 'platform device-driver machine-learning-model data'],
  [6, 'cryptographic-asset'],
);
export const scopes = words([2, 'required optional excluded']);
export const hashAlgorithms = words(
  [2, 'MD5 SHA-1 SHA-256 SHA-384 SHA-512 SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256 BLAKE2b-384 BLAKE2b-512 BLAKE3'],
  [7, 'Streebog-256 Streebog-512'],
);
export const externalReferenceTypes = words(
  [2, 'vcs issue-tracker website advisories bom mailing-list social chat documentation support distribution license'],
  [2, 'build-meta build-system other'],
  [4, 'release-notes'],
  [5, 'distribution-intake security-contact model-card log configuration evidence formulation attestation'],
  [5, 'threat-model adversary-model risk-assessment vulnerability-assertion exploitability-statement pentest-report'],
  [5, 'static-analysis-report dynamic-analysis-report runtime-analysis-report component-analysis-report'],
  [5, 'maturity-report certification-report codified-infrastructure quality-metrics poam'],
  [6, 'source-distribution electronic-signature digital-signature rfc-9116'],
  [7, 'patent patent-family patent-assertion citation'],
);
export const acknowledgements = words([2, 'declared concluded']);
export const encodings = words([2, 'base64']);
export const patchTypes = words([2, 'unofficial monkey backport cherry-pick']);
export const issueTypes = words([2, 'defect enhancement security']);
export const dataFlows = words([2, 'inbound outbound bi-directional unknown']);
export const aggregates = words(
  [2, 'complete incomplete incomplete_first_party_only incomplete_third_party_only unknown not_specified'],
  [4, 'incomplete_first_party_proprietary_only incomplete_first_party_opensource_only'],
  [4, 'incomplete_third_party_proprietary_only incomplete_third_party_opensource_only'],
);
export const lifecyclePhases = words([2, 'design pre-build build post-build operations discovery decommission']);
export const tlpMarks = words([7, 'CLEAR GREEN AMBER AMBER_AND_STRICT RED']);
export const severities = words([2, 'critical high medium low info none unknown']);
export const ratingMethods = words([2, 'CVSSv2 CVSSv3 CVSSv31 OWASP other'], [5, 'CVSSv4 SSVC']);
export const analysisStates = words([
  2,
  'resolved resolved_with_pedigree exploitable in_triage false_positive not_affected',
]);
export const licenceTypes = words([
  5,
  'academic appliance client-access concurrent-user core-points custom-metric device evaluation named-user ' +
    'node-locked oem perpetual processor-points subscription user other',
]);
