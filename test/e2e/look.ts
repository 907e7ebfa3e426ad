import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityFaults, addAuthenticator, type Watched } from './browser.ts';

/** Uses the set-up link as a person with a passkey would, and ends on the overview. */
export async function signUp(watched: Watched, link: string | undefined): Promise<void> {
  await addAuthenticator(watched);
  const { page } = watched;
  await page.goto(link ?? '');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByRole('heading', { name: 'Overview' }).first().waitFor();
}

/** Opens each path, waits until it has loaded, and answers what axe finds; `BULKHEAD_SHOTS` names where pictures go. */
export async function lookAt(
  watched: Watched,
  paths: readonly string[],
  colorScheme: 'light' | 'dark',
): Promise<Record<string, string[]>> {
  const { page } = watched;
  const shots = process.env['BULKHEAD_SHOTS'];
  if (shots) mkdirSync(shots, { recursive: true });
  await page.emulateMedia({ colorScheme });
  const faults: Record<string, string[]> = {};
  for (const path of paths) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    // what is asked for is on its way, and skeletons and lists that load say so; the live stream keeps the network busy
    await page.waitForTimeout(500);
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    await page
      .getByText(/^Loading/)
      .first()
      .waitFor({ state: 'hidden' });
    if (shots) {
      const name = path.replaceAll(/\W+/g, '-').slice(0, 80);
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`), fullPage: true });
    }
    const found = await accessibilityFaults(watched);
    if (found.length > 0) faults[path] = found;
  }
  return faults;
}
