import { bodyOf, type DerValue, membersOf, rawOf } from './der/read.ts';
import { contextPrimitive, ia5Bytes, sequence, tags } from './der/write.ts';
import { PkiError } from './error.ts';

/** Subject alternative names by kind (RFC 5280 s4.2.1.6). */
export interface AlternativeNames {
  readonly uri?: readonly string[];
  readonly dns?: readonly string[];
  /** IPv4 dotted or IPv6 in RFC 5952 form. */
  readonly ip?: readonly string[];
}

/** What a certificate or request really carries; `other` counts the kinds not read here. */
export interface ReadAlternativeNames {
  readonly uri: readonly string[];
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly email: readonly string[];
  readonly directory: readonly Uint8Array[];
  readonly other: number;
}

export const noNames: ReadAlternativeNames = Object.freeze({
  uri: [],
  dns: [],
  ip: [],
  email: [],
  directory: [],
  other: 0,
});

const maxNames = 100;
const dnsName =
  /^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

function checkUri(uri: string): string {
  if (uri.length > 512 || !/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(uri)) {
    throw new PkiError(
      'pki.bad-name',
      'A URI in a certificate has a scheme, is ASCII without blanks, and at most 512 characters',
    );
  }
  return uri;
}

function checkDns(name: string): string {
  if (name.length > 253 || !dnsName.test(name))
    throw new PkiError('pki.bad-name', `Not a DNS name: ${JSON.stringify(name.slice(0, 80))}`);
  return name;
}

function ipv4Octets(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number);
}

function ipv6Octets(text: string): number[] | undefined {
  if (text.length > 45 || !/^[0-9A-Fa-f:.]+$/.test(text)) return undefined;
  const tail = /^(.*:)([0-9.]+)$/.exec(text);
  const v4 = tail && text.includes('.') ? ipv4Octets(tail[2] as string) : undefined;
  if (text.includes('.') && !v4) return undefined;
  const plain =
    v4 && tail
      ? `${tail[1]}${((v4[0] as number) * 256 + (v4[1] as number)).toString(16)}:${((v4[2] as number) * 256 + (v4[3] as number)).toString(16)}`
      : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const head = groups[0] ?? [];
  const rest = groups[1] ?? [];
  const missing = 8 - head.length - rest.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...rest];
  if (!all.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}

/** The 4 or 16 octets of an address. */
export function ipOctets(text: string): Buffer {
  const octets = ipv4Octets(text) ?? ipv6Octets(text);
  if (!octets) throw new PkiError('pki.bad-name', `Not an IP address: ${JSON.stringify(text.slice(0, 60))}`);
  return Buffer.from(octets);
}

/** The text of 4 or 16 octets; IPv6 with the longest run of zeros cut (RFC 5952 s4). */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) throw new PkiError('pki.bad-name', 'An IP address has 4 or 16 octets');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] as number) << 8) | (octets[2 * i + 1] as number)).toString(16),
  );
  const runs = [...groups.join(':').matchAll(/(?<![0-9a-f])0(:0)+(?![0-9a-f])/g)].sort(
    (a, b) => b[0].length - a[0].length,
  );
  const longest = runs[0];
  const text = groups.join(':');
  if (!longest) return text;
  const before = text.slice(0, longest.index).replace(/:$/, '');
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** A GeneralName of kind uniformResourceIdentifier. */
export const uriName = (uri: string): Buffer => contextPrimitive(6, ia5Bytes(checkUri(uri)));

/** GeneralNames in the order URI, DNS, IP; `undefined` when there are none. */
export function encodeAlternativeNames(names: AlternativeNames): Buffer | undefined {
  const all = [
    ...(names.uri ?? []).map(uriName),
    ...(names.dns ?? []).map((name) => contextPrimitive(2, ia5Bytes(checkDns(name)))),
    ...(names.ip ?? []).map((address) => contextPrimitive(7, ipOctets(address))),
  ];
  if (all.length > maxNames) throw new PkiError('pki.bad-name', `At most ${maxNames} alternative names`);
  return all.length > 0 ? sequence(...all) : undefined;
}

function ascii(value: DerValue): string {
  const body = bodyOf(value);
  if (body.length === 0 || body.length > 2048 || !body.every((byte) => byte > 0x20 && byte < 0x7f)) {
    throw new PkiError('pki.bad-name', 'An alternative name is not 1 to 2048 characters of printable ASCII');
  }
  return String.fromCharCode(...body);
}

/** Reads GeneralNames. */
export function readAlternativeNames(value: DerValue): ReadAlternativeNames {
  const names = {
    uri: [] as string[],
    dns: [] as string[],
    ip: [] as string[],
    email: [] as string[],
    directory: [] as Uint8Array[],
    other: 0,
  };
  if (value.tag !== tags.sequence) throw new PkiError('pki.bad-extension', 'Alternative names are a sequence');
  const members = membersOf(value, maxNames, 'The alternative names');
  if (members.length === 0)
    throw new PkiError('pki.bad-extension', 'Alternative names must not be empty (RFC 5280 s4.2.1.6)');
  for (const member of members) {
    if (member.tag === 0x86) names.uri.push(checkUri(ascii(member)));
    else if (member.tag === 0x82) names.dns.push(checkDns(ascii(member)));
    else if (member.tag === 0x87) names.ip.push(ipText(bodyOf(member)));
    else if (member.tag === 0x81) names.email.push(ascii(member));
    else if (member.tag === 0xa4) names.directory.push(rawOf(membersOf(member, 1, 'The directory name')[0] ?? member));
    else names.other += 1;
  }
  return names;
}
