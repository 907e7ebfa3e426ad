import { Problem } from '@bulkhead/kernel';

/**
 * The one filter language of API, console and CLI:
 *
 *     state = online and (model : "Aria" or region != eu) and not lastSeen < 2026-01-01
 *
 * `:` is "contains" (case-insensitive), `=` and `!=` compare exactly, `<`, `<=`, `>`, `>=` compare numbers and times,
 * `in (a, b)` is any of. `and` binds tighter than `or`, `not` tightest.
 */
export type FieldType = 'string' | 'enum' | 'number' | 'time' | 'boolean';

export interface FieldSpec {
  readonly type: FieldType;
  readonly label: string;
  readonly values?: readonly string[];
  /** False when the list cannot be ordered by it; fields are sortable unless said otherwise. */
  readonly sortable?: boolean;
}

export type FilterOperator = '=' | '!=' | ':' | '<' | '<=' | '>' | '>=' | 'in';

export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly term: FilterNode }
  | {
      readonly kind: 'test';
      readonly field: string;
      readonly operator: FilterOperator;
      readonly values: readonly string[];
    };

export class FilterError extends Problem<'request.bad-filter'> {
  constructor(detail: string, position: number) {
    super('request.bad-filter', `${detail} (at character ${position + 1} of the filter)`, {
      fields: { filter: detail },
    });
  }
}

interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'open' | 'close' | 'comma' | 'end';
  readonly value: string;
  readonly at: number;
}

