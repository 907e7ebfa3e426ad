/**
 * UUIDv7 (RFC 9562 s5.7): sortable by creation time, so that B-tree inserts stay at the right edge of the index.
 * Within one millisecond the 12 bits of `rand_a` count up (method 1 of s6.2), which keeps ids of one process in order.
 */
const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const random = new Uint8Array(16 * 256);
let used = random.length;
let lastMs = 0;
let counter = 0;

export function newId(now: number = Date.now()): string {
  if (used === random.length) {
    globalThis.crypto.getRandomValues(random);
    used = 0;
  }
  const r = used;
  used += 16;
  if (now > lastMs) {
    lastMs = now;
    counter = (random[r] as number) & 0x7f;
  } else if (++counter > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  const high = Math.floor(lastMs / 0x10000)
    .toString(16)
    .padStart(8, '0');
  const low = (lastMs % 0x10000).toString(16).padStart(4, '0');
  const b = (i: number) => hex[random[r + i] as number] as string;
  const variant = hex[((random[r + 1] as number) & 0x3f) | 0x80] as string;
  const version = (0x7000 | counter).toString(16);
  return `${high}-${low}-${version}-${variant}${b(2)}-${b(3)}${b(4)}${b(5)}${b(6)}${b(7)}${b(8)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isId(value: string): boolean {
  return uuid.test(value);
}
