import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '../operation.ts';
import { preconditionSignals, UserInformation } from './dossier.ts';
import { type failureKinds, Sha256 } from './words.ts';

const closed = { additionalProperties: false } as const;
/** Uptane's form of a time: twenty characters, UTC. */
const Second = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' });
/** Signed text is printable ASCII in every dialect. */
const CorrelationId = Type.String({ pattern: '^bulkhead:[0-9a-f-]{36}:[1-9][0-9]{0,5}$' });

/** Where it stands in signed Director targets of the TUF dialect: `signed.custom.bulkhead`. */
export const directorCustomMember = 'bulkhead';

/**
 * What the Director says to an agent about the update it serves, beside the images. Signed, also when the targets are empty:
 * with `ask` the user must agree first, with `wait` the window is closed; neither names an image. Absent: nothing is offered.
 * Whole numbers and printable ASCII only, so that both canonical forms of JSON agree. Members may be added; agents skip
 * what they do not know, and install nothing when `format` is above 1.
 */
export const DirectorCustom = Type.Object(
  {
    format: Type.Literal(1),
    kind: OneOf(['install', 'ask', 'wait']),
    correlationId: CorrelationId,
    campaignId: Type.String(),
    releaseId: Type.String(),
    consentRequired: Type.Boolean({ description: 'Installing needs the consent of the user; kept when it was given' }),
    workshopOnly: Type.Boolean({ description: 'UN R156 7.1.4.2: a technician must be present and say so' }),
    preconditions: Type.Array(
      Type.Object({
        signal: OneOf(preconditionSignals),
        minimumMilli: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 1_000_000,
            description: 'Thousandths of a percent or volt: 11.8 V is 11800',
          }),
        ),
      }),
      { maxItems: 20, description: 'All must hold from before installing begins until it is done' },
    ),
    window: Nullable(Second),
    information: Type.Object(
      { sha256: Sha256, length: Type.Integer({ minimum: 1, maximum: 262_144 }) },
      { description: 'GET /director-tuf/information/SHA256.json: an UpdateInformation with this hash and length' },
    ),
  },
  { description: '`window`: when it closes (install, ask) or opens (wait); null where there is none' },
);
export type DirectorCustom = Static<typeof DirectorCustom>;

/** What is shown to the user before installing (UN R156 7.2.2.2); JSON in UTF-8, known by its hash. */
export const UpdateInformation = Type.Object({
  campaign: Type.String(),
  release: Type.String(),
  user: UserInformation,
});
export type UpdateInformation = Static<typeof UpdateInformation>;

/** POST /director-tuf/consent: what the user decided about an update that was offered. Sent again until it was taken. */
export const ConsentReport = Type.Object(
  {
    correlationId: CorrelationId,
    decision: OneOf(['accepted', 'denied', 'postponed']),
    at: Second,
    until: Type.Optional(Second),
    informationSha256: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The text the user was shown' }),
    ),
  },
  { ...closed, description: '`until`: when the user wants to be asked again' },
);
export type ConsentReport = Static<typeof ConsentReport>;

/** Event ids of aktualizr, understood by POST /events and POST /director-tuf/events; others are counted and skipped. */
export const updateEventIds = [
  'EcuDownloadStarted',
  'EcuDownloadCompleted',
  'EcuInstallationStarted',
  'EcuInstallationApplied',
  'EcuInstallationCompleted',
  'DevicePaused',
  'DeviceResumed',
  'campaign_accepted',
  'campaign_declined',
  'campaign_postponed',
] as const;

/** Codes of `installation_report.report.result`: those of aktualizr, and three that agents of ours may add. */
export const installationCodes = {
  OK: 'installed',
  ALREADY_PROCESSED: 'installed',
  NEED_COMPLETION: 'installed',
  VERIFICATION_FAILED: 'verification-failed',
  INSTALL_FAILED: 'install-failed',
  DOWNLOAD_FAILED: 'download-failed',
  INTERNAL_ERROR: 'internal-error',
  GENERAL_ERROR: 'internal-error',
  CUSTOM_ERROR: 'install-failed',
  OPERATION_CANCELLED: 'preconditions-failed',
  UNKNOWN: 'internal-error',
  PRECONDITIONS_FAILED: 'preconditions-failed',
  ROLLED_BACK: 'rolled-back',
  TIMED_OUT: 'timed-out',
} as const satisfies Record<string, 'installed' | (typeof failureKinds)[number]>;
