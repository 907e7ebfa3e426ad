import type { Certificate } from './certificate.ts';
import {
  bodyOf,
  type DerValue,
  finish,
  inside,
  membersOf,
  next,
  only,
  optional,
  rawOf,
  readWhole,
} from './der/read.ts';
import { sequence, tags } from './der/write.ts';
import { PkiError } from './error.ts';
import { ipOctets } from './general-name.ts';
import { parseName, readName } from './name.ts';

type Subtree =
  | { readonly kind: 'dns' | 'uri'; readonly base: string }
  | { readonly kind: 'ip'; readonly address: Uint8Array; readonly mask: Uint8Array }
  | { readonly kind: 'directory'; readonly rdns: readonly string[] };

interface NameConstraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

const maxSubtrees = 64;

/** RDNs in a form that compares as RFC 5280 s7.1 says: case and blanks do not count, nor does the string type. */
function canonicalRdns(name: DerValue): string[] {
  return membersOf(name, 24, 'The name').map((rdn) =>
    parseName(sequence(rawOf(rdn)))
      .map(({ type, value }) => `${type}=${value.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()}`)
      .sort()
      .join('\n'),
  );
}

const directoryOf = (der: Uint8Array): string[] => canonicalRdns(readWhole(der, tags.sequence, 2048, 'The name'));

function readSubtree(value: DerValue): Subtree {
  const cursor = inside(value);
  const base = next(cursor);
  finish(cursor, 'A subtree'); // minimum and maximum must be absent, RFC 5280 s4.2.1.10
  const body = bodyOf(base);
  if (base.tag === 0x82 || base.tag === 0x86) {
    const text = Buffer.from(body).toString('latin1').toLowerCase();
    if (!/^[a-z0-9._-]{0,253}$/.test(text))
      throw new PkiError('pki.bad-extension', 'A name constraint is not a host name');
    return { kind: base.tag === 0x82 ? 'dns' : 'uri', base: text };
  }
  if (base.tag === 0x87 && (body.length === 8 || body.length === 32)) {
    const half = body.length / 2;
    return { kind: 'ip', address: body.subarray(0, half), mask: body.subarray(half) };
  }
  if (base.tag === 0xa4) {
    const name = only(base, tags.sequence, 'The directory name');
    readName(name);
    return { kind: 'directory', rdns: canonicalRdns(name) };
  }
  // Ignoring a kind of name would let a CA issue what it was forbidden to.
  throw new PkiError(
    'pki.unknown-critical-extension',
    'A name constraint is of a kind that is not understood; use DNS, URI, IP or directory names',
  );
}

function readConstraints(der: Uint8Array): NameConstraints {
  const cursor = inside(readWhole(der, tags.sequence, 16 * 1024, 'The name constraints'));
  const permitted = optional(cursor, 0xa0);
  const excluded = optional(cursor, 0xa1);
  finish(cursor, 'The name constraints');
  const subtrees = (list: DerValue | undefined) =>
    list ? membersOf(list, maxSubtrees, 'The name constraints').map(readSubtree) : [];
  if (!permitted && !excluded) throw new PkiError('pki.bad-extension', 'Name constraints must not be empty');
  return { permitted: subtrees(permitted), excluded: subtrees(excluded) };
}

const hostWithin = (host: string, base: string): boolean =>
  base === '' || host === base || host.endsWith(base.startsWith('.') ? base : `.${base}`);

/** A URI constraint names one host, or with a leading dot all hosts below (RFC 5280 s4.2.1.10). */
const uriHostWithin = (host: string, base: string): boolean =>
  base.startsWith('.') ? host.endsWith(base) : host === base;

function hostOfUri(uri: string): string {
  const host = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([A-Za-z0-9.-]+)(?::\d*)?(?:[/?#]|$)/.exec(uri)?.[1];
  if (!host || /^[\d.]+$/.test(host)) {
    throw new PkiError('pki.name-not-permitted', 'Under URI constraints a URI needs a host name (RFC 5280 s4.2.1.10)');
  }
  return host.toLowerCase();
}

function ipWithin(octets: Uint8Array, address: Uint8Array, mask: Uint8Array): boolean {
  if (octets.length !== address.length) return false;
  return octets.every((octet, i) => ((octet ^ (address[i] as number)) & (mask[i] as number)) === 0);
}

/** All names of one kind as tests that say whether a subtree covers them. */
function namesOf(
  certificate: Certificate,
  kind: Subtree['kind'],
): ((subtree: Subtree, excluding: boolean) => boolean)[] {
  const { san, subject, subjectDer } = certificate;
  if (kind === 'dns') {
    return san.dns.map((name) => (s, excluding) => {
      if (s.kind !== 'dns') return false;
      const host = name.toLowerCase();
      // *.example.com stands for hosts below it, so it also meets an exclusion of one of them.
      return hostWithin(host, s.base) || (excluding && host.startsWith('*.') && hostWithin(s.base, host.slice(2)));
    });
  }
  if (kind === 'uri')
    return san.uri.map(hostOfUri).map((host) => (s) => s.kind === 'uri' && uriHostWithin(host, s.base));
  if (kind === 'ip')
    return san.ip.map(ipOctets).map((octets) => (s) => s.kind === 'ip' && ipWithin(octets, s.address, s.mask));
  const names = [...(subject.length > 0 ? [subjectDer] : []), ...san.directory].map(directoryOf);
  return names.map((rdns) => (s) => s.kind === 'directory' && s.rdns.every((rdn, i) => rdns[i] === rdn));
}

function checkNames(certificate: Certificate, { permitted, excluded }: NameConstraints): void {
  for (const kind of ['dns', 'uri', 'ip', 'directory'] as const) {
    const allowed = permitted.filter((s) => s.kind === kind);
    const denied = excluded.filter((s) => s.kind === kind);
    if (allowed.length + denied.length === 0) continue;
    for (const covers of namesOf(certificate, kind)) {
      const refused =
        denied.some((s) => covers(s, true)) || (allowed.length > 0 && !allowed.some((s) => covers(s, false)));
      if (refused)
        throw new PkiError(
          'pki.name-not-permitted',
          `A CA above the certificate ${certificate.serial} does not permit its ${kind} name`,
        );
    }
  }
}

/** Applies the name constraints of each CA to everything below it (RFC 5280 s6.1.3 (b), (c), s6.1.4 (g)); `path` is leaf first. */
export function checkNameConstraints(path: readonly Certificate[]): void {
  for (const [index, { nameConstraints, basicConstraints }] of path.entries()) {
    if (!nameConstraints) continue;
    if (!basicConstraints?.ca)
      throw new PkiError('pki.bad-extension', 'Only a CA has name constraints (RFC 5280 s4.2.1.10)');
    const constraints = readConstraints(nameConstraints);
    for (const [place, below] of path.slice(0, index).entries()) {
      const selfIssued = Buffer.compare(below.subjectDer, below.issuerDer) === 0;
      if (place === 0 || !selfIssued) checkNames(below, constraints);
    }
  }
}
