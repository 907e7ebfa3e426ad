import type { Wave } from '@bulkhead/contract';
import { waveSizes } from './wave-sizes.ts';

/** Waves that take vehicles by their place in line, with the place of the last one each takes. */
export function placesOf(
  waves: readonly { readonly ordinal: number; readonly matched: number; readonly definition: Wave }[],
  eligible: number,
): { wave: number; last: number }[] {
  const matched = new Map(waves.map(({ matched: n, definition }, i) => [i, definition.select.by === 'filter' ? n : 0]));
  const sizes = waveSizes(
    waves.map(({ definition }) => definition),
    eligible,
    matched,
  );
  let last = 0;
  return waves.flatMap(({ ordinal, definition }, i) => {
    if (definition.select.by === 'filter') return [];
    last += sizes[i] ?? 0;
    return [{ wave: ordinal, last }];
  });
}
