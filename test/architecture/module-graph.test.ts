import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repositoryRoot } from '../../tools/lib/repository-root.ts';
import { cruise } from './cruise.ts';
import {
  exists,
  graphFile,
  isTestCode,
  type ModuleGraph,
  moduleNames,
  modulesFolder,
  read,
  readModuleGraph,
} from './tree.ts';

/** A cycle as `a -> b -> a`, or undefined. */
function findCycle(graph: ModuleGraph): string | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name].join(' -> ');
    if (done.has(name)) return undefined;
    done.add(name);
    for (const next of graph[name] ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const name of Object.keys(graph)) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

test('the search for cycles finds one and passes a diamond', () => {
  assert.equal(findCycle({ a: ['b'], b: ['c'], c: ['b'] }), 'b -> c -> b');
  assert.equal(findCycle({ a: ['a'] }), 'a -> a');
  assert.equal(findCycle({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }), undefined);
});

test('the module graph of the decision record has no cycle and names the modules that exist', () => {
  assert.ok(exists(graphFile), `${graphFile} is missing: write a \`\`\`json block of module -> modules it may import`);
  const graph = readModuleGraph(read(graphFile));

  const named = new Set([...Object.keys(graph), ...Object.values(graph).flat()]);
  assert.equal(findCycle(graph), undefined);
  assert.deepEqual(
    moduleNames().filter((name) => !named.has(name)),
    [],
    `name these in ${graphFile}`,
  );
});

test('modules import only along the edges of the decision record', async () => {
  const graph = exists(graphFile) ? readModuleGraph(read(graphFile)) : {};
  const { modules } = await cruise(repositoryRoot);
  const moduleOf = (path: string) => new RegExp(`^${modulesFolder}/([^/]+)/`).exec(path)?.[1];

  const wrong = new Set<string>();
  for (const { source, dependencies } of modules) {
    const from = moduleOf(source);
    if (from === undefined || isTestCode(source)) continue;
    for (const { resolved } of dependencies) {
      const to = moduleOf(resolved);
      if (to !== undefined && to !== from && !graph[from]?.includes(to)) wrong.add(`${from} -> ${to} (${source})`);
    }
  }

  assert.deepEqual([...wrong], []);
});
