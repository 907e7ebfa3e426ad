import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { AdvisoryError, type AdvisoryErrorCode } from './error.ts';
import { matchAdvisory } from './match/match-advisory.ts';
import type { Advisory, ComponentIdentity, Match } from './model.ts';
import { readAdvisory } from './read-advisory.ts';

const folder = fileURLToPath(new URL('../../../../shared/data/vulnerabilities/', import.meta.url));

/** For `test(..., { skip })`: the records of third parties are no part of the project. */
export const skipWithoutData = existsSync(folder)
  ? false
  : `the vulnerability records are not at ${folder}; run inside the workspace that has them`;

export function dataFile(name: string): Uint8Array {
  return readFileSync(`${folder}${name}`);
}

const read = new Map<string, readonly Advisory[]>();

/** The advisories of a file with one compressed record per line; each file is read once in a test run. */
export function readRecords(name: string): readonly Advisory[] {
  const records = read.get(name) ?? loadRecords(name);
  read.set(name, records);
  return records;
}

function loadRecords(name: string): Advisory[] {
  const lines = gunzipSync(dataFile(name)).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').flatMap((line) => readAdvisory(JSON.parse(line)));
}

export function assertRefused(action: () => unknown, code: AdvisoryErrorCode, path: string): void {
  assert.throws(action, (error: unknown) => {
    assert.ok(error instanceof AdvisoryError, `expected an AdvisoryError, got ${String(error)}`);
    assert.deepEqual({ code: error.code, path: error.path }, { code, path });
    assert.ok(error.message.length < 600, 'a message stays short whatever the record holds');
    return true;
  });
}

/** A CVE record around one `affected` list. */
export function cveRecord(affected: readonly unknown[], more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    dataType: 'CVE_RECORD',
    dataVersion: '5.1',
    cveMetadata: { cveId: 'CVE-2026-10001', state: 'PUBLISHED' },
    containers: {
      cna: {
        providerMetadata: { orgId: 'b4f4bd44-0000-4000-8000-000000000000', shortName: 'example' },
        descriptions: [{ lang: 'en', value: 'A length is not checked.' }],
        affected,
        ...more,
      },
    },
  };
}

export function osvRecord(affected: readonly unknown[], more: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: 'OSV-2026-1', modified: '2026-01-01T00:00:00Z', affected, ...more };
}

/** The one advisory of a record. */
export function advisoryOf(record: unknown): Advisory {
  const [advisory, ...others] = readAdvisory(record);
  assert.ok(advisory && others.length === 0, 'expected exactly one advisory');
  return advisory;
}

export function verdictOf(record: unknown, component: ComponentIdentity): string {
  const match: Match | undefined = matchAdvisory(advisoryOf(record), component);
  return match ? `${match.verdict} by ${match.strength}` : 'no match';
}
