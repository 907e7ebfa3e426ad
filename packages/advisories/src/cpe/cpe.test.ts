import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meetCpe } from './compare.ts';
import { type Cpe, type CpeValue, parseCpe } from './cpe.ts';

const name = (text: string): Cpe => {
  const cpe = parseCpe(text);
  assert.ok(cpe, text);
  return cpe;
};
const show = (value: CpeValue) => (value.kind === 'text' ? value.text : value.kind);

test('a 2.3 name is unescaped and folded; the star is any, the hyphen not applicable', () => {
  const cpe = name('cpe:2.3:a:Foo\\:Bar:C\\+\\+_lib\\\\x:1.0\\-rc1:-:*:*:*:node.js:*:*');
  assert.deepEqual([cpe.part, cpe.vendor, cpe.product, cpe.version, cpe.update, cpe.edition, cpe.targetSw].map(show), [
    'a',
    'foo:bar',
    'c++_lib\\x',
    '1.0-rc1',
    'na',
    'any',
    'node.js',
  ]);
});

test('a 2.2 URI is decoded, its packed edition taken apart', () => {
  const cpe = name('cpe:/a:foo%21bar:baz:1.0:sp1:~~pro~linux~x64~other:en');
  assert.deepEqual(
    [
      cpe.vendor,
      cpe.product,
      cpe.update,
      cpe.edition,
      cpe.language,
      cpe.swEdition,
      cpe.targetSw,
      cpe.targetHw,
      cpe.other,
    ].map(show),
    ['foo!bar', 'baz', 'sp1', 'any', 'en', 'pro', 'linux', 'x64', 'other'],
  );
  assert.deepEqual([name('cpe:/o:linux:linux_kernel').version, name('cpe:/o:a:b:-').version].map(show), ['any', 'na']);
});

test('what is no CPE name gives nothing', () => {
  const bad = [
    '',
    'cpe:2.3:a:b',
    'cpe:2.3:x:v:p:1:*:*:*:*:*:*:*',
    'cpe:2.3:a:v::1:*:*:*:*:*:*:*',
    'cpe:/a:%zz:p',
    'cpe:2.3:a:v:p:1:*:*:*:*:*:*:*:*',
    `cpe:2.3:a:v:${'p'.repeat(5000)}:1:*:*:*:*:*:*:*`,
  ];
  for (const text of bad) assert.equal(parseCpe(text), undefined, text.slice(0, 60));
});

const cpe = (vendor: string, product: string, rest = '*:*:*:*:*:*:*:*', part = 'a') =>
  name(`cpe:2.3:${part}:${vendor}:${product}:${rest}`);

test('names relate as NISTIR 7696 says: any holds all, not applicable only itself, the unknown stays open', () => {
  const own = cpe('acme', 'gate', '1.0:*:*:*:*:linux:*:*');
  const meets = (record: Cpe) => {
    const found = meetCpe(record, own);
    return found === undefined || found === 'apart' ? found : [found.vendorOpen, ...found.open];
  };
  assert.deepEqual(meets(cpe('acme', 'gate')), [false]);
  assert.equal(meets(cpe('other', 'gate')), undefined);
  assert.equal(meets(cpe('acme', 'door')), undefined);
  assert.deepEqual(meets(cpe('acme', 'gate', '*:*:*:*:*:linux:*:*')), [false]);
  assert.equal(meets(cpe('acme', 'gate', '*:*:*:*:*:android:*:*')), 'apart');
  assert.equal(meets(cpe('acme', 'gate', '*:*:*:*:*:-:*:*')), 'apart');
  assert.deepEqual(meets(cpe('acme', 'gate', '*:*:pro:*:*:*:*:*')), [false, 'edition=pro']);
  assert.deepEqual(meets(cpe('acme', 'gate', undefined, 'o')), [false, 'part=o']);
});

test('unescaped wildcards in a record match as a whole, escaped ones are letters', () => {
  const own = cpe('acme', 'gateway_5000');
  const holds = (product: string) => typeof meetCpe(cpe('acme', product), own) === 'object';
  assert.deepEqual(['gateway_*', '*5000', 'gateway_????', 'gateway_???', 'gate\\*', '*way*'].map(holds), [
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
  const hostile = cpe('acme', `${'*a'.repeat(120)}b`);
  assert.equal(meetCpe(hostile, cpe('acme', 'a'.repeat(255))), undefined);
});
