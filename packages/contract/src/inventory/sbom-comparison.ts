import { type Static, Type } from 'typebox';
import { Id, Nullable, OneOf, operation } from '../operation.ts';
import { closed, Vin } from './words.ts';

export const SbomDifference = Type.Object({
  kind: OneOf(['added', 'removed', 'version', 'licence']),
  name: Type.String(),
  purl: Nullable(Type.String()),
  fromVersion: Nullable(Type.String()),
  toVersion: Nullable(Type.String()),
  fromLicences: Type.Array(Type.String()),
  toLicences: Type.Array(Type.String()),
});
export type SbomDifference = Static<typeof SbomDifference>;

const Side = Type.Object({ sbomId: Id, softwareId: Id, software: Type.String(), version: Type.String() });

export const SbomDiff = Type.Object({
  from: Side,
  to: Side,
  added: Type.Integer(),
  removed: Type.Integer(),
  versions: Type.Integer({ description: 'Components in another version' }),
  licences: Type.Integer({ description: 'Components under other licences' }),
  unchanged: Type.Integer(),
  truncated: Type.Boolean({ description: 'The list holds the first 5,000 differences; the counts hold all' }),
  items: Type.Array(SbomDifference),
});
export type SbomDiff = Static<typeof SbomDiff>;

export const SbomGraph = Type.Object({
  focus: Type.Integer({ description: 'Place of the node in the middle; 0 is the software itself' }),
  nodes: Type.Array(
    Type.Object({
      place: Type.Integer(),
      componentId: Nullable(Id),
      name: Type.String(),
      version: Nullable(Type.String()),
      identified: Type.Boolean(),
      distance: Type.Integer({ description: 'Edges from the focus, in either direction' }),
    }),
  ),
  edges: Type.Array(
    Type.Object({ from: Type.Integer(), to: Type.Integer(), kind: OneOf(['depends-on', 'contains', 'provides']) }),
  ),
  truncated: Type.Boolean({ description: 'There is more around the focus than the limit lets in' }),
  allEdges: Type.Integer({ description: 'Edges of the whole document' }),
});
export type SbomGraph = Static<typeof SbomGraph>;

export const sbomComparisonOperations = {
  diffSboms: operation({
    method: 'GET',
    path: '/sboms/:from/diff/:to',
    summary: 'What changed between two SBOMs, or between the SBOMs of two software versions',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({
      from: { ...Id, description: 'Id of an SBOM or of a software version' },
      to: { ...Id, description: 'Id of an SBOM or of a software version' },
    }),
    ok: SbomDiff,
  }),
  getSbomGraph: operation({
    method: 'GET',
    path: '/sboms/:id/graph',
    summary: 'The dependencies around one component of an SBOM, or around the software itself',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom', 'inventory.unknown-component'],
    params: Type.Object({ id: Id }),
    query: Type.Object(
      {
        focus: Type.Optional({
          ...Id,
          description: 'Id of the component in the middle; the software itself when left out',
        }),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 300, default: 100, description: 'Most nodes' })),
      },
      closed,
    ),
    ok: SbomGraph,
  }),
  exportSbom: operation({
    method: 'GET',
    path: '/sbom-export',
    summary:
      'Write the SBOM of a whole vehicle or of one software version as CycloneDX 1.6, without vulnerability data',
    permission: 'inventory.read',
    problems: ['inventory.unknown-vehicle', 'inventory.unknown-software', 'inventory.nothing-to-export'],
    query: Type.Object(
      {
        vin: Type.Optional({ ...Vin, description: 'The vehicle' }),
        software: Type.Optional({ ...Id, description: 'Id of the software version, instead of a vehicle' }),
        view: Type.Optional({
          ...OneOf(['built', 'reported'], 'Of a vehicle: what was planned for it, or what its ECUs said they run'),
          default: 'built',
        }),
      },
      closed,
    ),
    ok: Type.Unknown(),
    raw: { response: ['application/vnd.cyclonedx+json'] },
  }),
};
