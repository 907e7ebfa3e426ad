import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, whyNotPublic } from './address-rules.ts';

test('an address is read into its bytes, however it is written', () => {
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 1, 2, 3];
  const cases: readonly (readonly [string, readonly number[] | undefined])[] = [
    ['10.1.2.3', [10, 1, 2, 3]],
    ['::ffff:10.1.2.3', mapped],
    ['::ffff:a01:203', mapped],
    ['0:0:0:0:0:FFFF:0A01:0203', mapped],
    ['::', Array<number>(16).fill(0)],
    ['::1', [...Array<number>(15).fill(0), 1]],
    ['fe80::1%eth0', [0xfe, 0x80, ...Array<number>(13).fill(0), 1]],
    ['2001:db8::', [0x20, 1, 0x0d, 0xb8, ...Array<number>(12).fill(0)]],
    ['1::2:3:4:5:6:7', [0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7]],
    ['010.1.2.3', undefined],
    ['2130706433', undefined],
    ['10.1.2', undefined],
    ['example.com', undefined],
    ['', undefined],
  ];
  for (const [text, bytes] of cases) assert.deepEqual([...(bytesOf(text) ?? [])], bytes ?? [], text);
});

const words = (text: string) => text.trim().split(/\s+/);

/** Both ends of each block, and of the v6 ones a few inside. */
const refused = words(`
  0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255
  127.0.0.0 127.0.0.1 127.255.255.255 169.254.0.0 169.254.169.254 169.254.255.255
  172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192 192.0.2.1 192.88.99.1
  192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.9 203.0.113.9
  224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16 100.100.100.200
  :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:0.0.0.0 ::ffff:169.254.169.254
  64:ff9b::10.0.0.1 64:ff9b:1::1 100::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 febf::1
  fec0::1 ff02::1 2001::1 2001:1ff::1 2001:db8::1 2002:7f00:1::1 3fff::1 4000::1
`);
const allowed = words(`
  1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
  169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.1 192.167.255.255 192.169.0.0
  198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.15 168.63.129.17
  2000::1 2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 3fff:1000::1
  ::ffff:1.1.1.1 64:ff9b::1.1.1.1
`);

test('what is not of the public internet is refused, up to both ends of each block', () => {
  for (const address of refused) assert.equal(typeof whyNotPublic(address), 'string', address);
  assert.ok(refused.length > 50);
});

test('what is beside a refused block is not refused with it', () => {
  for (const address of allowed) assert.equal(whyNotPublic(address), undefined, address);
  assert.ok(allowed.length > 25);
});

test('what is no address is refused', () => {
  for (const text of ['', 'localhost', '127.1', '0x7f000001', '2130706433', '1.2.3.4.5', ':::1'])
    assert.equal(whyNotPublic(text), 'not an address', text);
});
