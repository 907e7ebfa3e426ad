import { type Static, Type } from 'typebox';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from './operation.ts';

export const inventoryProblems = [
  'inventory.bad-architecture',
  'inventory.bad-sbom',
  'inventory.bad-vin',
  'inventory.duplicate-software',
  'inventory.duplicate-vehicle',
  'inventory.import-not-ready',
  'inventory.import-offset',
  'inventory.unknown-ecu',
  'inventory.unknown-import',
  'inventory.unknown-model',
  'inventory.unknown-sbom',
  'inventory.unknown-software',
  'inventory.unknown-vehicle',
] as const;
export type InventoryCode = (typeof inventoryProblems)[number];

const Code = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
const Text = Type.String({ minLength: 1, maxLength: 200 });
export const Vin = Type.String({ minLength: 17, maxLength: 17, pattern: '^[A-HJ-NPR-Z0-9]{17}$' });
export const EcuSerial = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
const closed = { additionalProperties: false } as const;

export const ecuFunctions = [
  'telematics',
  'gateway',
  'infotainment',
  'adas',
  'powertrain',
  'chassis',
  'brake',
  'steering',
  'body',
  'battery',
  'charging',
  'diagnostics',
  'sensor',
  'other',
] as const;
export const busKinds = ['can', 'can-fd', 'lin', 'flexray', 'ethernet', 'most', 'point-to-point'] as const;
export const interfaceKinds = [
  'cellular',
  'wifi',
  'bluetooth',
  'usb',
  'obd',
  'v2x',
  'gnss',
  'nfc',
  'uwb',
  'charging-port',
  'ethernet-port',
] as const;
export const vehicleStates = ['registered', 'online', 'offline', 'retired'] as const;
export const updateStates = ['current', 'outdated', 'unknown'] as const;

/** E/E architecture of a model (ISO/SAE 21434 item definition): ECU roles on buses in zones, gateways joining them. */
export const Architecture = Type.Object(
  {
    zones: Type.Array(
      Type.Object({ id: Code, name: Text, trust: OneOf(['untrusted', 'semi-trusted', 'trusted']) }, closed),
      { maxItems: 50 },
    ),
    buses: Type.Array(
      Type.Object(
        {
          id: Code,
          name: Text,
          kind: OneOf(busKinds),
          zone: Type.Optional(Code),
          open: Type.Optional(
            Type.Boolean({ description: 'Reachable from outside the vehicle without passing a gateway' }),
          ),
        },
        closed,
      ),
      { maxItems: 200 },
    ),
    roles: Type.Array(
      Type.Object(
        {
          id: Code,
          name: Text,
          function: OneOf(ecuFunctions),
          zone: Type.Optional(Code),
          buses: Type.Array(Code, { maxItems: 20 }),
          gateway: Type.Optional(Type.Boolean()),
          patchable: Type.Boolean(),
          asil: Type.Optional(OneOf(['QM', 'A', 'B', 'C', 'D'])),
          interfaces: Type.Array(OneOf(interfaceKinds), { maxItems: 20 }),
          software: Type.Optional(
            Type.Array(Code, { maxItems: 20, description: 'Names of the software this role runs' }),
          ),
        },
        closed,
      ),
      { maxItems: 300 },
    ),
  },
  closed,
);
export type Architecture = Static<typeof Architecture>;

export const Model = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  brand: Type.String(),
  year: Type.Integer(),
  architecture: Architecture,
  vehicles: Type.Integer(),
  ecuRoles: Type.Integer(),
  updatedAt: Time,
});
export type Model = Static<typeof Model>;

export const Vehicle = Type.Object({
  id: Id,
  vin: Type.String(),
  model: Type.String(),
  modelName: Type.String(),
  region: Type.String(),
  plant: Nullable(Type.String()),
  state: OneOf(vehicleStates),
  ecus: Type.Integer(),
  enrolledEcus: Type.Integer(),
  software: OneOf(updateStates),
  builtAt: Nullable(Time),
  firstSeenAt: Nullable(Time),
  lastSeenAt: Nullable(Time),
});
export type Vehicle = Static<typeof Vehicle>;

