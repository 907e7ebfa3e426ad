import { type FieldSpec, type FilterNode, type FilterOperator, formatFilter, parseFilter } from '@bulkhead/contract';
import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';

export type Fields = Readonly<Record<string, FieldSpec>>;
type Token = PropertyFilterProps.Token;
type Group = PropertyFilterProps.TokenGroup;
type Query = PropertyFilterProps.Query;

export const emptyQuery: Query = { tokens: [], tokenGroups: [], operation: 'and' };

type Test = Extract<FilterNode, { kind: 'test' }>;

function tokenOfTest(node: Test, negated: boolean, fields: Fields): Token | undefined {
  const { field: propertyKey, operator, values } = node;
  const isEnum = fields[propertyKey]?.type === 'enum';
  if (operator === 'in')
    return isEnum ? { propertyKey, operator: negated ? '!=' : '=', value: [...values] } : undefined;
  const [first = ''] = values;
  if (negated) return operator === ':' ? { propertyKey, operator: '!:', value: first } : undefined;
  const exact = operator === '=' || operator === '!=';
  return { propertyKey, operator, value: isEnum && exact ? [first] : first };
}

function tokenOf(node: FilterNode, fields: Fields): Token | undefined {
  if (node.kind === 'test') return tokenOfTest(node, false, fields);
  if (node.kind === 'not' && node.term.kind === 'test') return tokenOfTest(node.term, true, fields);
  return undefined;
}

/** `in` on free text has no token of its own: any of the values is a group of its comparisons. */
function groupOfList(node: FilterNode): Group | undefined {
  const negated = node.kind === 'not';
  const term = node.kind === 'not' ? node.term : node;
  if (term.kind !== 'test' || term.operator !== 'in') return undefined;
  const operator = negated ? '!=' : '=';
  return {
    operation: negated ? 'and' : 'or',
    tokens: term.values.map((value) => ({ propertyKey: term.field, operator, value })),
  };
}

function groupOf(node: FilterNode, fields: Fields): Group | Token | undefined {
  if (node.kind !== 'and' && node.kind !== 'or') return tokenOf(node, fields) ?? groupOfList(node);
  const tokens = node.terms.map((term) => tokenOf(term, fields));
  if (tokens.includes(undefined)) return undefined;
  return { operation: node.kind, tokens: tokens as Token[] };
}

/** The filter text as tokens; `undefined` when it nests deeper than tokens can show (then it is edited as text). */
export function queryOfFilter(text: string, fields: Fields): Query | undefined {
  const node = parseFilter(text, fields);
  if (!node) return emptyQuery;
  const terms = node.kind === 'and' || node.kind === 'or' ? node.terms : [node];
  const groups = terms.map((term) => groupOf(term, fields));
  if (groups.includes(undefined)) return undefined;
  const operation = node.kind === 'or' ? 'or' : 'and';
  return { operation, tokens: [], tokenGroups: groups as (Token | Group)[] };
}

function valuesOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String).filter((text) => text !== '');
}

function nodeOfToken(token: Token, fields: Fields, freeText: string): FilterNode | undefined {
  const field = token.propertyKey ?? freeText;
  const values = valuesOf(token.value);
  if (!Object.hasOwn(fields, field) || values.length === 0) return undefined;
  const test = (operator: FilterOperator): FilterNode => ({ kind: 'test', field, operator, values });
  const contains = !token.propertyKey && (token.operator === '=' || token.operator === ':');
  if (contains) return test(':');
  if (token.operator === '!:') return { kind: 'not', term: test(':') };
  if (token.operator === '!=' && values.length > 1) return { kind: 'not', term: test('in') };
  if (token.operator === '=' && values.length > 1) return test('in');
  if (token.operator === '^' || token.operator === '!^') return undefined;
  return test(token.operator as FilterOperator);
}

function isGroup(item: Token | Group): item is Group {
  return 'tokens' in item;
}

function nodeOfGroup(item: Token | Group, fields: Fields, freeText: string): FilterNode | undefined {
  if (!isGroup(item)) return nodeOfToken(item, fields, freeText);
  const terms = item.tokens.map((each) => nodeOfGroup(each, fields, freeText)).filter((node) => node !== undefined);
  return terms.length > 1 ? { kind: item.operation, terms } : terms[0];
}

/** Tokens as filter text; words typed without a field search the field `freeText`. */
export function filterOfQuery(query: Query, fields: Fields, freeText: string): string {
  const items = query.tokenGroups && query.tokenGroups.length > 0 ? query.tokenGroups : query.tokens;
  const terms = items.map((item) => nodeOfGroup(item, fields, freeText)).filter((node) => node !== undefined);
  const [first] = terms;
  if (!first) return '';
  return formatFilter(terms.length === 1 ? first : { kind: query.operation, terms });
}

/** Two filters as one that wants both; used for lists that are bound to a vehicle, a certificate, ... */
export function bothFilters(a: string, b: string): string {
  if (!a.trim()) return b;
  if (!b.trim()) return a;
  return `(${a}) and (${b})`;
}

/** A value as it must stand in a filter. */
export function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

const orderOperators = ['=', '!=', '>', '>=', '<', '<='] as const;

/** The fields of a list as the properties of the token filter. */
export function propertiesOf(fields: Fields): PropertyFilterProps.FilteringProperty[] {
  return Object.entries(fields).map(([key, spec]) => ({
    key,
    propertyLabel: spec.label,
    groupValuesLabel: `${spec.label} values`,
    operators: operatorsOf(spec),
    defaultOperator: spec.type === 'string' ? ':' : '=',
  }));
}

function operatorsOf(spec: FieldSpec): NonNullable<PropertyFilterProps.FilteringProperty['operators']> {
  if (spec.type === 'string') return [':', '!:', '=', '!='];
  if (spec.type === 'number' || spec.type === 'time') return [...orderOperators];
  if (spec.type === 'boolean') return ['='];
  return [
    { operator: '=', tokenType: 'enum' },
    { operator: '!=', tokenType: 'enum' },
  ];
}

export function optionsOf(fields: Fields): PropertyFilterProps.FilteringOption[] {
  return Object.entries(fields).flatMap(([propertyKey, spec]) => {
    const values = spec.type === 'boolean' ? ['true', 'false'] : (spec.values ?? []);
    return values.map((value) => ({ propertyKey, value }));
  });
}
