import { defined, field, objectField, objectsIn, textField } from '../json/fields.ts';
import { root } from '../json/place.ts';
import { isJsonObject, type JsonObject } from '../json/read-json.ts';
import type { SbomDelivery, SbomParty } from '../model.ts';

const distribution = new Set(['distribution', 'distribution-intake']);

/** The properties of BSI's CycloneDX taxonomy (`bsi:component:...`) and the hash of the distributed file. */
export function readDelivery(object: JsonObject): SbomDelivery | undefined {
  const properties = new Map<string, string>();
  for (const [property] of objectsIn(object, 'properties', root)) {
    const name = textField(property, 'name');
    if (name?.startsWith('bsi:component:'))
      properties.set(name.slice('bsi:component:'.length), textField(property, 'value') ?? '');
  }
  const found = defined<SbomDelivery>({
    filename: properties.get('filename') || undefined,
    sha512: sha512Of(object),
    executable: oneOf(properties.get('executable'), 'executable', 'non-executable'),
    archive: oneOf(properties.get('archive'), 'archive', 'no archive'),
    structured: oneOf(properties.get('structured'), 'structured', 'unstructured'),
  });
  return Object.keys(found).length === 0 ? undefined : found;
}

function oneOf(value: string | undefined, yes: string, no: string): boolean | undefined {
  return value === yes ? true : value === no ? false : undefined;
}

/** Of the distributed file, where the document tells it apart from the component. */
function sha512Of(object: JsonObject): string | undefined {
  for (const [reference] of objectsIn(object, 'externalReferences', root)) {
    const found = distribution.has(textField(reference, 'type') ?? '') ? hashIn(reference) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function hashIn(object: JsonObject): string | undefined {
  for (const [hash] of objectsIn(object, 'hashes', root)) {
    const content = textField(hash, 'content') ?? '';
    if (textField(hash, 'alg') === 'SHA-512' && content.length === 128) return content.toLowerCase();
  }
  return undefined;
}

/** Authors, and the organisations that answer for the document. */
export function readAuthors(metadata: JsonObject): readonly SbomParty[] {
  const parties = [...objectsIn(metadata, 'authors', root)].map(([author]) => partyOf(author));
  for (const key of ['manufacturer', 'manufacture', 'supplier']) {
    const organisation = objectField(metadata, key);
    if (organisation) parties.push(partyOf(organisation));
  }
  return parties.filter(({ name, contact }) => name !== undefined || contact !== undefined);
}

/** E-mail address or URL by which the maker of a component can be reached. */
export function readContact(object: JsonObject): string | undefined {
  for (const key of ['manufacturer', 'supplier']) {
    const organisation = objectField(object, key);
    const contact = organisation && contactOf(organisation);
    if (contact !== undefined) return contact;
  }
  for (const [author] of objectsIn(object, 'authors', root)) {
    const contact = contactOf(author);
    if (contact !== undefined) return contact;
  }
  return undefined;
}

function partyOf(object: JsonObject): SbomParty {
  return defined<SbomParty>({ name: textField(object, 'name'), contact: contactOf(object) });
}

function contactOf(object: JsonObject): string | undefined {
  const url = field(object, 'url');
  const urls = Array.isArray(url) ? (url as unknown[]) : [url];
  const contacts = field(object, 'contact');
  const people = (Array.isArray(contacts) ? (contacts as unknown[]) : [contacts]).filter(isJsonObject);
  const emails = [object, ...people].map((person) => textField(person, 'email'));
  return emails.find((text) => text?.includes('@')) ?? urls.find(isWebAddress);
}

const isWebAddress = (value: unknown): value is string => typeof value === 'string' && /^https?:\/\/\S/.test(value);
