import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { closed, Dated, decisionStatuses, LongText, Text, VulnerabilityRef } from './words.ts';

const signatures = ['valid', 'invalid', 'unknown-key', 'none'] as const;

export const VexStatement = Type.Object({
  id: Id,
  documentId: Type.String({ description: 'As the document calls itself' }),
  importId: Id,
  format: OneOf(['openvex', 'csaf', 'cyclonedx', 'sbom']),
  ref: Type.String(),
  status: OneOf(decisionStatuses),
  justification: Nullable(Type.String({ description: 'As received' })),
  detail: Type.String(),
  product: Type.String(),
  author: Type.String(),
  statedAt: Nullable(Time),
  receivedAt: Time,
  signature: OneOf(signatures),
  /** `conflicting`: another author says otherwise, so a person decides. `unresolved`: names no product that is known here. */
  state: OneOf(['proposed', 'applied', 'conflicting', 'unresolved', 'rejected', 'superseded']),
  note: Type.String({ description: 'Why it stands there' }),
  components: Type.Integer({ description: 'Component versions that it is about' }),
  decisionId: Nullable(Id),
  decidedBy: Nullable(Type.String({ description: 'Who applied or rejected it by hand' })),
  decidedBecause: Nullable(Type.String()),
});
export type VexStatement = Static<typeof VexStatement>;

export const VexAuthor = Type.Object({
  id: Id,
  name: Type.String(),
  keyId: Type.String(),
  publicKey: Type.String(),
  supplier: Nullable(Type.String({ description: 'Statements are taken only for software of this supplier' })),
  autoApply: Type.Boolean({ description: 'Signed statements of this author become decisions without a person' }),
  ...Dated,
});
export type VexAuthor = Static<typeof VexAuthor>;

const vexFormats = ['openvex', 'csaf', 'cyclonedx'] as const;
const read = 'vulnerabilities.read';
const decide = 'vulnerabilities.decide';

export const vexOperations = {
  importVex: operation({
    method: 'POST',
    path: '/vex',
    summary: 'Take statements of an OpenVEX, CSAF or CycloneDX document; a detached JWS proves its author',
    permission: decide,
    problems: ['vulnerabilities.bad-vex'],
    query: Type.Object(
      {
        signature: Type.Optional(
          Type.String({
            maxLength: 8192,
            description: 'JWS with detached payload (RFC 7515 appendix F), compact form',
          }),
        ),
      },
      closed,
    ),
    ok: Type.Object({
      documentId: Type.String(),
      importId: Id,
      author: Type.String(),
      signature: OneOf(signatures),
      repeated: Type.Boolean({ description: 'The same document was taken before: nothing changed' }),
      applied: Type.Integer(),
      proposed: Type.Integer(),
      conflicting: Type.Integer(),
      unresolved: Type.Integer(),
      superseded: Type.Integer({ description: 'Not newer than what the author said before' }),
    }),
    raw: { request: ['application/json', 'application/octet-stream'] },
  }),
  exportVex: operation({
    method: 'GET',
    path: '/vex',
    summary:
      'Our decisions as a VEX document, for a software version, a supplier or one vulnerability; header X-Bulkhead-Signature: a detached JWS over it',
    permission: read,
    problems: ['vulnerabilities.bad-vex'],
    query: Type.Object(
      {
        format: OneOf(vexFormats),
        softwareId: Type.Optional(Id),
        supplier: Type.Optional(Text),
        ref: Type.Optional(VulnerabilityRef),
      },
      closed,
    ),
    ok: Type.Unknown(),
    raw: { response: ['application/json'] },
  }),
  getVexSignature: operation({
    method: 'GET',
    path: '/vex/signature',
    summary: 'Detached JWS over the document that `exportVex` answers for the same query, and the key to check it',
    permission: read,
    problems: ['vulnerabilities.bad-vex'],
    query: Type.Object(
      {
        format: OneOf(vexFormats),
        softwareId: Type.Optional(Id),
        supplier: Type.Optional(Text),
        ref: Type.Optional(VulnerabilityRef),
      },
      closed,
    ),
    ok: Type.Object({
      signature: Type.String(),
      keyId: Type.String(),
      publicKey: Type.String(),
      sha256: Type.String(),
    }),
  }),
  getVexKey: operation({
    method: 'GET',
    path: '/vex/key',
    summary: 'The public key that checks the VEX documents of this platform',
    permission: read,
    problems: [],
    ok: Type.Object({ keyId: Type.String(), publicKey: Type.String() }),
  }),
  listVexStatements: listOperation({
    path: '/vex/statements',
    summary: 'Statements received, with what became of them',
    permission: read,
    item: VexStatement,
    defaultSort: '-receivedAt',
    fields: {
      ref: { type: 'string', label: 'Vulnerability' },
      status: { type: 'enum', label: 'Status', values: decisionStatuses, sortable: false },
      state: {
        type: 'enum',
        label: 'State',
        values: ['proposed', 'applied', 'conflicting', 'unresolved', 'rejected', 'superseded'],
        sortable: false,
      },
      author: { type: 'string', label: 'Author', sortable: false },
      product: { type: 'string', label: 'Product', sortable: false },
      signature: { type: 'enum', label: 'Signature', values: signatures, sortable: false },
      document: { type: 'string', label: 'Import id', sortable: false },
      receivedAt: { type: 'time', label: 'Received' },
    },
  }),
  resolveVexStatement: operation({
    method: 'POST',
    path: '/vex/statements/:id/resolve',
    summary: 'Apply or reject a statement that waits for a person',
    permission: decide,
    problems: ['vulnerabilities.unknown-statement', 'vulnerabilities.bad-decision'],
    params: Type.Object({ id: Id }),
    body: Type.Object({ action: OneOf(['apply', 'reject']), reason: LongText }, closed),
    ok: VexStatement,
  }),
  listVexAuthors: operation({
    method: 'GET',
    path: '/vex/authors',
    summary: 'Authors whose signatures are known',
    permission: read,
    problems: [],
    ok: Type.Object({ items: Type.Array(VexAuthor) }),
  }),
  createVexAuthor: operation({
    method: 'POST',
    path: '/vex/authors',
    summary: 'Trust an author by the public key (PEM, Ed25519 or P-256)',
    permission: 'vulnerabilities.configure',
    problems: ['vulnerabilities.bad-author'],
    body: Type.Object(
      {
        name: Text,
        publicKey: Type.String({ minLength: 1, maxLength: 4000 }),
        supplier: Type.Optional(Text),
        autoApply: Type.Boolean(),
      },
      closed,
    ),
    ok: VexAuthor,
  }),
  deleteVexAuthor: operation({
    method: 'DELETE',
    path: '/vex/authors/:id',
    summary: 'Trust an author no longer',
    permission: 'vulnerabilities.configure',
    problems: ['vulnerabilities.bad-author'],
    params: Type.Object({ id: Id }),
    ok: Type.Object({}, closed),
  }),
};
