/** A CPE name in its parts: lower case, unescaped. `*` = any, `-` = not applicable (NISTIR 7695 s5.3.1). */
export interface Cpe {
  readonly part: CpeValue;
  readonly vendor: CpeValue;
  readonly product: CpeValue;
  readonly version: CpeValue;
  readonly update: CpeValue;
  readonly edition: CpeValue;
  readonly language: CpeValue;
  readonly swEdition: CpeValue;
  readonly targetSw: CpeValue;
  readonly targetHw: CpeValue;
  readonly other: CpeValue;
}

/** `any` and `na` are the two logical values; a `*` or `?` that stood unescaped makes `wild` (NISTIR 7695 s5.3.2). */
export type CpeValue =
  | { readonly kind: 'any' }
  | { readonly kind: 'na' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'wild'; readonly pattern: readonly WildStep[] };

export type WildStep = { readonly text: string } | { readonly any: 'one' | 'many' };

export const attributes = [
  'part',
  'vendor',
  'product',
  'version',
  'update',
  'edition',
  'language',
  'swEdition',
  'targetSw',
  'targetHw',
  'other',
] as const;

const any: CpeValue = Object.freeze({ kind: 'any' });
const na: CpeValue = Object.freeze({ kind: 'na' });
const maxLength = 4096;

const maxKept = 20_000;
const kept = new Map<string, Cpe | undefined>();

/** Reads a CPE 2.3 formatted string or a CPE 2.2 URI; nothing when it is neither. */
export function parseCpe(text: string): Cpe | undefined {
  if (kept.has(text)) return kept.get(text);
  const cpe = readCpe(text);
  if (kept.size >= maxKept) kept.clear();
  kept.set(text, cpe);
  return cpe;
}

function readCpe(text: string): Cpe | undefined {
  if (text.length > maxLength) return undefined;
  if (text.startsWith('cpe:2.3:')) return parseFormatted(text.slice(8));
  if (/^cpe:\//i.test(text)) return parseUri(text.slice(5));
  return undefined;
}

/** NISTIR 7695 s6.2: eleven attributes, the colon quoted by a backslash inside them. */
function parseFormatted(rest: string): Cpe | undefined {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === '\\') i++;
    else if (rest[i] === ':') {
      parts.push(rest.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(rest.slice(start));
  if (parts.length !== attributes.length || parts.includes('')) return undefined;
  return fromValues(parts.map(formattedValue));
}

function formattedValue(raw: string): CpeValue {
  if (raw === '*') return any;
  if (raw === '-') return na;
  const steps: WildStep[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') steps.push({ text });
    text = '';
  };
  for (let i = 0; i < raw.length; i++) {
    const c = raw[i] as string;
    if (c === '\\' && i + 1 < raw.length) text += raw[++i];
    else if (c === '*' || c === '?') {
      flush();
      steps.push({ any: c === '*' ? 'many' : 'one' });
    } else text += c;
  }
  flush();
  return valueOf(steps);
}

function valueOf(steps: readonly WildStep[]): CpeValue {
  const folded = steps.map((step) => ('text' in step ? { text: fold(step.text) } : step));
  const first = folded[0];
  if (folded.length === 0) return any;
  return folded.length === 1 && first && 'text' in first
    ? { kind: 'text', text: first.text }
    : { kind: 'wild', pattern: folded };
}

/** NISTIR 7695 s6.1: up to seven percent-encoded components; the fifth may pack five attributes with "~". */
function parseUri(rest: string): Cpe | undefined {
  const parts = rest.split(':');
  if (parts.length > 7) return undefined;
  const packed = parts[5]?.startsWith('~') ? parts[5].split('~') : undefined;
  if (packed && packed.length !== 6) return undefined;
  const raw = [
    ...[0, 1, 2, 3, 4].map((i) => parts[i]),
    packed ? packed[1] : parts[5],
    parts[6],
    ...[2, 3, 4, 5].map((i) => packed?.[i]),
  ];
  const values = raw.map(uriValue);
  return values.includes(undefined) ? undefined : fromValues(values as CpeValue[]);
}

function uriValue(raw: string | undefined): CpeValue | undefined {
  if (raw === undefined || raw === '' || raw === '*') return any;
  if (raw === '-') return na;
  const steps: WildStep[] = [];
  // s6.1.2.1: %01 stands for an unquoted "?", %02 for an unquoted "*".
  for (const piece of raw.split(/(%0[12])/)) {
    if (piece === '%01' || piece === '%02') steps.push({ any: piece === '%01' ? 'one' : 'many' });
    else if (piece !== '') {
      const text = decode(piece);
      if (text === undefined) return undefined;
      steps.push({ text });
    }
  }
  return valueOf(steps);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function fromValues(values: readonly CpeValue[]): Cpe | undefined {
  const cpe = Object.fromEntries(attributes.map((name, i) => [name, values[i] ?? any])) as unknown as Cpe;
  const part = cpe.part.kind === 'text' ? cpe.part.text : undefined;
  return part !== undefined && !['a', 'o', 'h'].includes(part) ? undefined : cpe;
}

/** Lower case, and a blank is an underscore: CPE names have no blanks, vendors' spellings do. */
export function fold(text: string): string {
  return text.trim().toLowerCase().replaceAll(/\s+/g, '_');
}

export function textOf(value: CpeValue): string | undefined {
  return value.kind === 'text' ? value.text : undefined;
}
