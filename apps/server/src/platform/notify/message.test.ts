import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConsolePath, type Message, storable } from './message.ts';

const message: Message = { topic: 'fleet.alarm', severity: 'high', subject: 'Subject', text: 'Text' };

test('a message becomes storable whatever a foreign name or text brings in', () => {
  const foreign = ['\0', '\ud800', 'a\r\nb', '\u202egnp.exe', '\u2028', '\u0085', 'x'.repeat(1_000_000), '', '  '];
  for (const text of foreign) {
    const { subject, body } = storable({ ...message, subject: text, text });
    assert.match(subject, /^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]{1,200}$/u);
    assert.ok(body.length <= 8_000);
    assert.ok(body.isWellFormed() && subject.isWellFormed() && !body.includes('\0'));
  }
  assert.equal(storable({ ...message, subject: '\n' }).subject, 'fleet.alarm');
  assert.equal(storable({ ...message, text: 'a\r\nb\tc\rd' }).body, 'a\nb\tc\nd');
  const { subject } = storable({ ...message, subject: `${'x'.repeat(198)}😀😀` });
  assert.ok(subject.endsWith('…') && subject.isWellFormed() && subject.length <= 200);
});

test('data is kept when it is small and can be stored, and never makes the change fail that is told', () => {
  assert.equal(storable({ ...message, data: { a: [1, null, 'ü'] } }).data, '{"a":[1,null,"ü"]}');
  assert.equal(storable(message).data, null);
  assert.equal(storable({ ...message, data: 'x'.repeat(16_384) }).data, '{"omitted":"larger than 16 KiB"}');
});

test('a link is a path of this console or it is left out', () => {
  for (const link of ['/jobs/1', '/vehicles?filter=state%20%3D%20online', '/'])
    assert.equal(storable({ ...message, link }).link, link);
  const away = [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
    '/a b',
    '/\n',
    '/ü',
  ];
  for (const link of away) assert.ok(!isConsolePath(link), link);
  assert.ok(!isConsolePath(`/${'x'.repeat(500)}`));
});
