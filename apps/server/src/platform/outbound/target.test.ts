import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, checkedAddresses, readTarget, type TargetRules } from './target.ts';

const strict: TargetRules = { allowHosts: [], allowLoopback: false };
const faultOf = (text: string, rules: TargetRules = strict) => {
  const read = readTarget(text, rules);
  return read instanceof URL ? undefined : read.fault;
};
const names =
  (...addresses: string[]) =>
  async (): Promise<Address[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const found = async (text: string, rules: TargetRules, ...addresses: string[]) => {
  const answer = await checkedAddresses(new URL(text), rules, names(...addresses));
  return 'fault' in answer ? answer.fault : answer.map(({ address }) => address);
};

test('this machine and private networks are refused in every way that an address can be written', () => {
  const forms = `
  127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001
    0.0.0.0 0 10.0.0.1 0xa000001 167772161 169.254.169.254 2852039166 0xA9FEA9FE
    [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:a9fe:a9fe] [fe80::1]
    [fd00:ec2::254] [64:ff9b::7f00:1] ①②⑦.0.0.1 127。0。0。1 192.168.0.1. %31%32%37.0.0.1`
    .trim()
    .split(/\s+/);
  for (const host of forms)
    assert.match(faultOf(`https://${host}/x`) ?? 'taken', /which this server does not reach/, host);
  assert.equal(forms.length, 28);
});

test('only https without a user name is taken', () => {
  assert.equal(faultOf('https://hooks.example.com/x?y=1'), undefined);
  assert.equal(faultOf('https://1.1.1.1/'), undefined);
  for (const text of [
    'http://hooks.example.com/',
    'http://127.0.0.1/',
    'ftp://x/',
    'file:///etc/passwd',
    'javascript:1',
  ])
    assert.ok(faultOf(text), text);
  for (const text of ['https://', 'hooks.example.com', 'https://a:b@example.com/', 'https://a@example.com/', ''])
    assert.ok(faultOf(text), text);
});

test('plain HTTP is taken to this machine only, and only when that is allowed', () => {
  const trial: TargetRules = { allowHosts: ['build.example'], allowLoopback: true };

  for (const host of ['127.0.0.1', '[::1]', 'localhost', 'localhost.'])
    assert.equal(faultOf(`http://${host}:8080/`, trial), undefined, host);
  for (const host of ['10.0.0.1', '1.1.1.1', 'build.example', 'localhost.example'])
    assert.ok(faultOf(`http://${host}/`, trial), host);
});

test('a name is refused when one of its addresses is private, even beside public ones', async () => {
  assert.deepEqual(await found('https://a.example/', strict, '1.1.1.1', '2606:4700::1111'), [
    '1.1.1.1',
    '2606:4700::1111',
  ]);
  assert.match(String(await found('https://a.example/', strict, '1.1.1.1', '10.0.0.1')), /10\.0\.0\.1 \(private\)/);
  assert.match(String(await found('https://a.example/', strict, '::ffff:10.0.0.1')), /private/);
  assert.match(String(await found('https://a.example/', strict)), /no address/);
});

test('a host that the configuration names may be private, its neighbours may not', async () => {
  const rules: TargetRules = {
    allowHosts: ['Chat.Corp.example', '10.0.0.7'],
    allowLoopback: false,
    setting: 'x.allowHosts',
  };

  assert.deepEqual(await found('https://chat.corp.example./x', rules, '10.0.0.5'), ['10.0.0.5']);
  assert.equal(faultOf('https://10.0.0.7/', rules), undefined);
  assert.match(String(await found('https://other.corp.example/', rules, '10.0.0.5')), /allowHosts/);
  assert.match(String(await found('https://x.chat.corp.example/', rules, '10.0.0.5')), /allowHosts/);
  assert.ok(faultOf('https://10.0.0.8/', rules));
});

test('a name that says it is this machine is checked by its address too', async () => {
  assert.match(String(await found('https://localhost/', strict, '127.0.0.1')), /loopback/);
  const trial: TargetRules = { allowHosts: [], allowLoopback: true };
  assert.match(String(await found('http://localhost/', trial, '10.0.0.1')), /private/);
  assert.deepEqual(await found('http://localhost/', trial, '127.0.0.1', '::1'), ['127.0.0.1', '::1']);
});
