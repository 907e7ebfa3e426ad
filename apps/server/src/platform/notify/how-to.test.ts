import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { tester, testNotify, until, webhookTo } from './testing.ts';

const guide = readFileSync(new URL('../../../../../docs/how-to/send-notifications.md', import.meta.url), 'utf8');
/** The code block of the guide that contains a text. */
const block = (language: string, text: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))]
    .map(([, code = '']) => code)
    .find((code) => code.includes(text)) ?? '';

let database: TestDatabase;
let platform: Awaited<ReturnType<typeof testNotify>>;
before(async () => {
  database = await testDatabase();
  platform = await testNotify(database);
});
after(async () => {
  await platform.close();
  await database.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The receiver of the guide, as it stands there. */
async function startGuideReceiver(t: { after(fn: () => unknown): void }, secret: string, port: number) {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-guide-'));
  writeFileSync(join(directory, 'receiver.mjs'), block('js', 'createServer'));
  const child = spawn(process.execPath, [join(directory, 'receiver.mjs')], {
    env: { ...process.env, SECRET: secret, PORT: String(port) },
    stdio: 'inherit',
  });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  await until('the receiver answers', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' }).catch(() => undefined);
    return response?.status === 401;
  });
}

test('the receiver of the guide takes what Bulkhead signs, and nothing else', async (t) => {
  const port = await freePort();
  const { channel, secret } = await platform.notify.channels.create(webhookTo(`http://127.0.0.1:${port}/`), tester);
  t.after(() => platform.notify.channels.remove(channel.id, tester));
  await startGuideReceiver(t, secret ?? '', port);

  const outcome = await platform.notify.channels.test(channel.id, tester);
  assert.deepEqual([outcome.delivered, outcome.detail], [true, 'The receiver answered 204']);
  await platform.notify.channels.rotateSecret(channel.id, tester);
  assert.equal(
    (await platform.notify.channels.test(channel.id, tester)).delivered,
    true,
    'it still has the old secret',
  );
  await platform.notify.channels.rotateSecret(channel.id, tester);
  const refused = await platform.notify.channels.test(channel.id, tester);
  assert.deepEqual([refused.delivered, refused.detail], [false, 'The receiver answered 401']);
});

test('the signature that the guide makes with openssl is taken by its receiver', async (t) => {
  const port = await freePort();
  const script = block('sh', 'openssl dgst');
  const secret = /SECRET=(\S+)/.exec(script)?.[1] ?? '';
  await startGuideReceiver(t, secret, port);
  const run = async (text: string) =>
    (await promisify(execFile)('sh', ['-c', text], { env: { ...process.env, PORT: String(port) } })).stdout;

  assert.match(await run(script), /^HTTP\/1\.1 204/);
  assert.match(await run(script.replace('-d "$BODY"', '-d "$BODY "')), /^HTTP\/1\.1 401/);
  assert.match(await run(script.replace('$(date +%s)', '1700000000')), /^HTTP\/1\.1 401/);
});
