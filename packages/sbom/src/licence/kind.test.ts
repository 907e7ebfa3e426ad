import assert from 'node:assert/strict';
import { test } from 'node:test';
import { licenceKind } from './kind.ts';

test('ids and expressions are sorted by what they ask of whoever ships the software', () => {
  const cases = [
    ['MIT', 'permissive'],
    ['apache-2.0', 'permissive'],
    ['LGPL-2.1-or-later', 'weak-copyleft'],
    ['MPL-2.0', 'weak-copyleft'],
    ['GPL-2.0-only', 'copyleft'],
    ['GPL-3.0-or-later', 'copyleft'],
    ['AGPL-3.0-only', 'network-copyleft'],
    ['BUSL-1.1', 'other'],
    ['LicenseRef-Acme', 'other'],
    ['some words', 'other'],
    ['', 'other'],
    ['MIT OR GPL-2.0-only', 'permissive'],
    ['MIT AND GPL-2.0-only', 'copyleft'],
    ['MIT OR GPL-2.0-only AND AGPL-3.0-only', 'permissive'],
    ['(MIT OR GPL-2.0-only) AND LGPL-2.1-only', 'weak-copyleft'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'weak-copyleft'],
    ['GPL-2.0-only WITH Classpath-exception-2.0 AND AGPL-3.0-only', 'network-copyleft'],
  ] as const;
  for (const [text, kind] of cases) assert.equal(licenceKind(text), kind, text);
});
