import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const skippedFolders = new Set(['node_modules', 'dist', 'data', 'coverage', '.git']);
const testedFolders = ['packages', 'apps', 'test', 'tools'] as const;

/** Files below `folder` of which `wanted` says yes, as paths relative to `root`, sorted. */
export function findFiles(root: string, folder: string, wanted: (path: string) => boolean): string[] {
  const found: string[] = [];
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readEntries(join(root, at))) {
      const path = `${at}/${entry.name}`;
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) pending.push(path);
      else if (entry.isFile() && wanted(path)) found.push(path);
    }
  }
  return found.sort();
}

function readEntries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export interface TestFiles {
  /** Run by node:test. */
  readonly node: readonly string[];
  /** Run by Vitest: everything of the console, whose `.tsx` is beyond what Node can strip. */
  readonly vitest: readonly string[];
}

export function findTestFiles(root: string, filters: readonly string[]): TestFiles {
  const files = testedFolders.flatMap((folder) => findFiles(root, folder, (path) => /\.test\.tsx?$/.test(path)));
  const wanted = files.filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
  return {
    node: wanted.filter((path) => !path.startsWith('apps/console/')),
    vitest: wanted.filter((path) => path.startsWith('apps/console/')),
  };
}
