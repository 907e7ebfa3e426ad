import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PkiError } from '../error.ts';
import { encodeSerial, randomSerial, readSerial } from '../serial.ts';
import { decodeOid, encodeOid } from './oid.ts';
import {
  bodyOf,
  expect,
  finish,
  inside,
  membersOf,
  optional,
  readBoolean,
  readNamedBits,
  readSmallInteger,
  readUnsigned,
  readWhole,
} from './read.ts';
import { generalizedTime, readTime, time } from './time.ts';
import { bitString, integer, namedBits, octetString, sequence, setOf, tags, tlv, unsignedInteger } from './write.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const malformedDer = { name: 'PkiError', code: 'pki.malformed-der' };

test('a value of any length is read back with the shortest length that DER has', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 255, 256, 65_535, 65_536, 70_000)), (length) => {
      const der = octetString(new Uint8Array(length));

      const read = readWhole(der, tags.octetString, 1 << 20, 'The value');

      assert.equal(read.end - read.body, length);
      assert.equal(read.body, length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : 5);
    }),
  );
});

test('a non-negative integer of any size survives writing and reading and is shortest', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), (value) => {
      const magnitude = readUnsigned(readWhole(integer(value), tags.integer, 64, 'n'), 'n');
      assert.equal(BigInt(`0x${Buffer.from(magnitude).toString('hex')}`), value);
    }),
  );
  assert.deepEqual(integer(0), hex('02 01 00'));
  assert.deepEqual(integer(127), hex('02 01 7f'));
  assert.deepEqual(integer(128), hex('02 02 00 80'));
  assert.deepEqual(unsignedInteger(hex('0000ff')), hex('02 02 00ff'));
});

test('an object identifier survives encoding and decoding', () => {
  assert.deepEqual(encodeOid('1.2.840.113549.1.1.11'), hex('06 09 2a864886f70d01010b'));
  fc.assert(
    fc.property(
      fc.constantFrom('0.9', '1.3', '2.5', '2.999'),
      fc.array(fc.nat(2 ** 31 - 1), { maxLength: 12 }),
      (head, arcs) => {
        const dotted = [head, ...arcs].join('.');
        assert.equal(decodeOid(encodeOid(dotted).subarray(2)), dotted);
      },
    ),
  );
});

test('an object identifier with a padded, open, huge or missing arc is refused', () => {
  for (const content of ['', '80 01', '2a 80 01', '2a 86', '2a ff ff ff ff ff ff ff ff 7f']) {
    assert.throws(() => decodeOid(hex(content)), malformedDer, content);
  }
  for (const dotted of ['', '1', '3.1', '1.40', '1.02', '1.2.x'])
    assert.throws(() => encodeOid(dotted), PkiError, dotted);
});

test('times are UTCTime through 2049 and GeneralizedTime from 2050 on (RFC 5280 s4.1.2.5)', () => {
  assert.equal(time(new Date('2049-12-31T23:59:59Z')).toString('latin1', 2), '491231235959Z');
  assert.equal(time(new Date('1950-01-01T00:00:00Z')).toString('latin1', 2), '500101000000Z');
  assert.equal(time(new Date('2050-01-01T00:00:00Z')).toString('latin1', 2), '20500101000000Z');
  assert.equal(generalizedTime(new Date('2026-11-20T01:02:03.999Z')).toString('latin1', 2), '20261120010203Z');
  for (const year of ['1949-12-31T23:59:59Z', 'nonsense'])
    assert.throws(() => time(new Date(year)), { code: 'pki.bad-time' });
});

test('a time between 1950 and 9999 survives writing and reading to the second', () => {
  const seconds = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
  fc.assert(
    fc.property(seconds, (second) => {
      const der = time(new Date(second * 1000));
      assert.equal(readTime(readWhole(der, der[0] as number, 32, 't'), 't').getTime(), second * 1000);
    }),
  );
});

test('a time without seconds, with an offset, a fraction, or off the calendar is refused', () => {
  const read = (tag: number, text: string) => readTime(readWhole(tlv(tag, Buffer.from(text)), tag, 64, 't'), 't');
  for (const text of [
    '2601010000Z',
    '260101000000+0100',
    '260230000000Z',
    '260101240000Z',
    '260101006000Z',
    '26010100000aZ',
  ]) {
    assert.throws(() => read(tags.utcTime, text), malformedDer, text);
  }
  for (const text of ['20260101000000Z', '20510101000000.5Z', '205101010000Z']) {
    assert.throws(() => read(tags.generalizedTime, text), malformedDer, text);
  }
});

