import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../tools/lib/repository-root.ts';
import { findFiles } from '../../tools/testing/find-test-files.ts';

export const modulesFolder = 'apps/server/src/modules';
export const graphFile = 'docs/adr/0003-module-graph.md';

export const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
export const exists = (path: string) => existsSync(join(repositoryRoot, path));

/** Folders below `folder`, by name; none when it is absent. */
export function foldersIn(folder: string): readonly string[] {
  if (!exists(folder)) return [];
  const entries = readdirSync(join(repositoryRoot, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

export const moduleNames = () =>
  foldersIn(modulesFolder).filter((name) => filesIn(`${modulesFolder}/${name}`, '.ts').length > 0);

export const isTestCode = (path: string) => /\.test\.tsx?$|\/testing[^/]*\.ts$|\/testing\//.test(path);

/** Source files (`.ts`, `.tsx`) below a folder, tests and test builders left out. */
export function sourcesIn(folder: string): readonly string[] {
  return findFiles(repositoryRoot, folder, (path) => /\.tsx?$/.test(path) && !isTestCode(path));
}

export function filesIn(folder: string, ending: string): readonly string[] {
  return findFiles(repositoryRoot, folder, (path) => path.endsWith(ending));
}

export type ModuleGraph = Readonly<Record<string, readonly string[]>>;

/** The fenced `json` block of the ADR: module -> modules whose front door it may import. */
export function readModuleGraph(text: string): ModuleGraph {
  const block = /```json\n([\s\S]*?)```/.exec(text)?.[1];
  if (block === undefined) throw new Error(`${graphFile} has no \`\`\`json block such as {"identity": ["inventory"]}`);
  return JSON.parse(block) as ModuleGraph;
}
