import type { Image, OperationId, RepositoryStatus } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';

/** Commands of the Image repository; `images upload` is written by hand. */
export const imageCommands: Partial<Record<OperationId, CommandSpec>> = {
  listImages: {
    verb: 'list',
    columns: ['id', 'fileName', 'role', 'state', 'length', 'releaseCounter', 'uploadedAt'],
    examples: ["bulkhead images list --filter 'state = stored'"],
  },
  getImage: { verb: 'show', examples: ['bulkhead images show ID'] },
  deleteImage: {
    verb: 'delete',
    danger: async (session, call) => {
      const { fileName, length, state } = (await session.call('getImage', call)) as Image;
      return `Deletes ${fileName} (${length} bytes, ${state}); vehicles that still ask for it get nothing.`;
    },
    examples: ['bulkhead images delete ID --yes'],
  },
  listImageUploads: { verb: 'list', examples: ['bulkhead image-uploads list'] },
  getImageUpload: { verb: 'show', examples: ['bulkhead image-uploads show ID'] },
  deleteImageUpload: { verb: 'delete', examples: ['bulkhead image-uploads delete ID'] },
  getRepository: {
    verb: 'status',
    examples: ['bulkhead repository status', 'bulkhead repository status -o json'],
  },
  getOnlineKey: {
    verb: 'online-key',
    examples: ['bulkhead repository online-key timestamp > timestamp.pub'],
  },
  renewOnlineKey: {
    verb: 'renew-key',
    danger: async (_session, { params }) =>
      `Makes a new ${String(params?.role)} key. Vehicles trust it once a root that names it is signed and published.`,
    examples: ['bulkhead repository renew-key timestamp --yes'],
  },
  createRootDraft: { verb: 'root', bodyFile: true, examples: ['bulkhead repository root -f plan.json'] },
  createTargetsDraft: {
    verb: 'targets',
    bodyFile: true,
    examples: ['bulkhead repository targets -f delegations.json'],
  },
  uploadMetadata: {
    verb: 'upload',
    contentFile: true,
    examples: ['bulkhead repository upload root 1.root.json', 'bulkhead repository upload acme acme.json'],
  },
  downloadMetadata: {
    verb: 'download',
    defaults: { dialect: 'a' },
    describe: {
      version: 'The newest unless told',
      draft: 'The draft that is being signed, in place of what is published',
    },
    examples: [
      'bulkhead repository download root --draft > 1.root.json',
      'bulkhead repository download targets --dialect b > targets.json',
    ],
  },
  discardDraft: {
    verb: 'discard',
    danger: async (session, { params }) => {
      const { drafts } = (await session.call('getRepository', {})) as RepositoryStatus;
      const draft = drafts.find(({ dialect, role }) => dialect === params?.dialect && role === params?.role);
      const signatures = draft?.signatures.count ?? 0;
      return `Throws the draft of ${String(params?.role)} away, with ${signatures} signatures.`;
    },
    examples: ['bulkhead repository discard a targets --yes'],
  },
  publishRepository: {
    verb: 'publish',
    fixed: { dryRun: false },
    danger: async (session, call) => {
      const body = { ...(call.body as Record<string, unknown>), dryRun: true };
      const would = (await session.call('publishRepository', { ...call, body })) as {
        published: { role: string; version: number }[];
        waiting: { role: string; why: string }[];
        added: string[];
        removed: string[];
      };
      const files = would.published.map(({ role, version }) => `${role} ${version}`).join(', ');
      const waiting = would.waiting.map(({ role, why }) => ` ${role} waits: ${why}.`).join('');
      return `Publishes ${files}: ${would.added.length} images new or changed, ${would.removed.length} gone.${waiting}`;
    },
    examples: ['bulkhead repository publish --dialect a', 'bulkhead repository publish --dialect b --yes'],
  },
};

export const imageNouns: Readonly<Record<string, string>> = Object.freeze({
  images: 'Images of the Image repository',
  'image-uploads': 'Uploads of images that are not complete',
  repository: 'The Image repository: ceremonies, signed files, publication',
});
