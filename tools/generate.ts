/**
 * Writes the reference documents that are made from code: OpenAPI, AsyncAPI, configuration, problem codes.
 * `--check` writes nothing and fails when a committed document differs from what the code says.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  asyncApiDocument,
  commonProblems,
  type Operation,
  openApiDocument,
  operations,
  roleDescriptions,
} from '@bulkhead/contract';
import { cliReference } from '../apps/cli/src/reference.ts';
import { permissionsOf } from '../apps/server/src/modules/access/policy.ts';
import { configLeaves } from '../apps/server/src/platform/config/load.ts';

const reference = fileURLToPath(new URL('../docs/reference/', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function configReference(): string {
  const rows = configLeaves().map(({ section, key, schema }) => {
    const variable = `BULKHEAD__${section.toUpperCase()}__${key.replaceAll(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`;
    const value = schema.secret ? 'secret, none' : JSON.stringify(schema.default);
    return `| \`${section}.${key}\` | \`${variable}${schema.secret ? '[_FILE]' : ''}\` | \`${value}\` | ${schema.description ?? ''} |`;
  });
  return `# Configuration

Defaults < JSON file (\`--config FILE\` or \`BULKHEAD_CONFIG\`) < environment < flags (\`--section.key value\`). An unknown setting stops the start and is named.
\`DATABASE_URL\` is read as \`database.url\`. A secret is never taken from a flag, since other users of the machine could see it; \`..._FILE\` names a file that holds it.

| setting | variable | default | meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}

function problemReference(): string {
  const users = new Map<string, string[]>();
  for (const [id, operation] of Object.entries(operations) as [string, Operation][])
    for (const code of operation.problems) users.set(code, [...(users.get(code) ?? []), id]);
  const rows = [...users]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([code, ids]) => `| \`${code}\` | ${ids.map((id) => `\`${id}\``).join(', ')} |`);
  return `# Problem codes

Failures are RFC 9457 problem documents. \`code\` is stable and the only thing to switch on; texts may change. Any operation may answer with
${commonProblems.map((code) => `\`${code}\``).join(', ')}.

| code | operations |
|---|---|
${rows.join('\n')}
`;
}

function operationReference(): string {
  const rows = (Object.entries(operations) as [string, Operation][]).map(
    ([id, o]) => `| \`${id}\` | \`${o.method} /api/v1${o.path}\` | ${o.summary} | \`${o.permission}\` |`,
  );
  const roles = Object.entries(roleDescriptions).map(
    ([role, text]) =>
      `| ${role} | ${text} | ${[...permissionsOf([role as keyof typeof roleDescriptions])]
        .filter((p) => p.includes('.'))
        .map((p) => `\`${p}\``)
        .join(', ')} |`,
  );
  return `# Operations and roles

The machine-readable form is [openapi.json](openapi.json).

| operation | address | what it does | permission |
|---|---|---|---|
${rows.join('\n')}

## Roles

| role | for | permissions |
|---|---|---|
${roles.join('\n')}
`;
}

const documents: Record<string, string> = {
  'openapi.json': `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
  'asyncapi.json': `${JSON.stringify(asyncApiDocument(version), null, 2)}\n`,
  'config.md': configReference(),
  'problems.md': problemReference(),
  'operations.md': operationReference(),
  'cli.md': cliReference(),
};

const check = process.argv.includes('--check');
const stale: string[] = [];
mkdirSync(reference, { recursive: true });
for (const [name, text] of Object.entries(documents)) {
  if (!check) writeFileSync(`${reference}${name}`, text);
  else if (!sameAs(`${reference}${name}`, text)) stale.push(`docs/reference/${name}`);
}
if (stale.length > 0) {
  process.stderr.write(`Out of date: ${stale.join(', ')}. Run \`npm run generate\` and commit the result.\n`);
  process.exitCode = 1;
} else
  process.stdout.write(
    `${Object.keys(documents).length} reference documents ${check ? 'are up to date' : 'written'}\n`,
  );

function sameAs(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}
