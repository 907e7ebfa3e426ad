import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockDataDirectory } from './data-lock.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-lock-'));
  folders.push(folder);
  return folder;
}

const moduleUrl = new URL('./data-lock.ts', import.meta.url).href;

/** Starts a process that takes the lock and says so, or prints the code of its failure. */
function otherProcess(directory: string, then = 'setInterval(() => {}, 1000)') {
  const code = `import { lockDataDirectory } from ${JSON.stringify(moduleUrl)};
    try { await lockDataDirectory(${JSON.stringify(directory)}); console.log('held'); ${then} } catch (error) { console.log(error.code); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return { child, said, ended };
}

test('a missing directory is created for its owner and a released lock can be taken again', async () => {
  const directory = join(newFolder(), 'a', 'b');

  const first = await lockDataDirectory(directory);
  first.release();
  const second = await lockDataDirectory(directory);

  assert.equal(second.directory, directory);
  second.release();
  assert.deepEqual(readdirSync(directory), []);
});

test('a second holder is told the process that holds the directory and what to do', async () => {
  const directory = newFolder();
  const other = otherProcess(directory);
  assert.equal(await other.said, 'held');

  await assert.rejects(lockDataDirectory(directory), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'platform.data-directory-held');
    assert.match(error.message, new RegExp(`process ${other.child.pid}: stop that server`));
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });

  other.child.kill('SIGKILL');
  await other.ended;
  const lock = await lockDataDirectory(directory);
  lock.release();
});

test('a process id that was given to another process since does not hold the lock', async () => {
  const directory = newFolder();
  const lock = await lockDataDirectory(directory);
  const holder: { startTime: string } = JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'));
  writeFileSync(
    join(directory, 'lock'),
    JSON.stringify({ ...holder, token: 'old', pid: process.ppid, startTime: '1' }),
  );

  const next = await lockDataDirectory(directory);

  lock.release();
  assert.equal(existsSync(join(directory, 'lock')), true, 'releasing the lost lock leaves the new one');
  next.release();
});

test('a lock from another container counts as dead once its heartbeat stopped', async () => {
  const directory = newFolder();
  const file = join(directory, 'lock');
  writeFileSync(file, JSON.stringify({ token: 't', pid: 1, startTime: '1', world: 'another machine' }));
  utimesSync(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));

  const lock = await lockDataDirectory(directory);

  lock.release();
});

test('a lock from another container whose heartbeat goes on is honoured', async () => {
  const directory = newFolder();
  const file = join(directory, 'lock');
  writeFileSync(file, JSON.stringify({ token: 't', pid: 1, startTime: '1', world: 'another machine' }));
  const beating = setInterval(() => utimesSync(file, new Date(), new Date()), 100);

  await assert.rejects(lockDataDirectory(directory), {
    code: 'platform.data-directory-held',
    message: /another container or machine/,
  });

  clearInterval(beating);
});

test('of many processes that meet a dead lock exactly one gets the directory', async () => {
  const directory = newFolder();
  const dead = otherProcess(directory);
  await dead.said;
  dead.child.kill('SIGKILL');
  await dead.ended;

  const racers = Array.from({ length: 6 }, () => otherProcess(directory));
  const answers = await Promise.all(racers.map(({ said }) => said));

  assert.deepEqual(answers.toSorted(), ['held', ...Array(5).fill('platform.data-directory-held')].toSorted());
  for (const { child } of racers) child.kill('SIGKILL');
  await Promise.all(racers.map(({ ended }) => ended));
});

test('a directory that cannot be written is refused in one line', {
  skip: process.getuid?.() === 0 ? 'root may write everywhere' : false,
}, async () => {
  const directory = newFolder();
  chmodSync(directory, 0o500);

  await assert.rejects(lockDataDirectory(directory), {
    code: 'platform.data-directory-unwritable',
    message: /cannot be written \(EACCES\)/,
  });
});

test('a path that is a file is refused in one line', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');

  await assert.rejects(lockDataDirectory(join(file, 'data')), {
    code: 'platform.data-directory-unwritable',
    message: /ENOTDIR/,
  });
});
