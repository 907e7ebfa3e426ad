import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSecretFile } from './secret-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'secret-'));

test('a secret file is for its owner only, even where a file open to all stood', () => {
  const path = join(directory, 'open');
  writeFileSync(path, 'old');
  chmodSync(path, 0o666);

  writeSecretFile(path, 'new');

  assert.equal(readFileSync(path, 'utf8'), 'new\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a secret is never written through a link', () => {
  const target = join(directory, 'target');
  const link = join(directory, 'link');
  symlinkSync(target, link);

  writeSecretFile(link, 'secret');

  assert.equal(existsSync(target), false);
  assert.equal(readFileSync(link, 'utf8'), 'secret\n');
});
