/**
 * Whether a path pattern covers an image, by the stricter of the two rules: segment by segment, so
 * that `*` and `?` do not cross `/`. What it covers is covered under aktualizr's rule too.
 */
export function coversPath(pattern: string, path: string): boolean {
  const patterns = pattern.split('/');
  const parts = path.split('/');
  return patterns.length === parts.length && patterns.every((glob, i) => matches(glob, parts[i] ?? ''));
}

/** The same by the rule of dialect A's own client: a shell match in which `*` crosses `/`. */
export function coversPathAcrossFolders(pattern: string, path: string): boolean {
  return matches(pattern, path);
}

/** Glob with `*` and `?`; backtracks to the last star only, so at most the product of the two lengths. */
function matches(glob: string, text: string): boolean {
  let g = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < text.length; ) {
    const c = glob.charAt(g);
    if (c === '*') {
      star = g++;
      resume = t;
    } else if (g < glob.length && (c === '?' || c === text.charAt(t))) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++resume;
    } else return false;
  }
  while (glob.charAt(g) === '*') g++;
  return g === glob.length;
}

/**
 * Whether some image could be covered by both patterns. By the wider rule (`*` crosses `/`), since suppliers must be
 * apart for every client.
 */
export function patternsOverlap(a: string, b: string): boolean {
  // row[j]: the rest of `a` from i and the rest of `b` from j have a text in common
  let below: boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) row[j] = restOverlaps(a.charAt(i), b.charAt(j), { row, below, j });
    below = row;
  }
  return below[0] === true;
}

function restOverlaps(
  x: string,
  y: string,
  { row, below, j }: { row: boolean[]; below: boolean[]; j: number },
): boolean {
  if (x === '' && y === '') return true;
  // a star stands for nothing, or takes one more character of the other side
  if (x === '*') return below[j] === true || (y !== '' && row[j + 1] === true);
  if (y === '*') return row[j + 1] === true || (x !== '' && below[j] === true);
  if (x === '' || y === '') return false;
  return (x === y || x === '?' || y === '?') && below[j + 1] === true;
}
