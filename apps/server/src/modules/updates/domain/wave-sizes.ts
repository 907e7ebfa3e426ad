import type { Wave } from '@bulkhead/contract';

/**
 * How many vehicles each wave takes. Waves by filter hold what matches (`matched`, in the order of waves); the others share
 * the rest in their order: percentages are of all vehicles, and the last wave takes what is left.
 */
export function waveSizes(
  waves: readonly Pick<Wave, 'select'>[],
  eligible: number,
  matched: ReadonlyMap<number, number>,
): number[] {
  let left = eligible - [...matched.values()].reduce((all, n) => all + n, 0);
  return waves.map(({ select }, i) => {
    if (select.by === 'filter') return matched.get(i) ?? 0;
    const wanted = wantedOf(select, eligible, left);
    const size = Math.min(wanted, left);
    left -= size;
    return size;
  });
}

function wantedOf(select: Wave['select'], eligible: number, left: number): number {
  if (select.by === 'rest') return left;
  return select.by === 'count'
    ? (select.count ?? 0)
    : Math.max(1, Math.round((eligible * (select.percent ?? 0)) / 100));
}
