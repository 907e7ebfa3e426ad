import type { Certificate, Import, Job, NotificationChannel, OperationId, VehicleDetail } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';
import { director, directorNouns } from './director-catalogue.ts';
import { imageCommands, imageNouns } from './images-catalogue.ts';
import { sbomCommands } from './sbom-catalogue.ts';
import { sourceCommands } from './source-commands.ts';
import { updates } from './updates-catalogue.ts';
import { vex } from './vex-catalogue.ts';
import { cases, vulnerabilities, vulnerabilityNouns } from './vulnerabilities-catalogue.ts';

const jobEnds = {
  ended: (value: unknown) => ['succeeded', 'failed', 'cancelled'].includes((value as Job).state),
  failure: (value: unknown) => {
    const { state, error } = value as Job;
    return state === 'succeeded' ? undefined : `The job ${state}${error ? `: ${error}` : ''}`;
  },
};

export const importEnds = {
  ended: (value: unknown) => ['finished', 'failed', 'cancelled'].includes((value as Import).state),
  failure: (value: unknown) => {
    const { state, refused, rows, id } = value as Import;
    if (state !== 'finished') return `The import ${state}`;
    return refused > 0 ? `${refused} of ${rows} rows were refused: bulkhead imports errors ${id}` : undefined;
  },
};

const vehicles: Partial<Record<OperationId, CommandSpec>> = {
  listVehicles: {
    verb: 'list',
    examples: [
      'bulkhead vehicles list --filter \'state = online and model : "Aria"\'',
      'bulkhead vehicles list --all -o csv > vehicles.csv',
    ],
  },
  getVehicle: { verb: 'show', examples: ['bulkhead vehicles show WBHAR1A23S1000001'] },
  getVehicleHistory: { verb: 'history', examples: ['bulkhead vehicles history WBHAR1A23S1000001'] },
  createVehicle: {
    verb: 'create',
    bodyFile: true,
    examples: ['bulkhead vehicles create -f vehicle.json'],
  },
  exportVehicles: {
    verb: 'export',
    filters: 'listVehicles',
    defaults: { format: 'csv' },
    describe: { filter: 'Only vehicles that match' },
    examples: ["bulkhead vehicles export --filter 'region = eu' --format ndjson > vehicles.ndjson"],
  },
  retireVehicle: {
    verb: 'retire',
    danger: async (session, call) => {
      const { vin, modelName, ecus, enrolledEcus } = (await session.call('getVehicle', call)) as VehicleDetail;
      return `Retires ${vin} (${modelName}): ${enrolledEcus} of its ${ecus} ECUs lose their identity for good.`;
    },
    examples: ['bulkhead vehicles retire WBHAR1A23S1000001', 'bulkhead vehicles retire WBHAR1A23S1000001 --yes'],
  },
  listEcus: { verb: 'list', examples: ["bulkhead ecus list --filter 'network = open and patchable = false'"] },
  getEcu: { verb: 'show', examples: ['bulkhead ecus show TCU-000001'] },
  listModels: {
    verb: 'list',
    columns: ['code', 'name', 'brand', 'year', 'vehicles', 'ecuRoles'],
    examples: ['bulkhead models list'],
  },
  getModel: { verb: 'show', examples: ['bulkhead models show aria -o json'] },
  putModel: { verb: 'put', bodyFile: true, examples: ['bulkhead models put aria -f aria.json'] },
};

