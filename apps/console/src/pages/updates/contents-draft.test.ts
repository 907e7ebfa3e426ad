import type { ReleaseDetail } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { contentsOf, draftOfContents, emptyImage, faultsOfImage, missingOf, wordsOf } from './contents-draft.ts';

const release = {
  name: 'Modem 8.1',
  description: 'd',
  security: true,
  models: ['aria'],
  fixed: ['CVE-2026-1', 'CVE-2026-2'],
  rxswins: ['r1'],
  contents: [
    {
      role: 'tcu',
      softwareId: 's1',
      software: 'tcu-os',
      version: '8.1',
      fromSoftwareId: null,
      hardwareIds: ['PN-1', 'PN-2/B'],
      fileName: 'tcu.bin',
      sha256: 'a'.repeat(64),
      sha512: null,
      length: 12,
      releaseCounter: 3,
      inCatalogue: true,
    },
  ],
  rules: [{ kind: 'requires', role: 'cgw', name: 'cgw-os', from: { version: '2.0' } }],
} as unknown as ReleaseDetail;

test('contents that are opened and saved are what they were', () => {
  const saved = contentsOf(draftOfContents(release));

  expect(saved).toMatchObject({
    name: 'Modem 8.1',
    fixes: ['CVE-2026-1', 'CVE-2026-2'],
    items: [{ hardwareIds: ['PN-1', 'PN-2/B'], length: 12, releaseCounter: 3 }],
    rules: [{ kind: 'requires', role: 'cgw', name: 'cgw-os', from: { version: '2.0' } }],
  });
  expect(saved.items[0]).not.toHaveProperty('fromSoftwareId');
  expect(saved.rules[0]).not.toHaveProperty('to');
});

test('an image says field by field what it lacks, and the first incomplete one is named', () => {
  expect(Object.keys(faultsOfImage(emptyImage))).toEqual([
    'role',
    'softwareId',
    'hardwareIds',
    'fileName',
    'sha256',
    'length',
  ]);

  const draft = draftOfContents(release);
  expect(missingOf(draft)).toBeUndefined();
  expect(missingOf({ ...draft, items: [...draft.items, emptyImage] })).toBe('Image 2 is not complete');
});

test('words are taken from lines and commas, each once', () => {
  expect(wordsOf(' CVE-1,\nCVE-2\n\nCVE-1 ')).toEqual(['CVE-1', 'CVE-2']);
});
