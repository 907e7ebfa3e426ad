import type { MetadataDraft } from '@bulkhead/contract';
import { dialectOf, type Root, type SignedFile, type Targets } from '@bulkhead/uptane';
import { authorityOver, type Collection, standingOfRoot, standingOfTargets } from './domain/collection.ts';
import type { Draft } from './metadata-views.ts';

/** How far a draft has come. `around` is what it will be published with: published files and the other drafts. */
export function describeDraft(draft: Draft, around: Collection): MetadataDraft {
  const wire = dialectOf(draft.dialect);
  const isRoot = draft.role === 'root';
  const file: SignedFile<Root | Targets> = isRoot ? wire.readRoot(draft.bytes) : wire.readTargets(draft.bytes);
  const standing = isRoot
    ? standingOfRoot(file as SignedFile<Root>, previousOf(around, draft.version))
    : standingOfTargets(draft.role, file as SignedFile<Targets>, around);
  const orphan = !isRoot && authorityOver(draft.role, around) === undefined;
  return {
    dialect: draft.dialect,
    role: draft.role,
    version: draft.version,
    expires: file.signed.expires,
    digest: draft.digest.toString('hex'),
    signatures: mutable(standing.own),
    previous: standing.previous ? mutable(standing.previous) : null,
    complete: standing.complete,
    fault: orphan ? `Nobody delegates to ${draft.role} any more` : null,
    images: isRoot ? 0 : (file as SignedFile<Targets>).signed.targets.size,
    created: { at: draft.created_at.toISOString(), by: draft.created_by_name },
    updated: { at: draft.updated_at.toISOString(), by: draft.updated_by_name },
  };
}

/** The root before a draft; an overlay may hold the draft itself. */
function previousOf({ root }: Collection, version: number): SignedFile<Root> | undefined {
  return root && root.signed.version === version - 1 ? root : undefined;
}

const mutable = ({ count, threshold, valid, invalid, missing }: ReturnType<typeof standingOfRoot>['own']) => ({
  count,
  threshold,
  valid: [...valid],
  invalid: [...invalid],
  missing: [...missing],
});