const software: Partial<Record<OperationId, CommandSpec>> = {
  listSoftware: {
    verb: 'list',
    columns: ['id', 'name', 'version', 'supplier', 'function', 'components', 'vehicles'],
    examples: ['bulkhead software list --filter \'name = "tcu-app"\' --sort -createdAt'],
  },
  getSoftware: { verb: 'show', examples: ['bulkhead software show ID'] },
  createSoftware: {
    verb: 'create',
    describe: { sha256: 'SHA-256 of the image' },
    examples: ['bulkhead software create --name tcu-app --version 4.2.0 --supplier Nordtel --function telematics'],
  },
  planSoftware: {
    verb: 'plan',
    fixed: { dryRun: false },
    filters: 'listEcus',
    describe: { filter: 'The ECUs, in the filter language of `ecus list`' },
    danger: async (session, call) => {
      const body = { ...(call.body as Record<string, unknown>), dryRun: true };
      const count = (await session.call('planSoftware', { ...call, body })) as { ecus: number; vehicles: number };
      return `Plans this version for ${count.ecus} ECUs in ${count.vehicles} vehicles.`;
    },
    examples: ["bulkhead software plan ID --filter 'role = tcu and patchable = true' --dry-run"],
  },
  ...sbomCommands,
  listImports: {
    verb: 'list',
    columns: ['id', 'name', 'kind', 'state', 'rows', 'accepted', 'refused', 'createdAt'],
    examples: ['bulkhead imports list --limit 5'],
  },
  getImport: { verb: 'show', until: importEnds, examples: ['bulkhead imports show ID --wait'] },
  listImportErrors: { verb: 'errors', examples: ['bulkhead imports errors ID --all -o csv > refused.csv'] },
};

const identity: Partial<Record<OperationId, CommandSpec>> = {
  listCertificates: { verb: 'list', examples: ["bulkhead certificates list --filter 'state = expiring'"] },
  getCertificate: {
    verb: 'show',
    examples: ['bulkhead certificates show 4f1c', 'bulkhead certificates show 4f1c --pem > ecu.pem'],
  },
  revokeCertificate: {
    verb: 'revoke',
    describe: { comment: 'Why, for the audit log' },
    danger: async (session, call) => {
      const { serialNumber, subject, state } = (await session.call('getCertificate', call)) as Certificate;
      return `Revokes certificate ${serialNumber} of ${subject} (${state}) and cuts its live connection.`;
    },
    examples: ['bulkhead certificates revoke 4f1c --reason keyCompromise --comment "key found in a log"'],
  },
  releaseCertificate: {
    verb: 'release',
    describe: { comment: 'Why, for the audit log' },
    danger: async (session, call) => {
      const { serialNumber, subject } = (await session.call('getCertificate', call)) as Certificate;
      return `Lets ${subject} enrol again although its certificate ${serialNumber} was revoked.`;
    },
    examples: ['bulkhead certificates release 4f1c --comment "unit checked and keyed anew in the workshop"'],
  },
  listAuthorities: {
    verb: 'list',
    columns: ['name', 'kind', 'algorithm', 'notAfter', 'issued', 'revoked', 'fingerprint'],
    examples: ['bulkhead authorities list'],
  },
  listProfiles: {
    verb: 'list',
    columns: ['name', 'title', 'authority', 'validityDays', 'keyAlgorithms', 'issued'],
    examples: ['bulkhead profiles list'],
  },
  issueClaimCertificate: {
    verb: 'issue',
    files: ['request'],
    describe: { plant: 'Plant the certificate is for', days: 'Validity in days' },
    examples: ['bulkhead claim-certificates issue --plant leipzig --request plant.csr --pem > plant.pem'],
  },
};

const connectivity: Partial<Record<OperationId, CommandSpec>> = {
  listConnections: { verb: 'list', examples: ["bulkhead connections list --filter 'state = connected'"] },
  getTraffic: { verb: 'traffic', examples: ['bulkhead connections traffic'] },
  disconnectDevice: {
    verb: 'disconnect',
    danger: async (_session, { params }) =>
      `Cuts the live connection of ${String(params?.ecuSerial)} in ${String(params?.vin)}; it may come back.`,
    examples: ['bulkhead connections disconnect WBHAR1A23S1000001 TCU-000001'],
  },
  sendCommand: {
    verb: 'command',
    positional: ['command'],
    danger: async (_session, { params, body }) =>
      `Sends "${String((body as { command: string }).command)}" to ${String(params?.ecuSerial)} in ${String(params?.vin)}.`,
    examples: ['bulkhead connections command WBHAR1A23S1000001 TCU-000001 report-inventory'],
  },
  listRefusals: {
    verb: 'list',
    columns: ['lastAt', 'kind', 'vin', 'ecuSerial', 'address', 'count', 'detail'],
    examples: ["bulkhead refusals list --filter 'kind = topic'"],
  },
  listEvents: {
    verb: 'list',
    columns: ['receivedAt', 'vin', 'ecuSerial', 'severity', 'type'],
    examples: ["bulkhead events list --filter 'severity in (high, critical)'"],
  },
  getEventSummary: { verb: 'summary', examples: ['bulkhead events summary'] },
};

