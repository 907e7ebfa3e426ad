import type {
  CampaignState,
  CampaignVehicleState,
  Dossier,
  Incompatibility,
  Release,
  WaveState,
} from '@bulkhead/contract';
import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

type Look = readonly [type: StatusIndicatorProps.Type, text: string];

/** Each state has an icon and a word, never a colour alone. */
export const releaseLooks: Readonly<Record<Release['state'], Look>> = {
  draft: ['pending', 'Draft'],
  'in-verification': ['in-progress', 'In verification'],
  approved: ['info', 'Approved'],
  published: ['success', 'Published'],
  deprecated: ['stopped', 'Deprecated'],
  withdrawn: ['error', 'Withdrawn'],
};

export const campaignLooks: Readonly<Record<CampaignState, Look>> = {
  draft: ['pending', 'Draft'],
  planning: ['in-progress', 'Freezing the list'],
  planned: ['info', 'Planned'],
  running: ['in-progress', 'Running'],
  paused: ['warning', 'Paused'],
  stopped: ['error', 'Stopped'],
  finished: ['success', 'Finished'],
  cancelled: ['stopped', 'Cancelled'],
};

export const waveLooks: Readonly<Record<WaveState, Look>> = {
  waiting: ['pending', 'Waiting'],
  running: ['in-progress', 'Running'],
  soaking: ['in-progress', 'Soaking'],
  finished: ['success', 'Finished'],
};

export const vehicleLooks: Readonly<Record<CampaignVehicleState, Look>> = {
  pending: ['pending', 'Waiting for its turn'],
  scheduled: ['pending', 'Scheduled'],
  offered: ['in-progress', 'Offered'],
  consented: ['in-progress', 'User agreed'],
  denied: ['stopped', 'User said no'],
  deferred: ['pending', 'Put off by the user'],
  downloading: ['in-progress', 'Downloading'],
  downloaded: ['in-progress', 'Downloaded'],
  installing: ['in-progress', 'Installing'],
  'installed-awaiting-report': ['in-progress', 'Installed, report awaited'],
  succeeded: ['success', 'Updated'],
  failed: ['error', 'Failed'],
  'timed-out': ['error', 'Timed out'],
  'rolled-back': ['error', 'Went back'],
  cancelled: ['stopped', 'Cancelled'],
  'cancel-rejected': ['warning', 'Had begun when cancelled'],
  incompatible: ['not-started', 'Not compatible'],
  unreachable: ['warning', 'Never took it up'],
  superseded: ['stopped', 'Superseded'],
};

export const requestLooks: Readonly<Record<'open' | 'approved' | 'rejected' | 'void', Look>> = {
  open: ['pending', 'Waits for a second person'],
  approved: ['success', 'Agreed'],
  rejected: ['error', 'Refused'],
  void: ['stopped', 'Void'],
};

export const rxswinLooks: Readonly<Record<'draft' | 'released' | 'superseded', Look>> = {
  draft: ['pending', 'Draft'],
  released: ['success', 'Released'],
  superseded: ['stopped', 'Superseded'],
};

export const standingLooks: Readonly<Record<'matches' | 'behind' | 'drift' | 'unknown', Look>> = {
  matches: ['success', 'Runs what it says'],
  behind: ['info', 'Runs the definition before'],
  drift: ['error', 'Reports something else'],
  unknown: ['not-started', 'Has not reported all of it'],
};

export const actionTexts = { start: 'Start', resume: 'Resume', 'roll-back': 'Roll back' } as const;

export const incompatibilityTexts: Readonly<Record<Incompatibility, string>> = {
  model: 'Other model',
  'missing-ecu': 'ECU missing',
  hardware: 'Other hardware',
  'unknown-configuration': 'Configuration not known',
  'up-to-date': 'Up to date',
  'release-counter': 'Would go back',
  requires: 'Dependency not met',
  conflicts: 'Conflict',
};

export const approvalTexts: Readonly<Record<Dossier['approval']['decision'], string>> = {
  open: 'Not decided yet',
  'not-sought': 'No approval is sought',
  notified: 'The authority was notified',
  'extension-sought': 'An extension is sought',
  'extension-granted': 'The extension was granted',
};

export const criticalityTexts: Readonly<Record<Dossier['user']['criticality'], string>> = {
  recall: 'Recall',
  safety: 'Safety',
  security: 'Security',
  service: 'Service',
  feature: 'New or changed functions',
};

type Signal = Dossier['preconditions'][number]['signal'];
export const signalTexts: Readonly<Record<Signal, string>> = {
  parked: 'Parked (gear or brake)',
  standstill: 'Standing still',
  'ignition-off': 'Ignition off',
  'doors-closed': 'Doors closed',
  'bonnet-closed': 'Bonnet closed',
  'not-charging': 'Not charging',
  charging: 'Charging',
  'traction-battery': 'Traction battery',
  'low-voltage-battery': '12 V battery',
  'no-occupants': 'Nobody inside',
  'network-unmetered': 'Network without volume charge',
};
/** Signals that hold from a value on, with its unit. */
export const measured: ReadonlyMap<Signal, string> = new Map([
  ['traction-battery', '%'],
  ['low-voltage-battery', 'V'],
]);

type Question = keyof Dossier['questionnaire'];
export const questionTexts: Readonly<Record<Question, readonly [clause: string, text: string]>> = {
  typeApprovedSystems: ['7.1.1.8', 'Does it change type-approved systems?'],
  typeApprovalParameters: ['7.1.1.8', 'Does it change parameters of the type approval?'],
  functionsAdded: ['7.1.1.9', 'Does it add functions that were not there at type approval?'],
  functionsAltered: ['7.1.1.9', 'Does it alter or disable functions?'],
  legalParameters: ['7.1.1.9', 'Does it change parameters that the law sets?'],
  informationPackage: ['7.1.1.9', 'Would entries of the information package no longer be right?'],
  testResults: ['7.1.1.9', 'Would test results no longer cover the vehicle?'],
  approvalOfVehicle: ['7.1.1.9', 'Does it affect the approval of the vehicle?'],
  otherSystems: ['7.1.1.10', 'Does it need or affect other systems?'],
  safeOperation: ['7.1.1.10', 'Could it affect continued safe operation?'],
  registration: ['7.1.1.10', 'Does it affect what is written in the registration?'],
};

export const failureTexts = {
  'download-failed': 'Download failed',
  'verification-failed': 'Verification failed',
  'preconditions-failed': 'Preconditions not met',
  'install-failed': 'Installation failed',
  'internal-error': 'Error of the vehicle',
  'rolled-back': 'Went back to the former software',
  'timed-out': 'Timed out',
  unreachable: 'Never took up the offer',
  denied: 'User said no',
} as const;
