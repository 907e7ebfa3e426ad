import type { ReleaseDiff, SbomDifference } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';
import type { Inventory } from './modules/inventory/index.ts';
import type { Vulnerabilities } from './modules/vulnerabilities/index.ts';

interface Sources {
  readonly inventory: Pick<Inventory, 'sbomComparison'>;
  readonly vulnerabilities: Pick<Vulnerabilities, 'openRefs'>;
}

/** What a newer version brings in components and known vulnerabilities; undefined where one of the two has no SBOM. */
export const createReleaseDiff =
  ({ inventory, vulnerabilities }: Sources) =>
  async (fromSoftwareId: string, toSoftwareId: string): Promise<ReleaseDiff | undefined> => {
    const compared = await inventory.sbomComparison.diff(fromSoftwareId, toSoftwareId).catch(withoutSbom);
    if (!compared) return undefined;
    const named = (kind: SbomDifference['kind']) =>
      compared.items
        .filter((item) => item.kind === kind)
        .map(({ name, fromVersion, toVersion }) => inWords(name, fromVersion, toVersion));
    const before = await vulnerabilities.openRefs(fromSoftwareId);
    const after = await vulnerabilities.openRefs(toSoftwareId);
    const [had, has] = [new Set(before), new Set(after)];
    return {
      components: { added: named('added'), removed: named('removed'), changed: named('version') },
      vulnerabilities: {
        fixed: before.filter((ref) => !has.has(ref)),
        introduced: after.filter((ref) => !had.has(ref)),
        remaining: after.filter((ref) => had.has(ref)),
      },
    };
  };

const inWords = (name: string, from: string | null, to: string | null) =>
  from !== null && to !== null ? `${name} ${from} → ${to}` : [name, from ?? to].filter(Boolean).join(' ');

function withoutSbom(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'inventory.unknown-sbom') return undefined;
  throw error;
}