const platform: Partial<Record<OperationId, CommandSpec>> = {
  listAudit: {
    verb: 'list',
    columns: ['index', 'at', 'action', 'subject', 'by.name'],
    examples: ["bulkhead audit list --filter 'action = identity.revoke'"],
  },
  exportAudit: {
    verb: 'export',
    describe: { from: 'Index of the first entry', to: 'Index after the last entry' },
    examples: ['bulkhead audit export > audit.ndjson'],
  },
  listJobs: {
    verb: 'list',
    columns: ['id', 'kind', 'title', 'state', 'done', 'total', 'createdAt'],
    examples: ["bulkhead jobs list --filter 'state = running'"],
  },
  getJob: { verb: 'show', until: jobEnds, examples: ['bulkhead jobs show ID --wait --timeout 600'] },
  cancelJob: {
    verb: 'cancel',
    danger: async (session, call) => `Cancels "${((await session.call('getJob', call)) as Job).title}".`,
    examples: ['bulkhead jobs cancel ID'],
  },
  listOperators: {
    verb: 'list',
    columns: ['id', 'email', 'name', 'roles', 'state', 'lastSignInAt'],
    examples: ['bulkhead operators list'],
  },
  inviteOperator: {
    verb: 'invite',
    present: (value, url) => {
      const invitation = value as { link: string };
      return { ...invitation, link: new URL(invitation.link, url).href };
    },
    examples: ['bulkhead operators invite --email ada@example.com --name "Ada Example" --roles engineer,auditor'],
  },
  updateOperator: {
    verb: 'update',
    danger: async (_session, { params, body }) => `Changes operator ${String(params?.id)}: ${JSON.stringify(body)}.`,
    examples: ['bulkhead operators update ID --state disabled'],
  },
  listTokens: {
    verb: 'list',
    columns: ['id', 'name', 'roles', 'createdAt', 'expiresAt', 'lastUsedAt'],
    examples: ['bulkhead tokens list'],
  },
  createToken: {
    verb: 'create',
    defaults: { days: 90 },
    describe: { days: 'Validity in days', name: 'What the token is for' },
    examples: ['bulkhead tokens create --name ci --roles provisioner --days 30'],
  },
  deleteToken: {
    verb: 'delete',
    danger: async (_session, { params }) => `Withdraws token ${String(params?.id)}: what uses it stops working.`,
    examples: ['bulkhead tokens delete ID'],
  },
  getRules: {
    verb: 'list',
    columns: ['number', 'title', 'state', 'summary'],
    examples: ['bulkhead rules list'],
  },
  getSystem: { verb: 'show', examples: ['bulkhead system show'] },
};

