import type { ReleaseDetail } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import type { ImageCatalogue } from './deps.ts';
import { dossierGaps } from './domain/dossier-gaps.ts';
import { unknownRelease } from './domain/error.ts';
import { createReleaseViews, releaseOf, type StoredItem } from './release-views.ts';

type SignOff = NonNullable<ReleaseDetail['signOff']>;

/** One release with everything that hangs on it. @throws UpdatesError `updates.unknown-release` */
export async function releaseDetail(db: Db, id: string, images: ImageCatalogue | undefined): Promise<ReleaseDetail> {
  const views = createReleaseViews(db);
  const row = await views.byId(id);
  if (!row) throw unknownRelease(id);
  const items = await views.items(id);
  const fixed = await views.fixes(id);
  const agreements = (await views.agreements(id)).map((agreement) => ({
    kind: agreement.kind,
    passed: agreement.passed,
    diffs: agreement.diffs,
    by: { id: agreement.by_id, name: agreement.by_name },
    at: agreement.at.toISOString(),
    hash: agreement.hash.toString('hex'),
    comment: agreement.comment,
    voidedAt: agreement.voided_at?.toISOString() ?? null,
    voidedBecause: agreement.voided_because,
  }));
  const signOff = agreements.findLast(({ kind, voidedAt }) => kind === 'sign-off' && voidedAt === null);
  return {
    ...releaseOf(row),
    description: row.description,
    contents: await Promise.all(items.map((item) => itemOf(item, images))),
    rules: row.rules,
    fixed,
    rxswins: row.rxswins,
    dossier: row.dossier,
    gaps: dossierGaps({ models: row.models, items, dossier: row.dossier }),
    authors: await views.authors(id),
    signOff: signOff ? agreedOf(signOff) : null,
    approvals: agreements
      .filter(({ kind }) => kind === 'approval')
      .map((approval) => ({ ...agreedOf(approval), diffs: approval.diffs })),
    voided: agreements.filter(({ voidedAt }) => voidedAt !== null).length,
    ended: row.ended_at
      ? {
          at: row.ended_at.toISOString(),
          by: { id: row.ended_by ?? '', name: row.ended_by_name ?? '' },
          reason: row.ended_reason ?? '',
        }
      : null,
    published: row.published_at
      ? { at: row.published_at.toISOString(), by: { id: row.published_by ?? '', name: row.published_by_name ?? '' } }
      : null,
  };
}

const agreedOf = ({ passed, by, at, hash, comment, voidedAt, voidedBecause }: SignOff): SignOff => ({
  passed,
  by,
  at,
  hash,
  comment,
  voidedAt,
  voidedBecause,
});

async function itemOf(
  item: StoredItem,
  images: ImageCatalogue | undefined,
): Promise<ReleaseDetail['contents'][number]> {
  const sha256 = item.sha256.toString('hex');
  return {
    role: item.role,
    softwareId: item.software_id,
    software: item.software,
    version: item.version,
    fromSoftwareId: item.from_software_id,
    sha256,
    sha512: item.sha512?.toString('hex') ?? null,
    length: Number(item.length),
    fileName: item.file_name,
    hardwareIds: item.hardware_ids,
    releaseCounter: Number(item.release_counter),
    inCatalogue: (await images?.byDigest(sha256)) !== undefined,
  };
}
