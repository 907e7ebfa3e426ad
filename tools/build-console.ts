import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './lib/repository-root.ts';
import { runProgram } from './lib/run-program.ts';
import { findFiles } from './testing/find-test-files.ts';

/** Builds the console into apps/console/dist when its sources or its dependencies changed, and does nothing otherwise. */

const folder = join(repositoryRoot, 'apps/console');
const output = join(folder, 'dist');
const stampFile = join(output, '.stamp');

/** What the bundle is made of: the console, the packages it may import, and the exact versions of everything else. */
function hashSources(): string {
  const isSource = (path: string) => !/\.test\.tsx?$/.test(path);
  const folders = ['apps/console', 'packages/contract', 'packages/kernel'];
  const files = folders.flatMap((source) => findFiles(repositoryRoot, source, isSource));
  const hash = createHash('sha256');
  for (const path of [...files, 'package-lock.json']) {
    const content = readFileSync(join(repositoryRoot, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}

/** Builds elsewhere and moves the whole into place, so that a server never serves half a build. */
async function build(stamp: string): Promise<string | undefined> {
  const draft = join(folder, `node_modules/.build-${process.pid}`);
  const vite = join(repositoryRoot, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--outDir', draft, '--emptyOutDir', '--logLevel', 'warn'];
  const env = { ...process.env, NODE_ENV: 'production' };
  try {
    const { code, output: said } = await runProgram(process.execPath, args, { cwd: folder, env });
    if (code !== 0) return said.trim() || `vite ended with code ${code}`;
    writeFileSync(join(draft, '.stamp'), stamp);
    rmSync(output, { recursive: true, force: true });
    renameSync(draft, output);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    console.log('console: no sources, nothing to build');
    return;
  }
  const stamp = hashSources();
  if (readStamp() === stamp) {
    console.log('console: up to date');
    return;
  }
  const started = performance.now();
  const fault = await build(stamp);
  if (fault === undefined) {
    console.log(`console: built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return;
  }
  console.error(`console: the build failed; apps/console must be writable and its sources sound\n${fault}`);
  process.exitCode = 1;
}

await main();
