import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { lockDataDirectory } from './data-lock.ts';
import { openDatabase } from './database.ts';
import { startEmbedded } from './embedded-postgres.ts';
import { silentLog } from './log.ts';
import { clearPreviousPostmaster, isAlive, postmasterState, shutDown } from './postmaster.ts';
import { superviseEmbedded } from './supervise-postgres.ts';

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
after(async () => {
  // Servers that a failed test left running.
  for (const folder of folders) await clearPreviousPostmaster(join(folder, 'data', 'postgres'), silentLog);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function newDataDirectory(parent = tmpdir()): string {
  const directory = join(mkdtempSync(join(parent, 'bulkhead-embedded-')), 'data');
  mkdirSync(directory, { mode: 0o711 });
  folders.push(join(directory, '..'));
  // mkdtemp makes mode 0700; the account that PostgreSQL runs as has to pass.
  if (isRoot && parent === tmpdir()) chmodSync(join(directory, '..'), 0o711);
  return directory;
}

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<T>(text);
  await client.end();
  return rows;
}

test('the embedded database keeps its data over a restart, listens on a private socket only and checks its pages', async () => {
  const dataDirectory = newDataDirectory();
  const first = await startEmbedded({ dataDirectory });
  await query(first.url, 'create table kept (id int); insert into kept values (7)');
  await first.stop();
  assert.equal(isAlive(first.pid), false);

  const second = await startEmbedded({ dataDirectory });

  assert.deepEqual(await query(second.url, 'select id from kept'), [{ id: 7 }]);
  const [settings] = await query<Record<string, string>>(
    second.url,
    `select current_setting('listen_addresses') as listen, current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
      current_setting('password_encryption') as passwords, (select rolsuper::text from pg_roles where rolname = current_user) as superuser`,
  );
  assert.deepEqual(settings, {
    listen: '',
    checksums: 'on',
    fsync: 'on',
    passwords: 'scram-sha-256',
    superuser: 'false',
  });
  assert.equal(statSync(join(dataDirectory, 'run')).mode & 0o777, 0o700);
  assert.equal(statSync(join(dataDirectory, 'postgres.secret')).mode & 0o777, 0o600);
  await second.stop();
});

test('a wrong password is refused, even on the private socket', async () => {
  const dataDirectory = newDataDirectory();
  const server = await startEmbedded({ dataDirectory, durable: false });

  await assert.rejects(openDatabase({ url: server.url.replace(/:[0-9a-f]{64}@/, ':guess@') }), {
    code: 'platform.database-unreachable',
  });

  await server.stop();
});

test('after kill -9 of the server the next start shuts the orphan down and has every committed row', async () => {
  const dataDirectory = newDataDirectory();
  const script = join(dataDirectory, '..', 'server.ts');
  writeFileSync(script, serverScript(dataDirectory));
  const server = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const orphan = Number(await firstLine(server.stdout));
  server.kill('SIGKILL');
  await new Promise((resolve) => server.once('exit', resolve));
  assert.equal(isAlive(orphan), true, 'the database outlives its server');

  const next = await startEmbedded({ dataDirectory, durable: false });

  assert.notEqual(next.pid, orphan);
  assert.deepEqual(await query(next.url, 'select count(*)::int as n from survivors'), [{ n: 1000 }]);
  await next.stop();
});

test('kill -9 of the database itself is survived by the next start', async () => {
  const dataDirectory = newDataDirectory();
  const first = await startEmbedded({ dataDirectory });
  await query(first.url, 'create table kept as select generate_series(1, 500) as id');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;

  const second = await startEmbedded({ dataDirectory });

  assert.deepEqual(await query(second.url, 'select count(*)::int as n from kept'), [{ n: 500 }]);
  await second.stop();
});

test('a supervised database that is killed comes back at the same address', async () => {
  const dataDirectory = newDataDirectory();
  const server = await superviseEmbedded({ dataDirectory });
  const { db, close } = await openDatabase({ url: server.url });
  await sql`create table kept as select 1 as id`.execute(db);
  const killed = server.pid;
  process.kill(killed, 'SIGKILL');

  let rows: { id: number }[] = [];
  for (let i = 0; i < 300 && (rows.length === 0 || server.pid === killed); i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    rows = await sql<{ id: number }>`select id from kept`.execute(db).then(
      (result) => result.rows,
      () => [],
    );
  }

  assert.deepEqual(rows, [{ id: 1 }]);
  assert.notEqual(server.pid, killed);
  await close();
  await server.stop();
  assert.equal(isAlive(server.pid), false);
});

test('a postmaster.pid that names a foreign process is stale: that process is left alone', async () => {
  const dataDirectory = newDataDirectory();
  const first = await startEmbedded({ dataDirectory, durable: false });
  await first.stop();
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  writeFileSync(
    join(dataDirectory, 'postgres', 'postmaster.pid'),
    `${bystander.pid}\n${join(dataDirectory, 'postgres')}\n1\n5432\n\n\n0 0\nready\n`,
  );

  const second = await startEmbedded({ dataDirectory, durable: false });

  assert.equal(isAlive(bystander.pid ?? 0), true);
  assert.equal(postmasterState(join(dataDirectory, 'postgres'))?.pid, second.pid);
  bystander.kill();
  await second.stop();
});

test('what a crash during the first start left behind is cleared away', async () => {
  const dataDirectory = newDataDirectory();
  mkdirSync(join(dataDirectory, 'postgres.new-0123'));
  writeFileSync(join(dataDirectory, 'postgres.new-0123', 'PG_VERSION'), '18\n');

  const server = await startEmbedded({ dataDirectory, durable: false });

  assert.deepEqual(readdirSync(dataDirectory).sort(), ['postgres', 'postgres.log', 'postgres.secret', 'run']);
  await server.stop();
});

test('a data directory with a path too long for a socket gets a short socket directory', async () => {
  const parent = newDataDirectory();
  const dataDirectory = join(parent, 'x'.repeat(100));
  mkdirSync(dataDirectory, { mode: 0o711 });

  const server = await startEmbedded({ dataDirectory, durable: false });

  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
  const socketDirectory = new URL(server.url.replace('@/', '@h/')).searchParams.get('host') ?? '';
  await server.stop();
  assert.equal(existsSync(socketDirectory), false, 'and it is removed at the end');
});

test('below a private home the data moves to /var/lib/bulkhead and is found there again', {
  skip: isRoot ? false : 'run as root to see it',
}, async () => {
  const dataDirectory = newDataDirectory('/root');
  const lines: string[] = [];
  const log = {
    debug: () => {},
    info: (_: object, message: string) => lines.push(message),
    warn: () => {},
    error: () => {},
  };
  const first = await startEmbedded({ dataDirectory, durable: false, log });
  await query(first.url, 'create table kept (id int)');
  await first.stop();

  const second = await startEmbedded({ dataDirectory, durable: false });

  assert.deepEqual(await query(second.url, 'select * from kept'), []);
  await second.stop();
  const location = readFileSync(join(dataDirectory, 'postgres.location'), 'utf8').trim();
  folders.push(location);
  assert.match(location, /^\/var\/lib\/bulkhead\//);
  assert.equal(lines.filter((line) => line.includes(location) && line.includes('lives in')).length, 1);
});

test('a lost secret is named, and nothing is created over the old data', async () => {
  const dataDirectory = newDataDirectory();
  const server = await startEmbedded({ dataDirectory, durable: false });
  await server.stop();
  rmSync(join(dataDirectory, 'postgres.secret'));

  await assert.rejects(startEmbedded({ dataDirectory, durable: false }), {
    code: 'platform.embedded-database-password-missing',
  });
});

test('shutting down a process that is gone is no error', async () => {
  const gone = spawn('true');
  await new Promise((resolve) => gone.once('exit', resolve));

  await shutDown(gone.pid ?? 0);
});

test('the data lock of a running start is honoured before the database is touched', async () => {
  const dataDirectory = newDataDirectory();
  const lock = await lockDataDirectory(dataDirectory);

  await assert.rejects(lockDataDirectory(dataDirectory), { code: 'platform.data-directory-held' });

  lock.release();
});

function serverScript(dataDirectory: string): string {
  const module = (name: string) => JSON.stringify(new URL(`./${name}`, import.meta.url).href);
  return `import { startEmbedded } from ${module('embedded-postgres.ts')};
import { openDatabase } from ${module('database.ts')};
import { createRequire } from 'node:module';
const { sql } = await import(createRequire(${module('database.ts')}).resolve('kysely'));
const server = await startEmbedded({ dataDirectory: ${JSON.stringify(dataDirectory)} });
const { db } = await openDatabase({ url: server.url });
await sql\`create table survivors as select generate_series(1, 1000) as id\`.execute(db);
console.log(server.pid);
process.stdin.resume().on('end', () => server.stop().then(() => process.exit()));`;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}