export const InstalledSoftware = Type.Object({
  name: Type.String(),
  slot: Type.String(),
  planned: Nullable(Type.String()),
  reported: Nullable(Type.String()),
  reportedAt: Nullable(Time),
  state: OneOf(updateStates),
  softwareId: Nullable(Id),
  plannedId: Nullable(Id),
  sha256: Nullable(Type.String()),
});
export const Ecu = Type.Object({
  id: Id,
  serial: Type.String(),
  vin: Type.String(),
  model: Type.String(),
  role: Type.String(),
  roleName: Type.String(),
  function: OneOf(ecuFunctions),
  partNumber: Type.String(),
  supplier: Type.String(),
  hardwareVersion: Nullable(Type.String()),
  patchable: Type.Boolean(),
  gateway: Type.Boolean(),
  network: OneOf(['open', 'closed'], 'Open when the role has an external interface or sits on an open bus'),
  identity: OneOf(['none', 'valid', 'expiring', 'expired', 'revoked']),
  connected: Type.Boolean(),
  lastSeenAt: Nullable(Time),
});
export type Ecu = Static<typeof Ecu>;

export const VehicleDetail = Type.Object({
  ...Vehicle.properties,
  architecture: Architecture,
  members: Type.Array(Type.Object({ ...Ecu.properties, software: Type.Array(InstalledSoftware) })),
});
export type VehicleDetail = Static<typeof VehicleDetail>;

export const HistoryEntry = Type.Object({
  at: Time,
  ecuSerial: Nullable(Type.String()),
  kind: OneOf(['registered', 'planned', 'reported', 'moved', 'retired', 'ecu-added', 'ecu-replaced']),
  text: Type.String(),
});

export const Software = Type.Object({
  id: Id,
  name: Type.String(),
  version: Type.String(),
  supplier: Type.String(),
  function: OneOf(ecuFunctions),
  partNumber: Nullable(Type.String()),
  sha256: Nullable(Type.String()),
  components: Nullable(Type.Integer()),
  sbomId: Nullable(Id),
  installations: Type.Integer(),
  vehicles: Type.Integer(),
  createdAt: Time,
});
export type Software = Static<typeof Software>;

export const Sbom = Type.Object({
  id: Id,
  softwareId: Id,
  software: Type.String(),
  version: Type.String(),
  format: OneOf(['cyclonedx', 'spdx']),
  specVersion: Type.String(),
  components: Type.Integer(),
  unidentified: Type.Integer({ description: 'Components without purl and CPE, which no advisory can be matched to' }),
  warnings: Type.Array(Type.String()),
  sha256: Type.String(),
  size: Type.Integer(),
  uploadedAt: Time,
  uploadedBy: Type.String(),
});
export type Sbom = Static<typeof Sbom>;

export const Component = Type.Object({
  id: Id,
  name: Type.String(),
  version: Nullable(Type.String()),
  purl: Nullable(Type.String()),
  cpe: Nullable(Type.String()),
  supplier: Nullable(Type.String()),
  licences: Type.Array(Type.String()),
  softwareVersions: Type.Integer(),
  vehicles: Type.Integer(),
});
export type Component = Static<typeof Component>;

export const Import = Type.Object({
  id: Id,
  kind: OneOf(['vehicles', 'ecus', 'software']),
  format: OneOf(['csv', 'ndjson']),
  name: Type.String(),
  state: OneOf(['uploading', 'running', 'finished', 'failed', 'cancelled']),
  received: Type.Integer({ description: 'Bytes received so far; an interrupted upload goes on from here' }),
  rows: Type.Integer(),
  accepted: Type.Integer(),
  refused: Type.Integer(),
  jobId: Nullable(Id),
  createdAt: Time,
  createdBy: Type.String(),
});
export type Import = Static<typeof Import>;
export const ImportError = Type.Object({
  row: Type.Integer(),
  column: Nullable(Type.String()),
  message: Type.String(),
  text: Type.String(),
});

