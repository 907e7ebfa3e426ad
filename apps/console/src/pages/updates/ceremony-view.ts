import type { DialectStatus, MetadataDraft, RepositoryRole, RepositoryStatus } from '@bulkhead/contract';

/** One wire form with its own roles and drafts. */
export interface DialectView extends DialectStatus {
  readonly roles: readonly RepositoryRole[];
  readonly drafts: readonly MetadataDraft[];
}

export const dialectViews = ({ dialects, roles, drafts }: RepositoryStatus): DialectView[] =>
  dialects.map((one) => ({
    ...one,
    roles: roles.filter(({ dialect }) => dialect === one.dialect),
    drafts: drafts.filter(({ dialect }) => dialect === one.dialect),
  }));
