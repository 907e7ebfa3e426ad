import { crc32, deflateRawSync } from 'node:zlib';

export interface Packed {
  readonly name: string;
  readonly content: string | Buffer;
}

/** A tar archive (ustar). */
export function tar(files: readonly Packed[], change: (header: Buffer, i: number) => void = () => {}): Buffer {
  const parts = files.flatMap(({ name, content }, i) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    header.write('ustar\0', 257);
    header.write('00', 263);
    change(header, i);
    header.write('        ', 148);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

interface ZipOptions {
  readonly stored?: boolean;
  /** Sizes and offsets in Zip64 fields only. */
  readonly wide?: boolean;
  /** How often each entry stands in the directory. */
  readonly times?: number;
}

/** A ZIP archive, deflated unless told. */
export function zip(files: readonly Packed[], { stored = false, wide = false, times = 1 }: ZipOptions = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content } of files) {
    const bytes = Buffer.from(content);
    const packed = stored ? bytes : deflateRawSync(bytes);
    const path = Buffer.from(name);
    const sums = { method: stored ? 0 : 8, crc: crc32(bytes), packed: packed.length, size: bytes.length };
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    writeSums(local, 8, sums);
    local.writeUInt16LE(path.length, 26);
    parts.push(local, path, packed);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    writeSums(entry, 10, wide ? { ...sums, packed: 0xffffffff, size: 0xffffffff } : sums);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE(wide ? 0xffffffff : at, 42);
    const extra = wide ? wideField([bytes.length, packed.length, at]) : Buffer.alloc(0);
    entry.writeUInt16LE(extra.length, 30);
    for (let i = 0; i < times; i++) directory.push(entry, path, extra);
    at += 30 + path.length + packed.length;
  }
  return Buffer.concat([
    ...parts,
    ...directory,
    ...zipEnd(files.length * times, at, Buffer.concat(directory).length, wide),
  ]);
}

function writeSums(
  buffer: Buffer,
  at: number,
  sums: { method: number; crc: number; packed: number; size: number },
): void {
  buffer.writeUInt16LE(sums.method, at);
  buffer.writeUInt32LE(sums.crc, at + 6);
  buffer.writeUInt32LE(sums.packed, at + 10);
  buffer.writeUInt32LE(sums.size, at + 14);
}

function wideField(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + values.length * 8);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(values.length * 8, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  return field;
}

function zipEnd(count: number, at: number, size: number, wide: boolean): Buffer[] {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(wide ? 0xffff : count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(wide ? 0xffffffff : at, 16);
  if (!wide) return [end];
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(at), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at + size), 8);
  return [record, locator, end];
}