const vehicleFields = {
  vin: { type: 'string', label: 'VIN' },
  model: { type: 'string', label: 'Model' },
  region: { type: 'string', label: 'Region' },
  plant: { type: 'string', label: 'Plant' },
  state: { type: 'enum', label: 'State', values: vehicleStates },
  software: { type: 'enum', label: 'Software', values: updateStates },
  ecus: { type: 'number', label: 'ECUs' },
  lastSeenAt: { type: 'time', label: 'Last seen' },
  builtAt: { type: 'time', label: 'Built' },
} as const;
const ecuFields = {
  serial: { type: 'string', label: 'Serial' },
  vin: { type: 'string', label: 'VIN' },
  role: { type: 'string', label: 'Role' },
  function: { type: 'enum', label: 'Function', values: ecuFunctions },
  partNumber: { type: 'string', label: 'Part number' },
  supplier: { type: 'string', label: 'Supplier' },
  patchable: { type: 'boolean', label: 'Patchable' },
  network: { type: 'enum', label: 'Network', values: ['open', 'closed'] },
  lastSeenAt: { type: 'time', label: 'Last seen' },
} as const;

export const inventoryOperations = {
  listModels: listOperation({
    path: '/models',
    summary: 'Vehicle models',
    permission: 'inventory.read',
    item: Model,
    defaultSort: 'code',
    fields: {
      code: { type: 'string', label: 'Code' },
      name: { type: 'string', label: 'Name' },
      brand: { type: 'string', label: 'Brand' },
      year: { type: 'number', label: 'Model year' },
    },
  }),
  getModel: operation({
    method: 'GET',
    path: '/models/:code',
    summary: 'One model with its E/E architecture',
    permission: 'inventory.read',
    problems: ['inventory.unknown-model'],
    params: Type.Object({ code: Code }),
    ok: Model,
  }),
  putModel: operation({
    method: 'PUT',
    path: '/models/:code',
    summary: 'Create or replace a model and its E/E architecture',
    permission: 'inventory.write',
    problems: ['inventory.bad-architecture'],
    params: Type.Object({ code: Code }),
    body: Type.Object(
      { name: Text, brand: Text, year: Type.Integer({ minimum: 1980, maximum: 2100 }), architecture: Architecture },
      closed,
    ),
    ok: Model,
  }),
  listVehicles: listOperation({
    path: '/vehicles',
    summary: 'Vehicles',
    permission: 'inventory.read',
    item: Vehicle,
    defaultSort: 'vin',
    fields: vehicleFields,
  }),
  exportVehicles: operation({
    method: 'GET',
    path: '/vehicles/export',
    summary: 'All vehicles that match a filter, as CSV or NDJSON, streamed',
    permission: 'inventory.read',
    problems: ['request.bad-filter'],
    query: Type.Object(
      { filter: Type.Optional(Type.String({ maxLength: 2000 })), format: OneOf(['csv', 'ndjson']) },
      closed,
    ),
    ok: Type.Unknown(),
    raw: { response: ['text/csv', 'application/x-ndjson'] },
  }),
  createVehicle: operation({
    method: 'POST',
    path: '/vehicles',
    summary: 'Register one vehicle with its ECUs',
    permission: 'inventory.write',
    problems: ['inventory.bad-vin', 'inventory.duplicate-vehicle', 'inventory.unknown-model'],
    body: Type.Object(
      {
        vin: Type.String({ maxLength: 40 }),
        model: Code,
        region: Code,
        plant: Type.Optional(Code),
        ecus: Type.Array(
          Type.Object(
            { serial: EcuSerial, role: Code, partNumber: Text, supplier: Text, hardwareVersion: Type.Optional(Text) },
            closed,
          ),
          { maxItems: 300 },
        ),
      },
      closed,
    ),
    ok: VehicleDetail,
  }),
  getVehicle: operation({
    method: 'GET',
    path: '/vehicles/:vin',
    summary: 'One vehicle: its ECUs, their software, identity and connection',
    permission: 'inventory.read',
    problems: ['inventory.unknown-vehicle'],
    params: Type.Object({ vin: Vin }),
    ok: VehicleDetail,
  }),
  getVehicleHistory: operation({
    method: 'GET',
    path: '/vehicles/:vin/history',
    summary: 'What happened to the vehicle and its software, newest first',
    permission: 'inventory.read',
    problems: ['inventory.unknown-vehicle'],
    params: Type.Object({ vin: Vin }),
    ok: Type.Object({ items: Type.Array(HistoryEntry) }),
  }),
  retireVehicle: operation({
    method: 'POST',
    path: '/vehicles/:vin/retirement',
    summary: 'Retire a vehicle: its identities are revoked and never issued again',
    permission: 'inventory.write',
    problems: ['inventory.unknown-vehicle'],
    params: Type.Object({ vin: Vin }),
    body: Empty,
    ok: Vehicle,
  }),
  listEcus: listOperation({
    path: '/ecus',
    summary: 'ECUs',
    permission: 'inventory.read',
    item: Ecu,
    defaultSort: 'serial',
    fields: ecuFields,
  }),
  getEcu: operation({
    method: 'GET',
    path: '/ecus/:serial',
    summary: 'One ECU with its software',
    permission: 'inventory.read',
    problems: ['inventory.unknown-ecu'],
    params: Type.Object({ serial: EcuSerial }),
    ok: Type.Object({ ...Ecu.properties, software: Type.Array(InstalledSoftware) }),
  }),
  listSoftware: listOperation({
    path: '/software',
    summary: 'Software versions',
    permission: 'inventory.read',
    item: Software,
    defaultSort: 'name',
    fields: {
      name: { type: 'string', label: 'Name' },
      version: { type: 'string', label: 'Version' },
      supplier: { type: 'string', label: 'Supplier' },
      function: { type: 'enum', label: 'Function', values: ecuFunctions },
      createdAt: { type: 'time', label: 'Created' },
    },
  }),
  createSoftware: operation({
    method: 'POST',
    path: '/software',
    summary: 'Register a software version',
    permission: 'inventory.write',
    problems: ['inventory.duplicate-software'],
    body: Type.Object(
      {
        name: Code,
        version: Text,
        supplier: Text,
        function: OneOf(ecuFunctions),
        partNumber: Type.Optional(Text),
        sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
      },
      closed,
    ),
    ok: Software,
  }),
  getSoftware: operation({
    method: 'GET',
    path: '/software/:id',
    summary: 'One software version',
    permission: 'inventory.read',
    problems: ['inventory.unknown-software'],
    params: Type.Object({ id: Id }),
    ok: Software,
  }),
  planSoftware: operation({
    method: 'POST',
    path: '/software/:id/plan',
    summary: 'Plan this version for the ECUs that match a filter; the count comes first when dryRun is set',
    permission: 'inventory.write',
    problems: ['inventory.unknown-software', 'request.bad-filter'],
    params: Type.Object({ id: Id }),
    body: Type.Object(
      { filter: Type.String({ maxLength: 2000 }), slot: Type.Optional(Code), dryRun: Type.Boolean() },
      closed,
    ),
    ok: Type.Object({ ecus: Type.Integer(), vehicles: Type.Integer() }),
  }),
  uploadSbom: operation({
    method: 'PUT',
    path: '/software/:id/sbom',
    summary: 'Attach an SBOM (CycloneDX JSON 1.2-1.7 or SPDX JSON 2.2-2.3) to a software version',
    permission: 'inventory.write',
    problems: ['inventory.unknown-software', 'inventory.bad-sbom'],
    params: Type.Object({ id: Id }),
    ok: Sbom,
    raw: {
      request: [
        'application/json',
        'application/vnd.cyclonedx+json',
        'application/spdx+json',
        'application/octet-stream',
      ],
    },
  }),
  listSboms: listOperation({
    path: '/sboms',
    summary: 'SBOMs',
    permission: 'inventory.read',
    item: Sbom,
    defaultSort: '-uploadedAt',
    fields: {
      software: { type: 'string', label: 'Software' },
      format: { type: 'enum', label: 'Format', values: ['cyclonedx', 'spdx'] },
      components: { type: 'number', label: 'Components' },
      unidentified: { type: 'number', label: 'Unidentified' },
      uploadedAt: { type: 'time', label: 'Uploaded' },
    },
  }),
  getSbom: operation({
    method: 'GET',
    path: '/sboms/:id',
    summary: 'One SBOM',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({ id: Id }),
    ok: Sbom,
  }),
  downloadSbom: operation({
    method: 'GET',
    path: '/sboms/:id/document',
    summary: 'The SBOM document as it was received',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({ id: Id }),
    ok: Type.Unknown(),
    raw: { response: ['application/json'] },
  }),
  listComponents: listOperation({
    path: '/components',
    summary: 'Software components and how many vehicles carry them',
    permission: 'inventory.read',
    item: Component,
    defaultSort: 'name',
    fields: {
      name: { type: 'string', label: 'Name' },
      version: { type: 'string', label: 'Version' },
      purl: { type: 'string', label: 'purl' },
      sbom: { type: 'string', label: 'SBOM', sortable: false },
      identified: { type: 'boolean', label: 'Identified', sortable: false },
    },
  }),
  listImports: listOperation({
    path: '/imports',
    summary: 'Bulk imports',
    permission: 'inventory.read',
    item: Import,
    defaultSort: '-createdAt',
    fields: {
      name: { type: 'string', label: 'File' },
      kind: { type: 'enum', label: 'Kind', values: ['vehicles', 'ecus', 'software'] },
      state: { type: 'enum', label: 'State', values: ['uploading', 'running', 'finished', 'failed', 'cancelled'] },
      createdAt: { type: 'time', label: 'Started' },
    },
  }),
  createImport: operation({
    method: 'POST',
    path: '/imports',
    summary: 'Open a bulk import; its content follows in pieces',
    permission: 'inventory.import',
    problems: [],
    body: Type.Object(
      { kind: OneOf(['vehicles', 'ecus', 'software']), format: OneOf(['csv', 'ndjson']), name: Text },
      closed,
    ),
    ok: Import,
  }),
  getImport: operation({
    method: 'GET',
    path: '/imports/:id',
    summary: 'One bulk import',
    permission: 'inventory.read',
    problems: ['inventory.unknown-import'],
    params: Type.Object({ id: Id }),
    ok: Import,
  }),
  appendImport: operation({
    method: 'PUT',
    path: '/imports/:id/content',
    summary: 'Append a piece at a byte offset; an interrupted upload goes on from `received`',
    permission: 'inventory.import',
    problems: ['inventory.unknown-import', 'inventory.import-offset', 'inventory.import-not-ready'],
    params: Type.Object({ id: Id }),
    query: Type.Object({ offset: Type.Integer({ minimum: 0 }) }, closed),
    ok: Import,
    raw: { request: ['application/octet-stream', 'text/csv', 'application/x-ndjson'] },
  }),
  startImport: operation({
    method: 'POST',
    path: '/imports/:id/start',
    summary: 'Read the uploaded file into the inventory',
    permission: 'inventory.import',
    problems: ['inventory.unknown-import', 'inventory.import-not-ready'],
    params: Type.Object({ id: Id }),
    body: Empty,
    ok: Import,
  }),
  listImportErrors: operation({
    method: 'GET',
    path: '/imports/:id/errors',
    summary: 'Rows that were refused, with the column and the remedy',
    permission: 'inventory.read',
    problems: ['inventory.unknown-import'],
    params: Type.Object({ id: Id }),
    query: Type.Object(
      {
        after: Type.Optional(Type.Integer({ minimum: 0 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
      },
      closed,
    ),
    ok: Type.Object({ items: Type.Array(ImportError), next: Nullable(Type.Integer()) }),
  }),
};