test('what BER allows and DER does not is refused', () => {
  const faults = {
    'indefinite length': '30 80 0000',
    'length not shortest': '30 81 01 00',
    'length padded with zero': '30 82 00 80',
    'length of five octets': '30 85 0000000001 00',
    'length beyond the input': '30 84 7fffffff',
    'reserved length': '30 ff',
    'header cut': '30',
    'length cut': '30 82 01',
    'trailing octets': '30 00 00',
    'other tag': '31 00',
    'high tag number': '3f 81 00',
  };
  for (const [name, text] of Object.entries(faults)) {
    assert.throws(() => readWhole(hex(text), tags.sequence, 64, 'x'), malformedDer, name);
  }
});

test('the size bound applies before anything is read', () => {
  assert.throws(() => readWhole(new Uint8Array(65), tags.sequence, 64, 'x'), { code: 'pki.too-large' });
  const many = sequence(...Array.from({ length: 9 }, () => integer(1)));
  assert.throws(() => membersOf(readWhole(many, tags.sequence, 64, 'x'), 8, 'x'), { code: 'pki.too-large' });
});

test('booleans, bit lists and integers have one encoding only', () => {
  const value = (text: string) => readWhole(hex(text), hex(text)[0] as number, 64, 'x');
  assert.equal(readBoolean(value('01 01 ff'), 'x'), true);
  for (const text of ['01 01 01', '01 00', '01 02 ffff'])
    assert.throws(() => readBoolean(value(text), 'x'), malformedDer);
  for (const text of ['02 00', '02 01 80', '02 02 00 01', '03 01 01'])
    assert.throws(() => readUnsigned(value(text), 'x'), malformedDer);
  assert.throws(() => readSmallInteger(value('02 05 0100000000'), 'x'), malformedDer);
  assert.deepEqual(readNamedBits(value('03 02 01 06'), 'x'), [5, 6]);
  for (const text of [
    '03 00',
    '03 01 01',
    '03 02 08 00',
    '03 02 00 06',
    '03 02 01 07',
    '03 06 00 0000000001',
    '04 02 01 06',
  ]) {
    assert.throws(() => readNamedBits(value(text), 'x'), malformedDer, text);
  }
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(8)), (bits) => {
      const der = namedBits(bits);
      assert.deepEqual(
        readNamedBits(readWhole(der, tags.bitString, 8, 'x'), 'x'),
        [...bits].sort((a, b) => a - b),
      );
    }),
  );
});

test('a set is written in the order of its encodings (X.690 s11.6) and optional members are skipped', () => {
  assert.deepEqual(setOf([integer(5), integer(3)]), hex('31 06 020103 020105'));
  const cursor = inside(readWhole(sequence(integer(7), bitString(hex('aa'))), tags.sequence, 64, 'x'));
  assert.equal(optional(cursor, tags.boolean), undefined);
  assert.deepEqual(Buffer.from(bodyOf(expect(cursor, tags.integer, 'n'))), hex('07'));
  assert.throws(() => finish(cursor, 'x'), malformedDer);
});

test('random serials are positive, 16 octets long, and never repeat', () => {
  const serials = Array.from({ length: 2000 }, randomSerial);
  assert.equal(new Set(serials).size, 2000);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9a-f]{31}$/);
});

test('a serial survives encoding and reading; zero, negative, padded and longer than 20 octets are refused', () => {
  const octets = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .filter((b) => b[0] !== 0 && (b.length < 20 || (b[0] as number) < 0x80));
  fc.assert(
    fc.property(octets, (bytes) => {
      const serial = Buffer.from(bytes).toString('hex');
      assert.equal(readSerial(readWhole(encodeSerial(serial), tags.integer, 64, 'x')), serial);
    }),
  );
  for (const serial of ['', '00', '0001', 'AB', 'abc', 'ff'.repeat(20), '01'.repeat(21)]) {
    assert.throws(() => encodeSerial(serial), { code: 'pki.bad-serial' }, serial);
  }
  for (const text of ['02 01 00', `02 15 ${'01'.repeat(21)}`]) {
    assert.throws(() => readSerial(readWhole(hex(text), tags.integer, 64, 'x')), { code: 'pki.bad-serial' });
  }
});
