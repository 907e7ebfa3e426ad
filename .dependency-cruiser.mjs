/**
 * The import rules of the design (architecture.md section 3), one named rule each and some with companions.
 * `test/architecture` plants a violation of every rule below and sees it caught.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const moduleFolder = '^apps/server/src/modules/';
/** Tests and test builders may reach further than the code they test. */
const testCode = '(\\.test\\.tsx?|/testing[^/]*\\.ts|/testing/[^/]+\\.ts)$';
const packageNamed = (names) => `(^|node_modules/)(${names})(/|$)`;
const nodeModules = (names) => `^(node:)?(${names})(/|$)`;
const inputAndOutput =
  'child_process|cluster|dgram|dns|fs|http|http2|https|net|readline|repl|sqlite|tls|worker_threads';
const databasePackages = 'kysely|pg|pg-boss|pg-copy-streams|pg-cursor';

/** The allowed module -> module edges: the fenced `json` block of docs/adr/0003-module-graph.md. No file, no edges. */
function readModuleGraph() {
  try {
    const text = readFileSync(join(process.cwd(), 'docs/adr/0003-module-graph.md'), 'utf8');
    return JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '{}');
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

const graph = Object.entries(readModuleGraph());
const unnamed = graph.map(([name]) => `${name}/`).join('|') || '$^';

const moduleEdges = [
  ...graph.map(([name, uses]) => ({
    name: `4-module-graph-${name}`,
    comment: `modules/${name} may use: ${uses.join(', ') || 'no other module'} (docs/adr/0003-module-graph.md)`,
    severity: 'error',
    from: { path: `${moduleFolder}${name}/`, pathNot: testCode },
    to: { path: moduleFolder, pathNot: `${moduleFolder}(${[name, ...uses].join('|')})/` },
  })),
  {
    name: '4-module-graph-unnamed',
    comment: 'A module that docs/adr/0003-module-graph.md does not name uses no other module.',
    severity: 'error',
    from: { path: `${moduleFolder}([^/]+)/`, pathNot: [testCode, `${moduleFolder}(${unnamed})`] },
    to: { path: moduleFolder, pathNot: `${moduleFolder}$1/` },
  },
];

const forbidden = [
  {
    name: '1-apps-import-no-apps',
    comment: 'Apps never import apps, except simulator -> agent.',
    severity: 'error',
    from: { path: '^apps/([^/]+)/', pathNot: ['^apps/simulator/', testCode] },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: '1-simulator-imports-only-agent',
    comment: 'The simulator imports the agent and no other app.',
    severity: 'error',
    from: { path: '^apps/simulator/', pathNot: testCode },
    to: { path: '^apps/', pathNot: '^apps/(simulator|agent)/' },
  },
  {
    name: '1-no-test-or-tool-code-in-products',
    comment: 'What runs in production imports neither tests, test builders nor tools.',
    severity: 'error',
    from: { path: '^(apps|packages)/', pathNot: [testCode, '\\.config\\.ts$'] },
    to: { path: ['^(test|tools)/', testCode] },
  },
  {
    name: '2-packages-import-only-packages',
    comment: 'Packages import only packages.',
    severity: 'error',
    from: { path: '^packages/' },
    to: { path: '^(apps|test|tools)/' },
  },
  {
    name: '2-packages-do-no-io',
    comment: 'Packages are pure and run anywhere: no files, sockets, processes or database.',
    severity: 'error',
    from: { path: '^packages/', pathNot: testCode },
    to: { path: [nodeModules(inputAndOutput), packageNamed(`${databasePackages}|fastify|@fastify|pino|mqtt`)] },
  },
  {
    name: '2-kernel-imports-nothing',
    comment: 'The kernel imports nothing.',
    severity: 'error',
    from: { path: '^packages/kernel/', pathNot: testCode },
    to: { pathNot: '^packages/kernel/' },
  },
  {
    name: '3-platform-imports-no-module',
    comment: 'platform/ holds no domain words and imports no module.',
    severity: 'error',
    from: { path: '^apps/server/src/platform/', pathNot: testCode },
    to: { path: moduleFolder },
  },
  {
    name: '4-modules-by-their-front-door',
    comment: "A module sees another only through that module's index.ts.",
    severity: 'error',
    from: { path: `${moduleFolder}([^/]+)/`, pathNot: testCode },
    to: { path: moduleFolder, pathNot: [`${moduleFolder}$1/`, `${moduleFolder}[^/]+/index\\.ts$`] },
  },
  {
    name: '4-tests-by-front-door-or-testing',
    comment:
      "The tests of a module see another only through that module's index.ts, test builders (testing*.ts) or what main.ts wires.",
    severity: 'error',
    from: { path: `${moduleFolder}([^/]+)/.*${testCode}` },
    to: {
      path: moduleFolder,
      pathNot: [
        `${moduleFolder}$1/`,
        `${moduleFolder}[^/]+/(index|testing[a-z-]*|store|views|routes|migrations)\\.ts$`,
      ],
    },
  },
  ...moduleEdges,
  {
    name: '5-domain-does-no-io',
    comment: 'domain/ is pure: no input or output, no database, no HTTP, no log.',
    severity: 'error',
    from: { path: `${moduleFolder}[^/]+/domain/`, pathNot: testCode },
    to: {
      path: [
        nodeModules(inputAndOutput),
        packageNamed(`${databasePackages}|fastify|@fastify|pino|prom-client|mqtt`),
        '^apps/server/src/platform/',
      ],
    },
  },
  {
    name: '5-domain-imports-nothing-around-it',
    comment: 'domain/ is the inside: stores, views, routes and jobs import it, never the other way round.',
    severity: 'error',
    from: { path: `${moduleFolder}([^/]+)/domain/`, pathNot: testCode },
    to: { path: `${moduleFolder}$1/`, pathNot: `${moduleFolder}$1/domain/` },
  },
  {
    name: '6-kysely-only-in-stores-and-views',
    comment:
      'SQL lives in store.ts, views.ts (or <what>-store.ts, <what>-views.ts) and platform/db; tables.ts holds row types.',
    severity: 'error',
    from: {
      path: '^apps/',
      pathNot: [
        testCode,
        '^apps/server/src/platform/db/',
        '[/-](store|views|tables)\\.ts$',
        '/(store|views)/[^/]+\\.ts$',
      ],
    },
    to: { path: packageNamed('kysely') },
  },
  {
    name: '6-database-driver-only-in-platform',
    comment: 'Only platform/db opens connections, only platform/jobs holds the queue.',
    severity: 'error',
    from: { path: '^apps/', pathNot: [testCode, '^apps/server/src/platform/'] },
    to: { path: packageNamed('pg|pg-boss|pg-copy-streams|pg-cursor') },
  },
  {
    name: '7-fastify-only-at-the-edge',
    comment: 'Fastify only in platform/http and routes.ts (or <what>-routes.ts).',
    severity: 'error',
    from: {
      path: '^(apps|packages)/',
      pathNot: [testCode, '^apps/server/src/platform/http/', '[/-]routes\\.ts$'],
    },
    to: { path: packageNamed('fastify|@fastify') },
  },
  {
    name: '8-no-circular',
    comment: 'No cycles, imports of types included.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: '9-packages-by-their-front-door',
    comment: 'Packages and apps are imported by name, through their front door, not by a path into them.',
    severity: 'error',
    from: { path: '^(?:apps|packages)/([^/]+)/', pathNot: testCode },
    to: { path: '^packages/[^/]+/src/', pathNot: ['^packages/$1/', '^packages/[^/]+/src/index\\.ts$'] },
  },
  {
    name: '10-console-imports-contract-and-kernel',
    comment: 'The console imports contract and kernel only.',
    severity: 'error',
    from: { path: '^apps/console/' },
    to: { path: '^(apps|packages|test|tools)/', pathNot: '^(apps/console|packages/(contract|kernel))/' },
  },
  {
    name: 'no-unresolved',
    comment: 'An import that leads nowhere would also hide what it would break.',
    severity: 'error',
    from: { path: '^(apps|packages|test|tools)/' },
    to: { couldNotResolve: true, pathNot: '\\.css$' },
  },
];

export default {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(apps/[^/]+/dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
