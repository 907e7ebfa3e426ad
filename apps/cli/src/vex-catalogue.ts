import type { OperationId, VexAuthor } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';

/** Commands of what is exchanged about vulnerabilities. */
export const vex: Partial<Record<OperationId, CommandSpec>> = {
  importVex: {
    verb: 'import',
    contentFile: true,
    describe: { signature: 'Detached JWS that proves the author' },
    examples: [
      'bulkhead vex import supplier.openvex.json',
      'bulkhead vex import supplier.openvex.json --signature "$(cat supplier.jws)"',
    ],
  },
  exportVex: {
    verb: 'export',
    defaults: { format: 'openvex' },
    describe: {
      softwareId: 'Only this software version',
      supplier: 'Only software of this supplier',
      ref: 'Only this vulnerability',
    },
    examples: [
      'bulkhead vex export --software-id ID > ours.openvex.json',
      'bulkhead vex export --format csaf > ours.csaf.json',
    ],
  },
  getVexSignature: {
    verb: 'signature',
    defaults: { format: 'openvex' },
    describe: {
      softwareId: 'Only this software version',
      supplier: 'Only software of this supplier',
      ref: 'Only this vulnerability',
    },
    examples: ['bulkhead vex signature --software-id ID -o json'],
  },
  getVexKey: { verb: 'key', examples: ['bulkhead vex key -o json'] },
  listVexStatements: {
    verb: 'statements',
    columns: ['id', 'ref', 'status', 'product', 'author', 'signature', 'state', 'note'],
    examples: ["bulkhead vex statements --filter 'state in (proposed, conflicting)'"],
  },
  resolveVexStatement: {
    verb: 'resolve',
    examples: ['bulkhead vex resolve ID --action apply --reason "Checked with the supplier"'],
  },
  listVexAuthors: {
    verb: 'authors',
    columns: ['id', 'name', 'supplier', 'autoApply', 'keyId'],
    examples: ['bulkhead vex authors'],
  },
  createVexAuthor: {
    verb: 'trust',
    files: ['publicKey'],
    defaults: { autoApply: false },
    describe: {
      name: 'What the author is called here',
      publicKey: 'Ed25519 or P-256, in PEM',
      supplier: 'Whose software the author answers for',
      autoApply: 'Signed statements settle findings by themselves',
    },
    examples: ['bulkhead vex trust --name "Halden PSIRT" --public-key halden.pem --supplier Halden --auto-apply'],
  },
  deleteVexAuthor: {
    verb: 'distrust',
    danger: async (session, call) => {
      const { items } = (await session.call('listVexAuthors', {})) as { items: VexAuthor[] };
      const found = items.find(({ id }) => id === (call.params as { id?: string } | undefined)?.id);
      return `Documents of ${found?.name ?? 'this author'} are only proposals from now on.`;
    },
    examples: ['bulkhead vex distrust ID'],
  },
};
