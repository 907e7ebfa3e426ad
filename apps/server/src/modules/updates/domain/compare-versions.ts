/**
 * Order of software versions as people write them (`7.10.1` after `7.9`, `HP21.44` after `HP21.40`): runs of digits as
 * numbers, everything else as text. A part that follows a hyphen and begins with a letter is a pre-release and comes
 * before the version without it (`2.0-rc1` before `2.0`); any other longer version comes after its beginning.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined) return isPreRelease(y ?? '') ? 1 : -1;
    if (y === undefined) return isPreRelease(x) ? -1 : 1;
    const order = comparePart(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

const partsOf = (version: string): string[] => version.match(/\d+|-?[A-Za-z]+/g) ?? [];
const isPreRelease = (part: string) => part.startsWith('-');
const isNumber = (part: string) => part >= '0' && part < ':';

function comparePart(x: string, y: string): number {
  if (isNumber(x) && isNumber(y)) {
    const [m, n] = [x.replace(/^0+/, ''), y.replace(/^0+/, '')];
    if (m.length !== n.length) return m.length < n.length ? -1 : 1;
    return m < n ? -1 : m > n ? 1 : 0;
  }
  if (isPreRelease(x) !== isPreRelease(y)) return isPreRelease(x) ? -1 : 1;
  if (isNumber(x) !== isNumber(y)) return isNumber(x) ? 1 : -1;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Whether a version lies in a range that is closed on both sides; an open side takes all. */
export function inRange(
  version: string,
  { from, to }: { readonly from?: { readonly version: string }; readonly to?: { readonly version: string } },
): boolean {
  if (from && compareVersions(version, from.version) < 0) return false;
  return !to || compareVersions(version, to.version) <= 0;
}
