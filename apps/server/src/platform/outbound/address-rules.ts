import { isIP } from 'node:net';

/** The bytes of an address; an IPv6 zone (`%eth0`) is no part of it. Undefined if it is no address. */
export function bytesOf(address: string): Uint8Array | undefined {
  const [bare = ''] = address.split('%');
  switch (isIP(bare)) {
    case 4:
      return Uint8Array.from(bare.split('.'), Number);
    case 6:
      return bytesOfV6(bare);
    default:
      return undefined;
  }
}

/** RFC 4291 s2.2: `::` stands for as many zeros as are missing, the last 32 bits may be written as IPv4. */
function bytesOfV6(text: string): Uint8Array {
  const groups = (part: string) =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!group.includes('.')) return [Number.parseInt(group, 16)];
          const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
          return [a * 256 + b, c * 256 + d];
        });
  const [before = '', after] = text.split('::');
  const [head, tail] = [groups(before), groups(after ?? '')];
  const words = [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]));
}

type Block = readonly [prefix: string, bits: number, name: string];

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates), multicast, and one cloud's metadata. */
const blocksV4: readonly Block[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by carriers'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved for protocols'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, 'reserved (6to4 relays)'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'reserved for benchmarks'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved or broadcast'],
  ['168.63.129.16', 32, 'the metadata of a cloud'],
];

/** Outside 2000::/3 nothing is public (IANA IPv6 Special-Purpose Address Registry); these are special inside it. */
const blocksV6: readonly Block[] = [
  ['2001::', 23, 'reserved for protocols'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['3fff::', 20, 'documentation'],
];
const loopbackV6: Block = ['::1', 128, 'loopback'];
const globalV6: Block = ['2000::', 3, 'public'];
/** Prefixes whose last 32 bits are an IPv4 address that the packet goes to: RFC 4291 s2.5.5.2, RFC 6052 s2.1. */
const carriers: readonly Block[] = [
  ['::ffff:0:0', 96, 'IPv4-mapped'],
  ['64:ff9b::', 96, 'NAT64'],
];

function isIn(bytes: Uint8Array, [prefix, bits]: Block): boolean {
  const wanted = bytesOf(prefix);
  if (wanted?.length !== bytes.length) return false;
  for (let i = 0; i < bits; i += 8) {
    const mask = bits - i >= 8 ? 0xff : (0xff << (8 - (bits - i))) & 0xff;
    if (((bytes[i / 8] as number) & mask) !== ((wanted[i / 8] as number) & mask)) return false;
  }
  return true;
}

/**
 * Why an address is not one of the public internet (`loopback`, `private`, ...); undefined if it is one. Whoever names a
 * webhook must not be able to reach what only this server can reach.
 */
export function whyNotPublic(address: string): string | undefined {
  const bytes = bytesOf(address);
  if (!bytes) return 'not an address';
  if (bytes.length === 4) return blocksV4.find((block) => isIn(bytes, block))?.[2];
  if (carriers.some((block) => isIn(bytes, block))) return whyNotPublic(bytes.subarray(12).join('.'));
  if (isIn(bytes, loopbackV6)) return 'loopback';
  if (!isIn(bytes, globalV6)) return 'private, link-local or multicast';
  return blocksV6.find((block) => isIn(bytes, block))?.[2];
}

export const isLoopback = (address: string): boolean => whyNotPublic(address) === 'loopback';
