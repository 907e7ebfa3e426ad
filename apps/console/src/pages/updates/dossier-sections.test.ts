import type { Dossier, ReleaseDetail } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { changedSections, dossierSections, gapsOf, voidedBySaving } from './dossier-sections.ts';

const by = (name: string) => ({ by: { id: name, name }, at: '2026-11-20T10:00:00Z' });
const act = (name: string, voidedAt: string | null = null) => ({
  ...by(name),
  hash: 'aa',
  comment: '',
  voidedAt,
  voidedBecause: null,
});
const release = (more: Partial<ReleaseDetail>) =>
  ({ state: 'draft', signOff: null, approvals: [], ...more }) as unknown as ReleaseDetail;

test('every member of a dossier is edited in exactly one section', () => {
  const members = dossierSections.flatMap((section) => section.members);

  expect(members).toHaveLength(13);
  expect(new Set(members).size).toBe(members.length);
});

test('a gap is shown in the section that can close it', () => {
  const gaps = ['user.purpose', 'purpose', 'models'].map((field) => ({ field, clause: '', message: '' }));

  const found = dossierSections.map((section) => [section.id, gapsOf(section, gaps).map(({ field }) => field)]);

  expect(Object.fromEntries(found)).toMatchObject({ purpose: ['purpose'], user: ['user.purpose'], safety: [] });
});

test('only sections that differ count as changed', () => {
  const before = { purpose: 'a', preconditions: [{ signal: 'parked' }] } as unknown as Dossier;

  const after = { purpose: 'a', preconditions: [] } as unknown as Dossier;

  expect(changedSections(before, after)).toEqual(['conditions']);
});

test('who loses what by saving is said by name, and nothing is said where nobody agreed', () => {
  const agreed = release({
    state: 'approved',
    signOff: { ...act('Ben'), passed: true },
    approvals: [
      { ...act('Cleo'), diffs: [] },
      { ...act('Dan'), diffs: [] },
      { ...act('Eve', '2026-11-20T11:00:00Z'), diffs: [] },
    ],
  });

  expect(voidedBySaving(agreed)).toContain('the sign-off by Ben and the approval by Cleo and Dan');
  expect(voidedBySaving(agreed)).not.toContain('Eve');
  expect(voidedBySaving(release({}))).toBeUndefined();
  expect(voidedBySaving(release({ state: 'in-verification' }))).toContain('back to draft');
});
