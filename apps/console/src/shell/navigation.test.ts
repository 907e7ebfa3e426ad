import { expect, test } from 'vitest';
import { activeHref, destinations } from './navigation.tsx';

test('a page below a list keeps the list marked in the navigation', () => {
  expect(activeHref('/vehicles/WBXAA1C50P1000007')).toBe('/vehicles');
  expect(activeHref('/imports/new')).toBe('/imports');
  expect(activeHref('/')).toBe('/');
});

test('no two destinations answer to the same keys', () => {
  const keys = destinations.map(({ key }) => key).filter(Boolean);

  expect(new Set(keys).size).toBe(keys.length);
});

test('modules without screens are not in the navigation', () => {
  const names = destinations.map(({ text }) => text).join(' ');

  expect(names).not.toMatch(/Risk|Privacy|Hardening|Incidents|Assurance|Compliance/);
});
