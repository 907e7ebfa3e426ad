import { Type } from 'typebox';
import { Nullable, Time } from '../operation.ts';

export const Name = Type.String({ minLength: 1, maxLength: 200 });
/** Free text of a record; empty where nothing is said yet. */
export const Prose = Type.String({ maxLength: 8_000 });
export const Line = Type.String({ maxLength: 400 });
export const Reason = Type.String({ minLength: 3, maxLength: 2_000, description: 'Why, for the record' });
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const Sha512 = Type.String({ pattern: '^[0-9a-f]{128}$' });
export const VulnerabilityId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{1,99}$' });
/** Printable ASCII: what is signed must read the same in every canonical form (reference/updates.md section 1). */
export const HardwareId = Type.String({ pattern: '^[!-~]([ -~]{0,198}[!-~])?$' });
/** The name of an image; suppliers have folders of their own (`acme/brake/2.0.bin`). */
export const FileName = Type.String({
  pattern: '^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}(/[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}){0,7}$',
  maxLength: 512,
});
/** Who did something, as shown and kept. */
export const Person = Type.Object({ id: Type.String(), name: Type.String() });
export const Act = Type.Object({ by: Person, at: Time });
export const NullableAct = Nullable(Act);

export const releaseStates = ['draft', 'in-verification', 'approved', 'published', 'deprecated', 'withdrawn'] as const;

/** Why a vehicle cannot take a release, most basic first. */
export const incompatibilities = [
  'model',
  'missing-ecu',
  'hardware',
  'unknown-configuration',
  'up-to-date',
  'release-counter',
  'requires',
  'conflicts',
] as const;
export type Incompatibility = (typeof incompatibilities)[number];

export const TimeZone = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9_+-]{0,39}(/[A-Za-z0-9_+-]{1,40}){0,2}$',
  description: 'IANA time zone, such as Europe/Berlin',
});

export const campaignStates = [
  'draft',
  'planning',
  'planned',
  'running',
  'paused',
  'stopped',
  'finished',
  'cancelled',
] as const;
export type CampaignState = (typeof campaignStates)[number];

export const waveStates = ['waiting', 'running', 'soaking', 'finished'] as const;
export type WaveState = (typeof waveStates)[number];

/** Where a vehicle stands in a campaign. */
export const campaignVehicleStates = [
  'pending',
  'scheduled',
  'offered',
  'consented',
  'denied',
  'deferred',
  'downloading',
  'downloaded',
  'installing',
  'installed-awaiting-report',
  'succeeded',
  'failed',
  'timed-out',
  'rolled-back',
  'cancelled',
  'cancel-rejected',
  'incompatible',
  'unreachable',
  'superseded',
] as const;
export type CampaignVehicleState = (typeof campaignVehicleStates)[number];

/** What may be tried again, each with its own policy. */
export const failureKinds = [
  'download-failed',
  'verification-failed',
  'preconditions-failed',
  'install-failed',
  'internal-error',
  'rolled-back',
  'timed-out',
  'unreachable',
  'denied',
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** UN R156 7.2.1.2: an identifier per type-approved system, as it can be read over OBD. */
export const RxswinText = Type.String({ pattern: '^[A-Za-z0-9]([A-Za-z0-9 ._/-]{0,62}[A-Za-z0-9])?$' });
export const rxswinStates = ['draft', 'released', 'superseded'] as const;
export const rxswinStandings = ['matches', 'behind', 'drift', 'unknown'] as const;
