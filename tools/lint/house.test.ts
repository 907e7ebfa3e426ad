import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryRoot } from '../lib/repository-root.ts';
import house from './house.ts';

const lines = (count: number, line: string) => `${line}\n`.repeat(count);
const element = 'export const Page = () => {\n';

/** One violation per rule: the path decides which overrides apply. */
const planted: readonly (readonly [path: string, rule: string | undefined, code: string])[] = [
  ['apps/server/src/modules/risk/domain/a.ts', 'house(pure)', 'export const at = Date.now();'],
  ['packages/pki/src/b.ts', 'house(pure)', 'export const at = new Date();'],
  ['packages/kernel/src/clock.ts', undefined, 'export const at = new Date();'],
  ['packages/kernel/src/ids.ts', undefined, 'export const at = Date.now();'],
  ['packages/pki/src/b.test.ts', undefined, 'export const at = new Date();'],
  ['apps/server/src/modules/risk/index.ts', undefined, 'export const at = new Date();'],
  ['apps/server/src/c.ts', 'house(no-string-sql)', 'export const f = (c: C, id: string) => c.query(`select ${id}`);'],
  ['apps/server/src/d.ts', 'house(no-shell)', "export { exec };\nimport { exec } from 'node:child_process';"],
  ['apps/server/src/e.ts', 'house(no-enum)', 'export enum State { on }'],
  ['apps/server/src/f.ts', 'house(todo-with-issue)', '// TODO: later\nexport const a = 1;'],
  ['apps/server/src/g.ts', 'import(no-default-export)', 'export default 1;'],
  ['apps/console/vite.config.ts', undefined, 'export default {};'],
  ['apps/server/src/h.ts', 'unicorn(no-array-for-each)', 'export const f = (a: number[]) => a.forEach((x) => void x);'],
  ['apps/server/src/i.ts', 'typescript(no-explicit-any)', 'export const f = (a: any) => a as string;'],
  ['apps/server/src/j.ts', 'eslint(max-lines)', lines(401, '//')],
  ['apps/server/src/j400.ts', undefined, lines(399, '//') + 'export const a = 1;\n'],
  ['apps/server/src/k.ts', 'eslint(max-lines-per-function)', `export function f() {\n${lines(80, '  //')}}\n`],
  ['apps/console/src/l.tsx', undefined, `${element}${lines(110, '  //')}};\n`],
  ['apps/console/src/m.tsx', 'eslint(max-lines-per-function)', `${element}${lines(120, '  //')}};\n`],
  ['apps/server/src/n.ts', 'typescript(no-floating-promises)', 'export function f() {\n  Promise.resolve(1);\n}\n'],
  ['apps/server/src/o.ts', 'typescript(ban-ts-comment)', '// @ts-ignore\nexport const a: string = 1;'],
];

const tree = mkdtempSync(join(tmpdir(), 'bulkhead-lint-'));
after(() => rmSync(tree, { recursive: true, force: true }));

function plant(): void {
  for (const file of ['.oxlintrc.json', 'tsconfig.json']) cpSync(join(repositoryRoot, file), join(tree, file));
  for (const link of ['tools', 'node_modules']) symlinkSync(join(repositoryRoot, link), join(tree, link));
  for (const [path, , code] of planted) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), code);
  }
}

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

function lint(): Promise<readonly Diagnostic[]> {
  const oxlint = join(repositoryRoot, 'node_modules/oxlint/bin/oxlint');
  const args = [oxlint, '--format', 'json', 'apps', 'packages'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: tree, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (!stdout.startsWith('{')) reject(new Error(`oxlint did not run: ${stdout}${stderr}`, { cause: error }));
      else resolve((JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics);
    });
  });
}

test('each rule of the house is reported where it is broken and nowhere else', async () => {
  plant();

  const diagnostics = await lint();

  const found = new Map<string, Set<string>>();
  for (const { filename, code } of diagnostics) found.set(filename, (found.get(filename) ?? new Set()).add(code));
  for (const [path, rule] of planted) {
    const codes = [...(found.get(path) ?? [])];
    if (rule === undefined) assert.deepEqual(codes, [], `${path} is allowed`);
    else assert.ok(codes.includes(rule), `${path} breaks ${rule}; reported: ${codes.join(', ') || 'nothing'}`);
  }
});

test('every rule of the plugin is planted above', () => {
  for (const name of Object.keys(house.rules)) {
    assert.ok(
      planted.some(([, rule]) => rule === `house(${name})`),
      `plant a violation of house/${name}`,
    );
  }
});
