/** A small tree in which each import rule is broken once. Files not named in `breaks` are innocent. */
export interface PlantedFile {
  readonly path: string;
  readonly code: string;
  /** The rules this file must be caught by; empty = nothing may be reported from here. */
  readonly breaks: readonly string[];
}

const server = 'apps/server/src';
const modules = `${server}/modules`;
const file = (path: string, code: string, ...breaks: readonly string[]): PlantedFile => ({ path, code, breaks });

const innocent = [
  file('packages/kernel/src/index.ts', 'export const kernel = 1;'),
  file('packages/contract/src/index.ts', "export { kernel } from '@bulkhead/kernel';"),
  file('packages/contract/src/inside.ts', 'export const inside = 1;'),
  file('packages/pki/src/index.ts', 'export const pki = 1;'),
  file('apps/agent/src/index.ts', "import { pki } from '@bulkhead/pki';\nexport const agent = pki;"),
  file('apps/simulator/src/index.ts', "export { agent } from '@bulkhead/agent';"),
  file(`${server}/server.ts`, 'export const server = 1;'),
  file(
    `${server}/platform/db/database.ts`,
    "import { sql } from 'kysely';\nimport pg from 'pg';\nexport const db = [sql, pg];",
  ),
  file(`${server}/platform/http/app.ts`, "import fastify from 'fastify';\nexport const app = fastify;"),
  file(`${modules}/inventory/index.ts`, 'export interface Inventory { name: string }\nexport const inventory = 1;'),
  file(`${modules}/inventory/store.ts`, "import { sql } from 'kysely';\nexport const store = sql;"),
  file(`${modules}/inventory/import-views.ts`, "import { sql } from 'kysely';\nexport const views = sql;"),
  file(`${modules}/inventory/routes.ts`, "import fastify from 'fastify';\nexport const routes = fastify;"),
  file(`${modules}/inventory/testing.ts`, 'export const builder = 1;'),
  file(`${modules}/inventory/domain/vin.ts`, "export { kernel as vin } from '@bulkhead/kernel';"),
  file(`${modules}/identity/index.ts`, "export { inventory as identity } from '../inventory/index.ts';"),
  file(`${modules}/identity/index.test.ts`, "import '../inventory/testing.ts';\nimport 'kysely';"),
  file('apps/console/src/api.ts', "import { kernel } from '@bulkhead/contract';\nexport const api = kernel;"),
  file('tools/tool.ts', 'export const tool = 1;'),
  file('test/end.test.ts', "import '../apps/server/src/server.ts';"),
] as const;

const guilty = [
  file('apps/agent/src/a.ts', "import '@bulkhead/server';", '1-apps-import-no-apps'),
  file('apps/simulator/src/a.ts', "import '@bulkhead/server';", '1-simulator-imports-only-agent'),
  file(`${server}/a.ts`, "import '../../../tools/tool.ts';", '1-no-test-or-tool-code-in-products'),
  file(`${modules}/inventory/b.ts`, "import './testing.ts';", '1-no-test-or-tool-code-in-products'),
  file('packages/pki/src/a.ts', "import '@bulkhead/agent';", '2-packages-import-only-packages'),
  file('packages/pki/src/b.ts', "import 'node:fs';", '2-packages-do-no-io'),
  file('packages/pki/src/c.ts', "import 'fs/promises';", '2-packages-do-no-io'),
  file('packages/kernel/src/a.ts', "import 'node:crypto';", '2-kernel-imports-nothing'),
  file('packages/kernel/src/b.ts', "import '@bulkhead/pki';", '2-kernel-imports-nothing'),
  file(`${server}/platform/jobs.ts`, "import '../modules/inventory/index.ts';", '3-platform-imports-no-module'),
  file(`${modules}/identity/a.ts`, "import '../inventory/store.ts';", '4-modules-by-their-front-door'),
  file(
    `${modules}/identity/b.ts`,
    "import type { Inventory } from '../inventory/domain/vin.ts';\nexport type I = Inventory;",
    '4-modules-by-their-front-door',
  ),
  file(`${modules}/identity/c.test.ts`, "import '../inventory/domain/vin.ts';", '4-tests-by-front-door-or-testing'),
  file(
    `${modules}/inventory/d.ts`,
    "import type { X } from '../monitoring/index.ts';\nexport type Y = X;",
    '4-module-graph-inventory',
  ),
  file(`${modules}/monitoring/index.ts`, 'export interface X { name: string }'),
  file(`${modules}/stray/index.ts`, "import '../inventory/index.ts';", '4-module-graph-unnamed'),
  file(`${modules}/inventory/domain/a.ts`, "import 'node:net';", '5-domain-does-no-io'),
  file(
    `${modules}/inventory/domain/b.ts`,
    "import type { db } from '../../../platform/db/database.ts';\nexport type D = typeof db;",
    '5-domain-does-no-io',
  ),
  file(`${modules}/inventory/domain/c.ts`, "import '../routes.ts';", '5-domain-imports-nothing-around-it'),
  file(
    `${modules}/inventory/e.ts`,
    "import { sql } from 'kysely';\nexport const e = sql;",
    '6-kysely-only-in-stores-and-views',
  ),
  file(`${modules}/inventory/extra-store.ts`, "import 'pg';", '6-database-driver-only-in-platform'),
  file(
    `${modules}/inventory/jobs.ts`,
    "import type { FastifyInstance } from 'fastify';\nexport type F = FastifyInstance;",
    '7-fastify-only-at-the-edge',
  ),
  file(`${modules}/inventory/x.ts`, "import type { Y } from './y.ts';\nexport interface X { y: Y }", '8-no-circular'),
  file(`${modules}/inventory/y.ts`, "import type { X } from './x.ts';\nexport interface Y { x: X }"),
  file('apps/agent/src/b.ts', "import '../../../packages/contract/src/inside.ts';", '9-packages-by-their-front-door'),
  file('apps/console/src/a.ts', "import '@bulkhead/pki';", '10-console-imports-contract-and-kernel'),
  file(
    'apps/console/src/page.tsx',
    "import '@bulkhead/pki';\nexport const p = <p />;",
    '10-console-imports-contract-and-kernel',
  ),
  file('apps/agent/src/c.ts', "import './gone.ts';", 'no-unresolved'),
] as const;

export const planted: readonly PlantedFile[] = [...innocent, ...guilty];

export const plantedGraph =
  '# Modules\n\n```json\n{ "inventory": [], "identity": ["inventory"], "monitoring": [] }\n```\n';

/** Packages of the planted tree by folder, each with its front door. */
export const plantedPackages: Readonly<Record<string, string>> = Object.freeze({
  kernel: 'packages/kernel/src/index.ts',
  contract: 'packages/contract/src/index.ts',
  pki: 'packages/pki/src/index.ts',
  agent: 'apps/agent/src/index.ts',
  server: 'apps/server/src/server.ts',
});