const notifications: Partial<Record<OperationId, CommandSpec>> = {
  getNotificationSettings: { verb: 'show', examples: ['bulkhead notification-settings show'] },
  listNotificationChannels: {
    verb: 'list',
    columns: ['id', 'name', 'kind', 'target', 'mode', 'state', 'waiting', 'undeliverable', 'lastError'],
    examples: ['bulkhead notification-channels list'],
  },
  getNotificationChannel: { verb: 'show', examples: ['bulkhead notification-channels show ID'] },
  createNotificationChannel: {
    verb: 'create',
    bodyFile: true,
    examples: ['bulkhead notification-channels create -f channel.json'],
  },
  updateNotificationChannel: {
    verb: 'update',
    bodyFile: true,
    examples: ['bulkhead notification-channels update ID -f change.json'],
  },
  deleteNotificationChannel: {
    verb: 'delete',
    danger: async (session, call) => {
      const { name, waiting } = (await session.call('getNotificationChannel', call)) as NotificationChannel;
      return `Deletes the channel "${name}" with its log and ${waiting} deliveries that still wait.`;
    },
    examples: ['bulkhead notification-channels delete ID'],
  },
  testNotificationChannel: { verb: 'test', examples: ['bulkhead notification-channels test ID'] },
  rotateNotificationSecret: {
    verb: 'rotate-secret',
    danger: async (session, call) => {
      const { name } = (await session.call('getNotificationChannel', call)) as NotificationChannel;
      return `Gives "${name}" a new signing secret; the one before stays valid for 24 hours.`;
    },
    examples: ['bulkhead notification-channels rotate-secret ID'],
  },
  resendNotificationChannel: {
    verb: 'resend',
    danger: async (session, call) => {
      const { name, undeliverable } = (await session.call('getNotificationChannel', call)) as NotificationChannel;
      return `Sends ${undeliverable} undeliverable notifications to "${name}" again.`;
    },
    examples: ['bulkhead notification-channels resend ID'],
  },
  listNotificationDeliveries: {
    verb: 'list',
    columns: ['id', 'createdAt', 'channel', 'severity', 'subject', 'state', 'attempts', 'error'],
    examples: ["bulkhead notification-deliveries list --filter 'state = undeliverable'"],
  },
  resendNotificationDelivery: { verb: 'resend', examples: ['bulkhead notification-deliveries resend ID'] },
};

/** The commands that are made from an operation of the contract and these few words. */
export const catalogue: Readonly<Partial<Record<OperationId, CommandSpec>>> = Object.freeze({
  ...vehicles,
  ...software,
  ...vulnerabilities,
  ...cases,
  ...identity,
  ...connectivity,
  ...notifications,
  ...director,
  ...updates,
  ...imageCommands,
  ...vex,
  ...sourceCommands,
  ...platform,
});

/** In the order in which help shows them. */
export const nouns: Readonly<Record<string, string>> = Object.freeze({
  vehicles: 'Vehicles of the fleet',
  ecus: 'Control units',
  models: 'Vehicle models and their E/E architecture',
  software: 'Software versions and where they are planned',
  sbom: 'Software bills of materials',
  'sbom-gates': 'What the SBOMs of suppliers must reach at intake',
  components: 'Components in the software of the fleet',
  aliases: 'What names of components without identifiers mean',
  licences: 'Licences in the software of the fleet',
  ...directorNouns,
  ...vulnerabilityNouns,
  imports: 'Bulk imports of vehicles, ECUs and software',
  certificates: 'Certificates of vehicles and services',
  'claim-certificates': 'Certificates with which a plant enrols ECUs',
  authorities: 'Certificate authorities',
  profiles: 'Certificate profiles',
  connections: 'Vehicle connections',
  refusals: 'What the front door refused',
  events: 'Security events that vehicles reported',
  sources: 'Where advisories come from',
  advisories: 'Advisories written by hand',
  'notification-channels': 'Where notifications go: mail, webhooks, chats',
  'notification-deliveries': 'What was and is to be delivered',
  'notification-settings': 'Topics of notifications and the state of mail',
  vex: 'What others state about vulnerabilities, and what you state to others',
  ...imageNouns,
  releases: 'Software releases for vehicles: dossier, approval, publication',
  campaigns: 'Update campaigns over the fleet',
  'campaign-vehicles': 'Vehicles of a campaign and where they stand',
  'campaign-requests': 'What waits for a second person',
  'undelivered-updates': 'Vehicles that security updates did not reach',
  rxswins: 'The RXSWIN register',
  'rxswin-drift': 'Vehicles that report other software than their RXSWIN says',
  'update-settings': 'Time zones of regions for maintenance windows',
  audit: 'The audit log and its proof',
  jobs: 'Long work',
  operators: 'People who use the platform',
  tokens: 'API tokens',
  rules: 'The ten golden rules',
  system: 'The platform itself',
});
