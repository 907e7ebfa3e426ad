import { meetsThreshold, type Root, type SignedFile, signatureState, type Targets } from '@bulkhead/uptane';
import { authorityOver, type Collection, delegateesOf, overlaid, standingOfRoot } from './collection.ts';

export interface Waiting {
  readonly role: string;
  readonly why: string;
}

export interface Assembly {
  /** What would be published. */
  readonly next: Collection;
  readonly published: readonly { readonly role: string; readonly version: number }[];
  readonly waiting: readonly Waiting[];
}

export interface Drafted {
  readonly root: SignedFile<Root> | undefined;
  readonly targets: ReadonlyMap<string, SignedFile<Targets>>;
}

/**
 * Which drafts can be published together: those that enough keys signed under the root and the delegations that are then
 * in force. A draft of the top-level targets waits while a role to which it newly delegates has handed in nothing.
 */
export function assemble(current: Collection, drafts: Drafted): Assembly {
  const waiting: Waiting[] = [];
  const rootReady = drafts.root !== undefined && standingOfRoot(drafts.root, current.root).complete;
  if (drafts.root && !rootReady) waiting.push({ role: 'root', why: 'signatures are missing' });
  const root = rootReady ? drafts.root : current.root;
  let next = overlaid(current, root ? { root } : {});
  const top = drafts.targets.get('targets');
  if (top) next = withTop(next, top, drafts, waiting);
  // a delegatee's file may name delegatees of its own, whose drafts then count too
  for (let changed = true; changed; ) {
    changed = false;
    for (const [role, file] of drafts.targets) {
      if (role === 'targets' || next.targets.get(role) === file || !signedFor(role, file, next)) continue;
      next = overlaid(next, { targets: new Map([[role, file]]) });
      changed = true;
    }
  }
  for (const [role, file] of drafts.targets)
    if (role !== 'targets' && next.targets.get(role) !== file) waiting.push({ role, why: whyNot(role, file, next) });
  const published = [
    ...(rootReady && drafts.root ? [{ role: 'root', version: drafts.root.signed.version }] : []),
    ...[...drafts.targets]
      .filter(([role, file]) => next.targets.get(role) === file)
      .map(([role, { signed }]) => ({ role, version: signed.version })),
  ];
  return { next, published, waiting };
}

function withTop(next: Collection, top: SignedFile<Targets>, drafts: Drafted, waiting: Waiting[]): Collection {
  const changed = overlaid(next, { targets: new Map([['targets', top]]) });
  const missing = delegateesOf(top).filter((role) => {
    const handed = drafts.targets.get(role);
    return !next.targets.has(role) && !(handed && signedFor(role, handed, changed));
  });
  if (signedFor('targets', top, changed) && missing.length === 0) return changed;
  const why =
    missing.length > 0
      ? `it delegates to ${missing.join(', ')}, who must hand in a signed targets file first, empty if need be`
      : whyNot('targets', top, changed);
  waiting.push({ role: 'targets', why });
  return next;
}

function signedFor(role: string, file: SignedFile<Targets>, around: Collection): boolean {
  const authority = authorityOver(role, around);
  return authority !== undefined && meetsThreshold(signatureState(file, authority.role, authority.keys));
}

function whyNot(role: string, file: SignedFile<Targets>, around: Collection): string {
  const authority = authorityOver(role, around);
  if (!authority) return 'nobody delegates to this role';
  const { count, threshold } = signatureState(file, authority.role, authority.keys);
  return `signed by ${count} of the ${threshold} keys needed`;
}
