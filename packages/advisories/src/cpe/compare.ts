import type { Cpe, CpeValue, WildStep } from './cpe.ts';

/**
 * How an attribute of a record's name (source) stands to that of a component (target), NISTIR 7696 s6.2 table 6-2:
 * `open` where the component leaves open what the record demands, so that nothing is proven either way.
 */
export type CpeRelation = 'within' | 'disjoint' | 'open';

export function relate(source: CpeValue, target: CpeValue): CpeRelation {
  if (source.kind === 'any') return 'within';
  if (target.kind === 'any') return 'open';
  if (source.kind === 'na' || target.kind === 'na') return source.kind === target.kind ? 'within' : 'disjoint';
  if (target.kind === 'wild') return 'open';
  const meets = source.kind === 'text' ? source.text === target.text : fits(source.pattern, target.text);
  return meets ? 'within' : 'disjoint';
}

const one = 1;
const many = 2;
const maxWildLength = 256;

/** Greedy with one fallback to the last `*`: quadratic at worst, therefore bounded. */
function fits(pattern: readonly WildStep[], text: string): boolean {
  const tokens = pattern.flatMap((step): (string | number)[] =>
    'text' in step ? [...step.text] : [step.any === 'one' ? one : many],
  );
  if (tokens.length > maxWildLength || text.length > maxWildLength) return false;
  let t = 0;
  let p = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (tokens[p] === text[t] || tokens[p] === one) {
      t++;
      p++;
    } else if (tokens[p] === many) {
      star = p++;
      mark = t;
    } else if (star !== -1) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (tokens[p] === many) p++;
  return p === tokens.length;
}

/** What a record's CPE name says about a component's, the version left aside: ranges decide about that. */
export interface CpeMeeting {
  /** The component's name leaves the vendor open: the product alone proves little. */
  readonly vendorOpen: boolean;
  /** Attributes that the record demands and the component leaves open: `target_sw=wordpress`. */
  readonly open: readonly string[];
}

const others = [
  ['edition', 'edition'],
  ['language', 'language'],
  ['swEdition', 'sw_edition'],
  ['targetSw', 'target_sw'],
  ['targetHw', 'target_hw'],
  ['other', 'other'],
] as const;

/**
 * Nothing when the names are of different products or vendors; `apart` when vendor and product are the same and another
 * attribute tells them apart (the WordPress plug-in of a vendor and its firmware).
 */
export function meetCpe(record: Cpe, component: Cpe): CpeMeeting | 'apart' | undefined {
  if (relate(record.product, component.product) !== 'within') return undefined;
  const vendor = relate(record.vendor, component.vendor);
  if (vendor === 'disjoint') return undefined;
  // Documents often give the wrong part (application for operating system): a doubt, no proof of another product.
  const part = relate(record.part, component.part);
  const open: string[] = part === 'disjoint' ? [`part=${show(record.part)}`] : [];
  for (const [attribute, label] of others) {
    const relation = relate(record[attribute], component[attribute]);
    if (relation === 'disjoint') return 'apart';
    if (relation === 'open') open.push(`${label}=${show(record[attribute])}`);
  }
  return { vendorOpen: vendor === 'open', open };
}

function show(value: CpeValue): string {
  if (value.kind === 'text') return value.text;
  return value.kind === 'na' ? '-' : '*';
}
