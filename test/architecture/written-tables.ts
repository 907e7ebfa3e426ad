/** Which tables a piece of SQL or TypeScript creates or writes: a plain scan, good enough because statements are literal. */

const name = String.raw`(?:"?public"?\.)?"?([a-z_][a-z0-9_]*)"?`;
const ddl = new RegExp(
  String.raw`\b(?:create|alter|drop)\s+(?:unlogged\s+)?(?:table|materialized\s+view|view|sequence|type|function)\s+(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?${name}`,
  'gi',
);
const createOrReplace = new RegExp(String.raw`\bcreate\s+or\s+replace\s+(?:view|function)\s+${name}`, 'gi');
const dml = new RegExp(
  String.raw`\b(?:insert\s+into|delete\s+from(?:\s+only)?|truncate(?:\s+table)?|merge\s+into|copy)\s+${name}`,
  'gi',
);
/** `update t set`: the word alone also stands in `for update` and `on conflict do update set`. */
const update = new RegExp(String.raw`\bupdate\s+(?:only\s+)?${name}(?:\s+(?:as\s+)?[a-z_]+)?\s+set\b`, 'gi');
const kyselyWrite =
  /\.(?:insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(\s*(?:'([a-z0-9_]+)(?: as \w+)?'|([^'\s)]+))/g;

const withoutSqlComments = (sql: string) => sql.replace(/--[^\n]*/g, '').replace(/\/\*[\s\S]*?\*\//g, '');

function namesIn(text: string, patterns: readonly RegExp[]): Set<string> {
  const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  return new Set(found.map((found) => found.toLowerCase()));
}

/** Tables, views, types and functions that a migration makes, changes or fills. */
export function tablesOfMigration(sql: string): ReadonlySet<string> {
  return namesIn(withoutSqlComments(sql), [ddl, createOrReplace, dml, update]);
}

/** Tables that TypeScript writes through Kysely or in SQL text; a table named by a variable is `?<expression>`. */
export function tablesWrittenBy(source: string): ReadonlySet<string> {
  const code = source.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  const built = [...code.matchAll(kyselyWrite)].map((match) => match[1] ?? `?${match[2]}`);
  const inText = [...code.matchAll(/`(?:[^`\\]|\\.)*`|'(?:[^'\\\n]|\\.)*'/g)].map((match) => match[0]);
  const raw = namesIn(inText.join('\n').replace(/--[^\n]*/g, ''), [dml, update]);
  return new Set([...built, ...raw]);
}
