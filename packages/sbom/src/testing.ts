import assert from 'node:assert/strict';
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
