import { quote } from '../errors.ts';
import { inside, type Place, pathOf } from '../json/place.ts';
import { refuse } from '../json/rules.ts';
import type { Warnings } from '../warnings.ts';
import type { XmlElement } from './read-xml.ts';

/** How an element of the XML format is written in the JSON format. */
export type Form = (element: XmlElement, at: Place, warnings: Warnings) => unknown;

/** An element that may stand several times and is a list in JSON, without an element around it. */
export interface Repeated {
  readonly each: Form;
}

export const text: Form = ({ text: content }) => content.trim();

export const flag: Form = ({ text: content }) => {
  const word = content.trim();
  return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : word;
};

export const whole: Form = ({ text: content }) => {
  const digits = content.trim();
  return /^-?\d{1,15}$/.test(digits) ? Number(digits) : digits;
};

/** XML allows a time of day without a zone, JSON does not; it is taken as UTC. */
export const instant: Form = ({ text: content }) => {
  const given = content.trim();
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?$/.test(given) ? `${given}Z` : given;
};

/** What the platform does not read: only that it is there. */
export const opaque: Form = () => ({});

export const repeated = (each: Form): Repeated => ({ each });

/** A list: the element around it and its entries. */
export function list(name: string, each: Form): Form {
  return choices(new Map([[name, each]]));
}

/** A list whose entries may be of several kinds. */
export function choices(entries: ReadonlyMap<string, Form>): Form {
  return (element, at, warnings) => {
    const items: unknown[] = [];
    for (const child of ownChildren(element, at, warnings)) {
      const form = entries.get(child.name);
      if (!form) {
        const expected = [...entries.keys()].join(' or ');
        throw refuse('sbom.unknown-field', at, `expected <${expected}> and found <${child.name.slice(0, 60)}>`);
      }
      items.push(form(child, inside(at, items.length), warnings));
    }
    return items;
  };
}

/** The value of one attribute, for elements such as `<assembly ref="...">` that are plain texts in JSON. */
export function attribute(name: string): Form {
  return ({ attributes }, at) => {
    const value = attributes.get(name);
    if (value === undefined) throw refuse('sbom.missing-field', inside(at, name), 'is required and missing; add it');
    return value;
  };
}

export interface ObjectForm {
  readonly fields: Readonly<Record<string, Form | Repeated>>;
  /** Names of the attributes that are members; the XML schema allows any other and gives it no meaning. */
  readonly attributes?: readonly string[];
  /** JSON key of the text that stands in the element. */
  readonly content?: string;
  /** JSON keys that differ from the XML names. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/**
 * Attributes and child elements alike become members. An element that the form does not know becomes a member too, so
 * that the rules of the JSON format refuse or report it with its place.
 */
export function object({ fields, attributes = ['bom-ref'], content, renamed = {} }: ObjectForm): Form {
  const forms = new Map(Object.entries(fields));
  const known = new Set(attributes);
  const keys = new Map(Object.entries(renamed));
  return (element, at, warnings) => {
    const members = new Map<string, unknown>();
    for (const [name, value] of element.attributes) {
      if (!known.has(name)) {
        warnings.add(
          'unknown-field',
          () => pathOf(at),
          `attribute ${quote(name)} is no part of CycloneDX; it was ignored`,
        );
        continue;
      }
      const form = forms.get(name);
      const plain: XmlElement = { name, namespace: '', attributes: new Map(), children: [], text: value };
      members.set(keys.get(name) ?? name, typeof form === 'function' ? form(plain, inside(at, name), warnings) : value);
    }
    if (content !== undefined) members.set(content, element.text.trim());
    for (const child of ownChildren(element, at, warnings)) {
      const key = keys.get(child.name) ?? child.name;
      const form = forms.get(child.name) ?? text;
      if (typeof form !== 'function') addRepeated(members, key, form, child, inside(at, key), warnings);
      else setOnce(members, key, form(child, inside(at, key), warnings), inside(at, key));
    }
    return Object.fromEntries(members); // defines each as an own member, "__proto__" too
  };
}

function addRepeated(
  members: Map<string, unknown>,
  key: string,
  { each }: Repeated,
  child: XmlElement,
  at: Place,
  warnings: Warnings,
): void {
  const before = (members.get(key) ?? []) as unknown[];
  before.push(each(child, inside(at, before.length), warnings));
  members.set(key, before);
}

function setOnce(members: Map<string, unknown>, key: string, value: unknown, at: Place): void {
  if (members.has(key)) throw refuse('sbom.wrong-value', at, 'is given twice; keep one');
  members.set(key, value);
}

/** Elements of other vocabularies are allowed everywhere by the XML schema and mean nothing here. */
export function* ownChildren(element: XmlElement, at: Place, warnings: Warnings): Generator<XmlElement> {
  for (const child of element.children) {
    if (child.namespace === element.namespace) yield child;
    else {
      const message = `<${child.name.slice(0, 60)}> of ${quote(child.namespace)} is no part of CycloneDX; it was ignored`;
      warnings.add('unknown-field', () => pathOf(at), message);
    }
  }
}
