import { existsSync, readFileSync } from 'node:fs';
import { npmSbom, writeCycloneDx } from '@bulkhead/sbom';

const root = new URL('../../../../', import.meta.url);
const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, root), 'utf8')) as Record<string, unknown>;

/** The SBOM of this very platform from its lock file: what is asked of suppliers is shown first. */
export function platformSbom(): { version: string; sbom: string } | undefined {
  if (!existsSync(new URL('package-lock.json', root))) return undefined;
  const { version } = readJson('package.json') as { version: string };
  const lock = readJson('package-lock.json');
  const name = 'bulkhead-platform';
  return {
    version,
    sbom: writeCycloneDx(npmSbom(lock, { name, version, supplier: 'Bulkhead', productionOnly: true })),
  };
}
