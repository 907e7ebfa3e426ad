import { describe, it } from 'node:test';
import { RuleTester } from 'oxlint/plugins-dev';
import { noEnum } from './no-enum.ts';
import { noShell } from './no-shell.ts';
import { noStringSql } from './no-string-sql.ts';
import { pure } from './pure.ts';
import type { Rule } from './rule.ts';
import { todoWithIssue } from './todo-with-issue.ts';

RuleTester.describe = (text, run) => void describe(text, run);
RuleTester.it = (text, run) => void it(text, run);
const tester = new RuleTester({ languageOptions: { parserOptions: { lang: 'ts' }, sourceType: 'module' } });

/** Each `invalid` line must be reported exactly once. */
function check(name: string, rule: Rule, valid: readonly string[], invalid: readonly string[]): void {
  tester.run(name, rule, { valid: [...valid], invalid: invalid.map((code) => ({ code, errors: 1 })) });
}

check(
  'pure',
  pure,
  [
    'const at = new Date(text);',
    'export const now = (clock: Clock) => clock.now();',
    'const day = Date.UTC(2026, 1, 1);',
    'const top = Math.max(1, 2);',
    'const cwd = process.cwd();',
  ],
  [
    'const at = Date.now();',
    'const at = globalThis.Date.now();',
    'export const f = (now = Date.now) => now();',
    'const at = new Date();',
    'const at = Date();',
    'const x = Math.random();',
    'const home = process.env.HOME;',
    "const home = process.env['HOME'];",
    'const { HOME } = process.env;',
    'const t = performance.now();',
  ],
);

check(
  'no-string-sql',
  noStringSql,
  [
    "await client.query('select * from t where id = $1', [id]);",
    'await client.query(`select 1`);',
    "await client.query('select 1 ' + 'from t');",
    'await sql`select ${id}`.execute(db);',
    'await sql.raw(migration.text).execute(db);',
    'await client.query(`create database ${client.escapeIdentifier(name)}`);',
    'const text = "select 1"; await client.query(text);',
    'await client.query({ text: "select $1", values: [`${id}`] });',
    'log(`query ${id}`);',
    "const role = 'bulkhead'; await client.query(`create role ${role}`);",
  ],
  [
    'await client.query(`select * from t where id = ${id}`);',
    "await client.query('select * from t where id = ' + id);",
    "await client.query('select ' + 'x from t where id = ' + id + ' limit 1');",
    'await this.pool.query(`drop table ${name}`);',
    'await sql.raw(`select ${id}`).execute(db);',
    "let role = 'bulkhead'; await client.query(`create role ${role}`);",
    'async function f(role: string) { await client.query(`create role ${role}`); }',
    'const role = name(); await client.query(`create role ${role}`);',
    'await kysely.sql.raw("select " + id).execute(db);',
    'await db.executeQuery(CompiledQuery.raw(`select ${id}`));',
    'await client.query({ text: `select ${id}` });',
    'const text = `select ${id}`; await client.query(text);',
    'const text = "select " + id; async function f() { await client.query(text); }',
  ],
);

check(
  'no-shell',
  noShell,
  [
    "import { execFile, spawn } from 'node:child_process';",
    'const match = /a/.exec(text);',
    "spawn('openssl', ['version']);",
    "spawn('openssl', ['version'], { shell: false });",
    "import { exec } from './exec.ts';",
  ],
  [
    "import { exec } from 'node:child_process';",
    "import { execSync } from 'child_process';",
    "import { exec as run } from 'node:child_process';",
    "import * as cp from 'node:child_process'; cp.exec('ls');",
    "import cp from 'node:child_process'; cp.execSync('ls');",
    "const { execSync } = await import('node:child_process');",
    "const { exec } = require('child_process');",
    "const cp = require('child_process'); cp.exec('ls');",
    "spawn('ls', [], { shell: true });",
    "spawn('ls', [], { 'shell': '/bin/bash' });",
    "spawn('sh', ['-c', text]);",
    "execFile('/bin/bash', ['-c', text]);",
  ],
);

check(
  'todo-with-issue',
  todoWithIssue,
  ['// TODO(#12): the second page', '/* a plain word: todo */', 'const TODO = 1;'],
  ['// TODO: later', '/* FIXME(#3) */', '// TODO(anna): ask', '// HACK around it', '// TODO(#1) and TODO without'],
);

check(
  'no-enum',
  noEnum,
  ["type State = 'on' | 'off';"],
  ['enum State { on }', 'const enum State { on }', 'declare enum State { on }'],
);
