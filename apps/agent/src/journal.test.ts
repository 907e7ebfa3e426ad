import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openJournal } from './journal.ts';

const key = randomBytes(32);
const fresh = () => mkdtempSync(join(tmpdir(), 'journal-'));
const texts = (journal: ReturnType<typeof openJournal>) => journal.peek(0, 1_000_000).map((r) => r.content.toString());
const filesOf = (directory: string) =>
  readdirSync(directory)
    .filter((n) => n.endsWith('.log'))
    .map((n) => join(directory, n));

test('what was appended is there in order after a reopen, and gone once acknowledged', () => {
  const directory = fresh();
  const first = openJournal({ directory, key });
  for (const text of ['a', 'b', 'c']) first.append(Buffer.from(text));
  first.close();

  const second = openJournal({ directory, key });
  assert.deepEqual(texts(second), ['a', 'b', 'c']);
  second.acknowledge(second.peek(0, 3));

  assert.deepEqual(texts(openJournal({ directory, key })), []);
  assert.deepEqual(filesOf(directory), []);
});

test('nothing of a record is readable on the medium, and another key does not open it', () => {
  const directory = fresh();
  openJournal({ directory, key }).append(Buffer.from('location 48.1 11.5'));

  for (const file of filesOf(directory)) assert.ok(!readFileSync(file).includes('location'));
  assert.throws(() => openJournal({ directory, key: randomBytes(32) }), { code: 'agent.state-damaged' });
});

test('a record that was changed on the medium is given up and counted, the others stay', () => {
  const directory = fresh();
  const journal = openJournal({ directory, key });
  for (const text of ['first', 'changed', 'last']) journal.append(Buffer.from(text));
  journal.close();
  const [file] = filesOf(directory) as [string];
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  writeFileSync(file, bytes);

  const again = openJournal({ directory, key });

  assert.deepEqual(texts(again), ['first', 'last']);
  assert.equal(again.takeDropped(), 1);
});

test('a record cut short by a crash is left out, those before it stay', () => {
  const directory = fresh();
  const journal = openJournal({ directory, key });
  for (const text of ['whole', 'cut']) journal.append(Buffer.from(text));
  journal.close();
  const [file] = filesOf(directory) as [string];

  truncateSync(file, statSync(file).size - 3);

  assert.deepEqual(texts(openJournal({ directory, key })), ['whole']);
});

test('a full journal gives up the oldest records and says how many', () => {
  const journal = openJournal({ directory: fresh(), key, maxBytes: 64 * 1024, durable: false });

  for (let i = 0; i < 1000; i++) journal.append(Buffer.from(String(i).padStart(200, '0')));

  const kept = texts(journal);
  assert.equal(kept.at(-1), '999'.padStart(200, '0'));
  assert.equal(journal.takeDropped(), 1000 - kept.length);
  assert.ok(kept.length > 100, `kept ${kept.length}`);
});

test('an acknowledgement that comes after its records made room for newer ones takes nothing else away', () => {
  const journal = openJournal({ directory: fresh(), key, maxBytes: 64 * 1024, durable: false });
  for (let i = 0; i < 50; i++) journal.append(Buffer.from(String(i).padStart(1000, '0')));
  const inFlight = journal.peek(0, 30);

  for (let i = 50; i < 90; i++) journal.append(Buffer.from(String(i).padStart(1000, '0')));
  const kept = texts(journal).map(Number);
  journal.acknowledge(inFlight);

  assert.ok((kept[0] ?? 0) > 0, 'the oldest gave way');
  assert.deepEqual(
    texts(journal).map(Number),
    kept.filter((n) => n >= 30),
  );
});

test('records acknowledged out of order leave no file behind', () => {
  const directory = fresh();
  const journal = openJournal({ directory, key, maxBytes: 64 * 1024, durable: false });
  for (let i = 0; i < 40; i++) journal.append(Buffer.from(String(i).padStart(1000, '0')));

  journal.acknowledge(journal.peek(20, 20));
  assert.equal(journal.size(), 20);
  journal.append(Buffer.from('x'.repeat(4000)));
  journal.acknowledge(journal.peek(0, 20));
  journal.acknowledge(journal.peek(0, 1));

  assert.equal(journal.size(), 0);
  assert.deepEqual(filesOf(directory), []);
});

test('each record that append answered for survives kill -9 of the process', async () => {
  const directory = fresh();
  const script = join(directory, 'writer.ts');
  writeFileSync(
    script,
    `import { openJournal } from ${JSON.stringify(new URL('journal.ts', import.meta.url).href)};
const journal = openJournal({ directory: ${JSON.stringify(join(directory, 'j'))}, key: Buffer.from('${key.toString('hex')}', 'hex'), durable: false });
for (let i = 0; ; i++) { journal.append(Buffer.from(String(i))); process.stdout.write(i + '\\n'); }`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = -1;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    last = Number(line);
    if (last === 500) child.kill('SIGKILL');
  });
  await once(lines, 'close');

  const kept = texts(openJournal({ directory: join(directory, 'j'), key })).map(Number);

  assert.ok(kept.length > last, `${kept.length} kept, ${last} answered for`);
  assert.deepEqual(
    kept,
    kept.map((_, i) => i),
  );
});
