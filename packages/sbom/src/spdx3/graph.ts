import { field, textField } from '../json/fields.ts';
import { inside, type Place, root } from '../json/place.ts';
import { isJsonObject, type JsonObject } from '../json/read-json.ts';
import { type Rule, refuse } from '../json/rules.ts';

export interface Element {
  readonly id: string;
  readonly type: string;
  readonly object: JsonObject;
  readonly at: Place;
}

/** The elements of an SPDX 3 document by id and in order. */
export interface Graph {
  readonly elements: readonly Element[];
  get(id: string): Element | undefined;
  ofType(...types: readonly string[]): readonly Element[];
}

/**
 * Reads the `@graph`, or the document itself where it is a single element. The first holder of an id keeps it.
 * @throws SbomError when an element has no type
 */
export function readGraph(document: JsonObject, check: (element: Element) => void): Graph {
  const list = field(document, '@graph');
  const at = Array.isArray(list) ? inside(root, '@graph') : root;
  if (list !== undefined && !Array.isArray(list))
    throw refuse('sbom.wrong-type', inside(root, '@graph'), 'expected a list');
  const elements: Element[] = [];
  const byId = new Map<string, Element>();
  const byType = new Map<string, Element[]>();
  for (const [i, object] of (Array.isArray(list) ? (list as unknown[]) : [document]).entries()) {
    const element = elementOf(object, Array.isArray(list) ? inside(at, i) : root);
    check(element);
    elements.push(element);
    if (element.id !== '' && !byId.has(element.id)) byId.set(element.id, element);
    const same = byType.get(element.type);
    if (same) same.push(element);
    else byType.set(element.type, [element]);
  }
  return {
    elements,
    get: (id) => byId.get(id),
    ofType: (...types) => types.flatMap((type) => byType.get(type) ?? []),
  };
}

function elementOf(object: unknown, at: Place): Element {
  if (!isJsonObject(object)) throw refuse('sbom.wrong-type', at, 'expected an object');
  const type = textField(object, 'type') ?? textField(object, '@type');
  if (type === undefined) throw refuse('sbom.missing-field', inside(at, 'type'), 'is required and missing; add it');
  return { id: idOf(object) ?? '', type, object, at };
}

function idOf(object: JsonObject): string | undefined {
  return textField(object, 'spdxId') ?? textField(object, '@id');
}

/** JSON-LD writes one value or a list of them. */
export function valuesOf(object: JsonObject, key: string): readonly unknown[] {
  const value = field(object, key);
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

/** References of a field: ids, or elements written in place. "None" and "no assertion" are no references. */
export function refsOf(object: JsonObject, key: string): readonly string[] {
  return valuesOf(object, key)
    .map((value) => (typeof value === 'string' ? value : isJsonObject(value) ? idOf(value) : undefined))
    .filter((ref) => ref !== undefined && ref !== '' && !isNothing(ref)) as string[];
}

export function objectsOf(object: JsonObject, key: string): readonly JsonObject[] {
  return valuesOf(object, key).filter(isJsonObject);
}

export function textsOf(object: JsonObject, key: string): readonly string[] {
  return valuesOf(object, key).filter((value) => typeof value === 'string');
}

export function isNothing(ref: string): boolean {
  return /(^|[/_#])(NoneElement|NoAssertionElement|NoneLicense|NoAssertionLicense)$/.test(ref);
}

/** One value or a list of values that each pass the rule. */
export function eachOf(rule: Rule): Rule {
  return (value, at, context) => {
    if (!Array.isArray(value)) return rule(value, at, context);
    for (let i = 0; i < value.length; i++) rule(value[i], inside(at, i), context);
  };
}