const maxLength = 2000;
const maxDepth = 16;
const maxTests = 64;
const word = /[A-Za-z0-9_.+@%/*-]/;

function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '"') return { value, end: i + 1 };
    if (c === '\\' && i + 1 < text.length) i += 1;
    value += text.charAt(i);
  }
  throw new FilterError('the quotation mark is never closed', start);
}

function readWord(text: string, start: number): string {
  let end = start;
  // a colon inside a word belongs to it (times such as 10:30, purls), but not one that ends the word
  while (
    end < text.length &&
    (word.test(text.charAt(end)) ||
      (text.charAt(end) === ':' && end > start && /\d/.test(text.charAt(end - 1)) && /\d/.test(text.charAt(end + 1))))
  )
    end += 1;
  return text.slice(start, end);
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const single: Readonly<Record<string, Token['kind']>> = { '(': 'open', ')': 'close', ',': 'comma' };
  while (at < text.length) {
    const c = text.charAt(at);
    const kind = single[c];
    if (/\s/.test(c)) at += 1;
    else if (kind) tokens.push({ kind, value: c, at: at++ });
    else if (c === '"') {
      const { value, end } = readQuoted(text, at);
      tokens.push({ kind: 'text', value, at });
      at = end;
    } else if ('=!<>:'.includes(c)) {
      const value = text.charAt(at + 1) === '=' && c !== ':' && c !== '=' ? `${c}=` : c;
      if (value === '!') throw new FilterError('"!" alone is no operator; write != or not', at);
      tokens.push({ kind: 'operator', value, at });
      at += value.length;
    } else {
      const value = readWord(text, at);
      if (value === '')
        throw new FilterError(`"${String.fromCodePoint(text.codePointAt(at) ?? 0)}" must stand in quotation marks`, at);
      tokens.push({ kind: 'word', value, at });
      at += value.length;
    }
  }
  tokens.push({ kind: 'end', value: '', at: text.length });
  return tokens;
}

class Cursor {
  private readonly tokens: readonly Token[];
  private readonly fields: Readonly<Record<string, FieldSpec>>;
  private position = 0;
  private tests = 0;

  constructor(tokens: readonly Token[], fields: Readonly<Record<string, FieldSpec>>) {
    this.tokens = tokens;
    this.fields = fields;
  }

  peek(): Token {
    return this.tokens[this.position] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.position += 1;
    return token;
  }

  takeWord(...words: string[]): boolean {
    const token = this.peek();
    const found = token.kind === 'word' && words.includes(token.value.toLowerCase());
    if (found) this.position += 1;
    return found;
  }

  expression(depth: number): FilterNode {
    return this.chain('or', () => this.chain('and', () => this.unary(depth)));
  }

  private chain(kind: 'and' | 'or', part: () => FilterNode): FilterNode {
    const terms = [part()];
    while (this.takeWord(kind)) terms.push(part());
    return terms.length === 1 ? (terms[0] as FilterNode) : { kind, terms };
  }

  private unary(depth: number): FilterNode {
    if (depth > maxDepth) throw new FilterError(`the filter is nested deeper than ${maxDepth} levels`, this.peek().at);
    if (this.takeWord('not')) return { kind: 'not', term: this.unary(depth + 1) };
    if (this.peek().kind !== 'open') return this.test();
    this.next();
    const inner = this.expression(depth + 1);
    const close = this.next();
    if (close.kind !== 'close') throw new FilterError('a closing bracket is missing', close.at);
    return inner;
  }

  private test(): FilterNode {
    const name = this.next();
    if (name.kind !== 'word') throw new FilterError('a field name is expected here', name.at);
    const spec = Object.hasOwn(this.fields, name.value) ? this.fields[name.value] : undefined;
    if (!spec) {
      throw new FilterError(
        `there is no field "${name.value}"; the fields are ${Object.keys(this.fields).join(', ')}`,
        name.at,
      );
    }
    if (++this.tests > maxTests) throw new FilterError(`a filter holds at most ${maxTests} comparisons`, name.at);
    if (this.takeWord('in'))
      return { kind: 'test', field: name.value, operator: 'in', values: this.valueList(name.value, spec) };
    const operator = this.next();
    if (operator.kind !== 'operator')
      throw new FilterError('an operator (= != : < <= > >= in) is expected here', operator.at);
    const value = this.value(name.value, spec);
    checkOperator(spec, operator);
    return { kind: 'test', field: name.value, operator: operator.value as FilterOperator, values: [value] };
  }

  private valueList(field: string, spec: FieldSpec): string[] {
    const open = this.next();
    if (open.kind !== 'open') throw new FilterError('"in" is followed by a list in brackets', open.at);
    const values = [this.value(field, spec)];
    for (let token = this.next(); token.kind !== 'close'; token = this.next()) {
      if (token.kind !== 'comma') throw new FilterError('a comma or a closing bracket is expected here', token.at);
      values.push(this.value(field, spec));
      if (values.length > 200) throw new FilterError('a list holds at most 200 values', token.at);
    }
    return values;
  }

  private value(field: string, spec: FieldSpec): string {
    const token = this.next();
    if (token.kind !== 'word' && token.kind !== 'text')
      throw new FilterError(`a value for "${field}" is expected here`, token.at);
    checkValue(field, spec, token);
    return token.value;
  }
}

function checkOperator(spec: FieldSpec, operator: Token): void {
  const ordered = spec.type === 'number' || spec.type === 'time';
  if ('<>'.includes(operator.value.charAt(0)) && !ordered) {
    throw new FilterError(`"${operator.value}" compares numbers and times only`, operator.at);
  }
  if (operator.value === ':' && spec.type !== 'string' && spec.type !== 'enum') {
    throw new FilterError('":" (contains) works on text only; use =', operator.at);
  }
}

function checkValue(field: string, spec: FieldSpec, token: Token): void {
  if (token.value.includes('\0')) throw new FilterError('a value cannot hold a NUL character', token.at);
  if (spec.type === 'number' && !/^-?\d{1,15}(\.\d{1,9})?$/.test(token.value))
    throw new FilterError(`"${field}" is compared with a number`, token.at);
  if (spec.type === 'time' && !isTime(token.value))
    throw new FilterError(`"${field}" is compared with a time such as 2026-11-20 or 2026-11-20T10:00:00Z`, token.at);
  if (spec.type === 'boolean' && token.value !== 'true' && token.value !== 'false')
    throw new FilterError(`"${field}" is true or false`, token.at);
  if (spec.type === 'enum' && spec.values && !spec.values.includes(token.value)) {
    throw new FilterError(`"${field}" is one of ${spec.values.join(', ')}`, token.at);
  }
}

const writtenTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** RFC 3339 down to the part that is written; `Date.parse` alone takes "1" and dates that no database can hold. */
function isTime(text: string): boolean {
  return writtenTime.test(text) && !text.startsWith('0000') && !Number.isNaN(Date.parse(text));
}

/**
 * Parses a filter against the fields of a list; an empty filter is `undefined`.
 * Bounded: 2,000 characters, 16 levels, 64 comparisons.
 * @throws FilterError saying what is wrong and where.
 */
export function parseFilter(
  text: string | undefined,
  fields: Readonly<Record<string, FieldSpec>>,
): FilterNode | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (text.length > maxLength) throw new FilterError(`a filter has at most ${maxLength} characters`, maxLength);
  const cursor = new Cursor(tokenize(text), fields);
  const node = cursor.expression(0);
  const rest = cursor.peek();
  if (rest.kind !== 'end')
    throw new FilterError(`"${rest.value}" was not expected here; join comparisons with and / or`, rest.at);
  return node;
}

const plainWord = /^[A-Za-z0-9_.+@%/*-]+$/;
const reserved = new Set(['and', 'or', 'not', 'in']);

function formatValue(value: string): string {
  if (plainWord.test(value) && !reserved.has(value.toLowerCase())) return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Writes a filter back as text with no more brackets than it needs; `parseFilter(formatFilter(node))` equals `node`. */
export function formatFilter(node: FilterNode): string {
  switch (node.kind) {
    case 'test':
      return node.operator === 'in'
        ? `${node.field} in (${node.values.map(formatValue).join(', ')})`
        : `${node.field} ${node.operator} ${formatValue(node.values[0] ?? '')}`;
    case 'not':
      return `not ${node.term.kind === 'test' || node.term.kind === 'not' ? formatFilter(node.term) : `(${formatFilter(node.term)})`}`;
    default:
      return node.terms.map((term) => formatTerm(term, node.kind)).join(` ${node.kind} `);
  }
}

/** `and` binds tighter than `or`: of the two only it can stand inside the other without brackets. */
function formatTerm(term: FilterNode, outer: 'and' | 'or'): string {
  const bare = term.kind === 'test' || term.kind === 'not' || (term.kind === 'and' && outer === 'or');
  return bare ? formatFilter(term) : `(${formatFilter(term)})`;
}
