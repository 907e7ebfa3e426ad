import type { Advisory, AffectedPackage } from '@bulkhead/advisories';
import type { MatchViews, RecordVersion } from './match-views.ts';

/** Parsed records by id, the least recently used given up first. Only a cache: each entry is held to the hash in the database. */
export function createRecordCache(maxBytes = 64 * 1024 * 1024) {
  const entries = new Map<
    string,
    { readonly hash: string; readonly affected: readonly AffectedPackage[]; readonly bytes: number }
  >();
  let bytes = 0;

  function keep(
    id: string,
    hash: string,
    value: { readonly affected: readonly AffectedPackage[]; readonly bytes: number },
  ): void {
    bytes += value.bytes - (entries.get(id)?.bytes ?? 0);
    entries.delete(id);
    entries.set(id, { hash, ...value });
    for (const [oldest, entry] of entries) {
      if (bytes <= maxBytes) break;
      entries.delete(oldest);
      bytes -= entry.bytes;
    }
  }

  return Object.freeze({
    /** Each record as far as matching needs it: what it says beside the versions is left empty. */
    advisories: async (views: MatchViews, versions: readonly RecordVersion[]): Promise<Map<string, Advisory>> => {
      const missing = versions.filter(({ id, hash }) => entries.get(id)?.hash !== hash);
      const loaded = await views.affected(missing.map(({ id }) => id));
      const found = new Map<string, Advisory>();
      for (const version of versions) {
        const affected = loaded.get(version.id)?.affected ?? entries.get(version.id)?.affected;
        if (affected) found.set(version.id, advisoryOf(version, affected));
      }
      for (const { id, hash } of missing) {
        const value = loaded.get(id);
        if (value) keep(id, hash, value);
      }
      return found;
    },
  });
}
export type RecordCache = ReturnType<typeof createRecordCache>;

const advisoryOf = ({ ref, format }: RecordVersion, affected: readonly AffectedPackage[]): Advisory => ({
  id: ref,
  format,
  affected,
  aliases: [],
  related: [],
  title: '',
  summary: '',
  severities: [],
  cwes: [],
  references: [],
});
