import assert from 'node:assert/strict';
import { crc32, deflateRawSync } from 'node:zlib';
import { SbomError, type SbomErrorCode } from './errors.ts';

/** A small valid CycloneDX document, changed as the test needs it. */
export function bom(change: object = {}): string {
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, ...change });
}

export function part(change: object = {}): object {
  return { type: 'library', name: 'can-stack', version: '2.4.1', ...change };
}

/** A small valid SPDX document. */
export function spdx(change: object = {}): string {
  return JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'gateway-image',
    documentNamespace: 'https://supplier.example/spdx/gateway-image-1',
    creationInfo: { created: '2026-03-01T08:00:00Z', creators: ['Tool: image-builder-4.1', 'Organization: Supplier'] },
    ...change,
  });
}

export function spdxPackage(id: string, change: object = {}): object {
  return { SPDXID: `SPDXRef-${id}`, name: id, downloadLocation: 'NOASSERTION', ...change };
}

export function assertRefused(action: () => unknown, code: SbomErrorCode, path: string): void {
  assert.throws(action, (error: unknown) => {
    assert.ok(error instanceof SbomError, String(error));
    assert.deepEqual({ code: error.code, path: error.path }, { code, path });
    return true;
  });
}

export interface PackedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

const block = 512;

/** A POSIX tar archive of regular files; `change` spoils or completes the header of each before its checksum is taken. */
export function tar(files: readonly PackedFile[], change: (header: Buffer) => void = () => {}): Buffer {
  const parts = files.flatMap(({ path, content }) => {
    const data = Buffer.from(content);
    const header = Buffer.alloc(block);
    header.write(path.slice(0, 100), 0);
    header.write('0000644\0', 100);
    header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    change(header);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, data, Buffer.alloc((block - (data.length % block)) % block)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** A ZIP archive of deflated files, with the central directory at its end. */
export function zip(files: readonly PackedFile[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content } of files) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4); // deflate
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(Buffer.byteLength(path), 22);
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(path), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, place, Buffer.from(path)]));
    bodies.push(body);
    offset += body.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(
    directory.reduce((total, { length }) => total + length, 0),
    8,
  );
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, ...directory, Buffer.from('PK\x05\x06'), end]);
}

/** A small SPDX 3 document as Yocto writes it: elements in one graph, everything else is a relationship. */
export function spdx3(elements: readonly object[], change: object = {}): string {
  const info = {
    type: 'CreationInfo',
    '@id': '_:info',
    created: '2026-03-01T08:00:00Z',
    specVersion: '3.0.1',
    createdBy: ['urn:org'],
  };
  return JSON.stringify({
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [info, { type: 'Organization', spdxId: 'urn:org', creationInfo: '_:info', name: 'Acme' }, ...elements],
    ...change,
  });
}

export function spdx3Package(name: string, purpose: string, change: object = {}): object {
  return {
    type: 'software_Package',
    spdxId: `urn:pkg:${name}`,
    creationInfo: '_:info',
    name,
    software_primaryPurpose: purpose,
    ...change,
  };
}

export function spdx3Relation(
  from: string,
  relationshipType: string,
  to: readonly string[],
  change: object = {},
): object {
  const spdxId = `urn:rel:${from}:${relationshipType}:${to.join('+')}`;
  return { type: 'Relationship', spdxId, creationInfo: '_:info', from, relationshipType, to, ...change };
}
