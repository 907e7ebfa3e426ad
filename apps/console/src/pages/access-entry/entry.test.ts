import { expect, test } from 'vitest';
import { qrCodeUrl } from '../../ui/qr-code.tsx';
import { takeLinkToken } from './link-token.ts';
import { safeNext } from './sign-in-page.tsx';

test('the token of a link leaves the address bar at once and is kept for this page only', () => {
  history.replaceState(null, '', '/setup#secret-token');

  expect(takeLinkToken()).toBe('secret-token');
  expect(location.href).not.toContain('secret');
  expect(takeLinkToken()).toBe('secret-token');
});

test('sign-in goes on to a page of this console only', () => {
  expect(safeNext('/vehicles?filter=a')).toBe('/vehicles?filter=a');
  expect(safeNext('https://evil.example')).toBe('/');
  expect(safeNext('//evil.example')).toBe('/');
  expect(safeNext('/\\evil.example')).toBe('/');
  expect(safeNext(null)).toBe('/');
});

test('the QR code is an image in the page, so that nothing is fetched for it', () => {
  expect(qrCodeUrl('otpauth://totp/Bulkhead:a?secret=B')).toMatch(/^data:image\/svg\+xml,/);
});
