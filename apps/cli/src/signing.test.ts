import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { dialectA, dialectB, readPublicKeyFile, requireThreshold } from '@bulkhead/uptane';
import { createHome, runInProcess } from './testing.ts';

const home = createHome();
after(() => home.remove());
const at = (name: string) => join(home.directory, name);
writeFileSync(at('pass'), 'correct horse battery\n');
writeFileSync(at('brake.bin'), 'brake 2.0');
const env = { BULKHEAD_PASSPHRASE_FILE: at('pass'), HOME: home.directory };

async function run(...args: string[]) {
  return runInProcess(args, env);
}

async function record(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await run(...args);
  assert.equal(code, 0, err);
  return JSON.parse(out) as Record<string, unknown>;
}

async function keys(...names: string[]): Promise<void> {
  for (const name of names) await record('keys', 'create', at(name));
}

const pub = (...names: string[]) => names.map((name) => at(`${name}.pub.json`)).join(',');

describe('a key for signing offline', () => {
  test('is made behind a passphrase, readable by its owner only, and never overwritten', async () => {
    const made = await record('keys', 'create', at('first'));

    assert.equal(statSync(at('first.key.pem')).mode & 0o777, 0o600);
    assert.match(readFileSync(at('first.key.pem'), 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    assert.match(String(made.keyId), /^[0-9a-f]{64}$/);
    const before = readFileSync(at('first.key.pem'));
    const again = await run('keys', 'create', at('first'));
    assert.deepEqual([again.code, readFileSync(at('first.key.pem'))], [2, before]);
    assert.match(again.err, /is there already/);
  });

  test('is not made behind a short passphrase, nor without anybody to ask for one', async () => {
    writeFileSync(at('short'), 'short');
    const short = await run('keys', 'create', at('x'), '--passphrase-file', at('short'));
    assert.deepEqual([short.code, short.err.includes('12 characters')], [2, true]);
    const nobody = await runInProcess(['keys', 'create', at('x')], { HOME: home.directory });
    assert.deepEqual([nobody.code, nobody.err.includes('--passphrase-file')], [2, true]);
  });
});

describe('a root ceremony on the command line', () => {
  test('makes a root that is complete once enough people signed, and says whose signatures are missing', async () => {
    await keys('alice', 'bob', 'carol', 'targets', 'snapshot', 'timestamp');
    const roles = ['--targets', pub('targets'), '--snapshot', pub('snapshot'), '--timestamp', pub('timestamp')];
    const first = await record(
      'root',
      'init',
      at('1.json'),
      '--root',
      pub('alice', 'bob', 'carol'),
      '--threshold',
      'root=2',
      ...roles,
      '--expires',
      '2099-01-31',
    );
    assert.match(String(first.signatures), /^0 of 2 signatures, missing /);
    assert.equal((await run('root', 'status', at('1.json'), '--check')).code, 7);

    const one = await record('root', 'sign', at('1.json'), '--key', at('alice.key.pem'));
    assert.deepEqual([one.complete, one.digest], [false, first.digest]);
    const two = await record('root', 'sign', at('1.json'), '--key', at('carol.key.pem'));
    assert.deepEqual([two.complete, two.signatures], [true, '2 of 2 signatures']);
    assert.equal((await run('root', 'status', at('1.json'), '--check')).code, 0);
    assert.equal(dialectA.readRoot(readFileSync(at('1.json'))).signed.expires, '2099-01-31T00:00:00Z');
  });

  test('replaces a key when the old and the new keys signed', async () => {
    await keys('dave');
    const roots = pub('bob', 'carol', 'dave');
    const next = await record(
      'root',
      'rotate',
      at('1.json'),
      '--out',
      at('2.json'),
      '--root',
      roots,
      '--expires',
      '2099-06-30',
    );
    assert.deepEqual([next.version, next.complete], [2, false]);
    const sign = (name: string) =>
      record('root', 'sign', at('2.json'), '--previous', at('1.json'), '--key', at(`${name}.key.pem`));
    assert.match(String((await sign('dave')).signaturesOfPrevious), /^0 of 2 signatures/);
    await sign('carol');
    assert.equal((await sign('alice')).complete, true);
    assert.match(String((await record('root', 'status', at('2.json'))).signaturesOfPrevious), /--previous/);
  });

  test('refuses keys that do not belong, thresholds that cannot be met, and a passphrase that does not open', async () => {
    const stranger = await run('root', 'sign', at('1.json'), '--key', at('targets.key.pem'));
    assert.deepEqual([stranger.code, stranger.err.includes('no root key')], [2, true]);
    writeFileSync(at('wrong'), 'something else entirely');
    const wrong = await run('root', 'sign', at('1.json'), '--key', at('bob.key.pem'), '--passphrase-file', at('wrong'));
    assert.deepEqual([wrong.code, wrong.err.includes('passphrase')], [2, true]);
    const high = await run(
      'root',
      'rotate',
      at('1.json'),
      '--out',
      at('3.json'),
      '--threshold',
      'targets=2',
      '--expires',
      '2099-06-30',
    );
    assert.deepEqual([high.code, high.err.includes('threshold of 2')], [2, true]);
    const past = await run('root', 'rotate', at('1.json'), '--out', at('3.json'), '--expires', '2001-01-01');
    assert.deepEqual([past.code, past.err.includes('has passed')], [2, true]);
    const none = await run('root', 'init', at('3.json'), '--root', pub('alice'), '--expires', '2099-06-30');
    assert.deepEqual([none.code, none.err.includes('--targets')], [2, true]);
    assert.equal((await run('root', 'status', at('brake.bin'))).code, 2);
  });
});

describe('a supplier who signs offline', () => {
  const add = [
    '--add',
    `acme/brake/2.0.bin=${at('brake.bin')}`,
    '--hardware-id',
    'bcm-2',
    '--release-counter',
    '5',
    '--expires',
    '2099-01-31',
  ];

  test('lists its images and signs them, in either dialect', async () => {
    await keys('acme');
    for (const wire of [dialectA, dialectB]) {
      const path = at(`${wire.name}.json`);
      const made = await record('sign', path, '--key', at('acme.key.pem'), '--dialect', wire.name, ...add);
      assert.equal(made.version, 1);
      const file = wire.readTargets(readFileSync(path));
      const target = file.signed.targets.get('acme/brake/2.0.bin');
      assert.deepEqual(
        [target?.length, target?.custom?.hardwareIds, target?.custom?.releaseCounter],
        [9, ['bcm-2'], 5],
      );
      const key = readPublicKeyFile(readFileSync(at('acme.pub.json')));
      const [{ keyId } = { keyId: '' }] = file.signatures;
      requireThreshold(file, { keyIds: [keyId], threshold: 1, extra: new Map() }, new Map([[keyId, key]]), 'acme');
    }
  });

  test('raises the version with each change, and adds a second signature without one', async () => {
    await keys('second');
    const path = at('a.json');
    const next = await record(
      'sign',
      path,
      '--key',
      at('acme.key.pem'),
      '--remove',
      'acme/brake/2.0.bin',
      '--expires',
      '2099-02-28',
    );
    assert.deepEqual([next.version, next.images], [2, []]);
    const both = await record('sign', path, '--key', at('second.key.pem'));
    assert.equal(String(both.signatures).split(', ').length, 2);
    assert.deepEqual([both.version, both.digest], [2, next.digest]);
  });

  test('is told what is missing before anything is written', async () => {
    const key = ['--key', at('acme.key.pem')];
    for (const [args, message] of [
      [[at('new.json'), ...key], /is not there/],
      [[at('new.json'), ...key, '--add', `x.bin=${at('brake.bin')}`, '--hardware-id', 'h'], /needs --expires/],
      [[at('new.json'), ...key, '--add', `x.bin=${at('brake.bin')}`, '--expires', '2099-01-01'], /--hardware-id/],
      [[at('new.json'), ...key, '--add', 'x.bin', '--hardware-id', 'h', '--expires', '2099-01-01'], /name=file/],
      [
        [at('new.json'), ...key, '--add', `../x=${at('brake.bin')}`, '--hardware-id', 'h', '--expires', '2099-01-01'],
        /image name/,
      ],
      [
        [at('new.json'), ...key, '--add', `x.bin=${at('nowhere')}`, '--hardware-id', 'h', '--expires', '2099-01-01'],
        /cannot be read/,
      ],
      [[at('a.json'), ...key, '--remove', 'nothing', '--expires', '2099-01-01'], /not listed/],
      [[at('a.json'), ...key, '--expires', '2099-02-30'], /--expires is/],
      [[at('1.json'), ...key], /wrong|_type/],
    ] as const) {
      const { code, err } = await run('sign', ...args);
      assert.equal(code, 2, err);
      assert.match(err, message);
    }
  });
});
