import type { KeyFile } from '@bulkhead/contract';
import {
  createRoot,
  type DialectName,
  type PublicKey,
  type RolePlan,
  type Root,
  readPublicKeyFile,
  rotateRoot,
  type SignedFile,
} from '@bulkhead/uptane';
import { badMetadata, refused } from './error.ts';

export interface KeysPlan {
  readonly keys: readonly KeyFile[];
  readonly threshold: number;
}

export interface RootPlanInput {
  readonly expires: string;
  readonly roles: { readonly root?: KeysPlan | undefined; readonly targets?: KeysPlan | undefined };
  readonly online: Readonly<Record<'snapshot' | 'timestamp', PublicKey>>;
}

/** @throws ImagesError `images.bad-metadata` naming the role whose key cannot be used */
export function publicKeysOf(role: string, keys: readonly KeyFile[]): readonly PublicKey[] {
  return keys.map((key) => refused(`A key of ${role}`, () => readPublicKeyFile(Buffer.from(JSON.stringify(key)))));
}

function planOf(role: string, plan: KeysPlan): RolePlan {
  return { keys: publicKeysOf(role, plan.keys), threshold: plan.threshold };
}

/** The payload of the next root in a wire form, unsigned: people's keys as asked, the platform's newest online keys. */
export function nextRoot(
  dialect: DialectName,
  current: SignedFile<Root> | undefined,
  { expires, roles, online }: RootPlanInput,
): Uint8Array {
  const single = (key: PublicKey): RolePlan => ({ keys: [key], threshold: 1 });
  const own = { snapshot: single(online.snapshot), timestamp: single(online.timestamp) };
  const asked = {
    ...(roles.root ? { root: planOf('root', roles.root) } : {}),
    ...(roles.targets ? { targets: planOf('targets', roles.targets) } : {}),
  };
  if (current)
    return refused('The next root', () =>
      rotateRoot(current, { expires: new Date(expires), roles: { ...asked, ...own } }),
    );
  const { root, targets } = asked;
  if (!root || !targets) throw badMetadata('The first root names the keys of the roles root and targets.');
  return refused('The first root', () =>
    createRoot({ expires: new Date(expires), roles: { root, targets, ...own } }, dialect),
  );
}
