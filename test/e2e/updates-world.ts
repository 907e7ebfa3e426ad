import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, createClient, type Role } from '@bulkhead/contract';
import { dialectOf, type Signer, signRoot } from '@bulkhead/uptane';
import { codeFor } from '../../apps/server/src/modules/access/testing.ts';
import { keyFileOf, newSigner } from '../../apps/server/src/modules/images/testing.ts';
import { accessibilityFaults, type Watched } from './browser.ts';
import { putTestModel, testVin } from './fleet.ts';
import type { Platform } from './harness.ts';
import { operatorPassword } from './operator.ts';

export const fleet = 40;
export const image = Buffer.from('the image of a modem');
export const sha256 = createHash('sha256').update(image).digest('hex');
export const people = { root: [newSigner(), newSigner()], targets: newSigner() } as const;

/** A person who signs in with a password: what two people must agree to is refused to tokens. */
export async function signIn(platform: Platform, name: string, roles: Role[]): Promise<Client> {
  const administrator = await platform.client('administrator');
  const email = `${name.toLowerCase()}@example.com`;
  const invited = await administrator.inviteOperator({ body: { email, name, roles } });
  const link = invited.link.slice(invited.link.indexOf('#') + 1);
  let cookie = '';
  const withCookie: typeof fetch = async (input, init) => {
    const headers = { ...(init?.headers as Record<string, string>), ...(cookie ? { cookie } : {}) };
    const response = await fetch(input, { ...init, headers });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return response;
  };
  const client = createClient({ baseUrl: platform.origin, fetch: withCookie });
  const begun = await client.beginEnrolment({ body: { link, method: 'password', email, name } });
  const code = codeFor(begun.totp?.secret ?? '', new Date());
  await client.completeEnrolment({ body: { link, password: operatorPassword, code } });
  return client;
}

export async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let i = 0; i < 150; i++) {
    const found = await ask();
    if (found) return found;
    await pause(200);
  }
  throw new Error(`It never came about: ${what}`);
}

/** Forty vehicles of one model with a telematics unit each, four of them with other hardware. */
export async function registerFleet(engineer: Client): Promise<{ softwareId: string }> {
  await putTestModel(engineer);
  const software = (version: string) =>
    engineer.createSoftware({ body: { name: 'tcu-os', version, supplier: 'Acme', function: 'telematics' } });
  const { id: oldSoftwareId } = await software('7.0');
  const { id: softwareId } = await software('8.1');
  for (let n = 1; n <= fleet; n++) {
    const ecus = [
      { serial: `TCU-${n}`, role: 'tcu', partNumber: n % 10 === 0 ? 'PN-old' : 'PN-tcu', supplier: 'Acme' },
    ];
    await engineer.createVehicle({ body: { vin: testVin(n), model: 'test-model', region: n % 3 ? 'eu' : 'us', ecus } });
  }
  await engineer.planSoftware({ params: { id: oldSoftwareId }, body: { filter: 'role = tcu', dryRun: false } });
  return { softwareId };
}

export const json = (name: string, content: Uint8Array | string) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(content),
});
export const keyOf = (signer: Signer, name: string) => json(name, JSON.stringify(keyFileOf(signer)));

export async function draftOf(platform: Platform, dialect: 'a' | 'b', role: 'root' | 'targets'): Promise<Buffer> {
  const response = await fetch(`${platform.origin}/api/v1/repository/metadata/${role}?dialect=${dialect}&draft=true`, {
    headers: { authorization: `Bearer ${await platform.token('engineer')}` },
  });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}
export const signedRoot = async (platform: Platform, dialect: 'a' | 'b', signer: Signer) =>
  Buffer.from(signRoot(dialectOf(dialect).readRoot(await draftOf(platform, dialect, 'root')), signer, undefined));
/** What axe finds on each page, shown as it is at that moment; pictures go where `BULKHEAD_SHOTS` says. */
export async function walkPages(watched: Watched, paths: readonly string[], name: string) {
  const { page } = watched;
  const faults: Record<string, string[]> = {};
  const shots = process.env['BULKHEAD_SHOTS'];
  if (shots) mkdirSync(shots, { recursive: true });
  for (const [i, path] of paths.entries()) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle', { timeout: 2_500 }).catch(() => {}); // the live stream stays open
    if (shots) await page.screenshot({ path: join(shots, `${name}-${i}.png`), fullPage: true });
    const found = await accessibilityFaults(watched);
    if (found.length > 0) faults[path] = found;
  }
  return faults;
}

/** Every page of updates, as they are with one release, one campaign and one definition. */
export function updatesPages(ids: { release: string; campaign: string; rxswin: string; vin: string }): string[] {
  const { vin } = ids;
  const release = `/releases/${ids.release}`;
  const campaign = `/campaigns/${ids.campaign}`;
  return [
    '/releases',
    ...[
      '',
      '?tab=rules',
      '?tab=compatibility',
      '?tab=dossier',
      '?tab=agreements',
      '?tab=differences',
      '?tab=campaigns',
    ].map((tab) => release + tab),
    `${release}/contents`,
    `${release}/dossier`,
    `${release}/dossier?tab=questionnaire`,
    `${release}/dossier?tab=conditions`,
    '/campaigns',
    `/campaigns/new?release=${ids.release}`,
    ...['', '?tab=causes', '?tab=vehicles', '?tab=definition', '?tab=requests', '?tab=log', '?tab=undelivered'].map(
      (tab) => campaign + tab,
    ),
    `${campaign}/vehicles/${vin}`,
    '/campaign-requests',
    '/images',
    '/ceremonies',
    '/ceremonies?tab=director',
    '/ceremonies?tab=online',
    '/manifests',
    '/rxswins',
    '/rxswins?create=1',
    `/rxswins/${ids.rxswin}`,
    '/rxswin-drift',
    '/undelivered-updates',
    `/vehicles/${vin}?tab=updates`,
  ];
}
