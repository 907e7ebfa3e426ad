import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { describeVinFault, vinCheckDigit, vinFault } from './vin.ts';

const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ';
const digits = '0123456789';
/** VINs of the regions whose law demands no check digit: the first character is none of 1 to 5. */
const elsewhere = fc
  .tuple(
    fc.constantFrom(...letters, ...'06789'),
    fc.string({ unit: fc.constantFrom(...letters, ...digits), minLength: 12, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...digits), minLength: 4, maxLength: 4 }),
  )
  .map((parts) => parts.join(''));
const american = fc
  .tuple(fc.constantFrom(...'12345'), elsewhere)
  .map(([region, vin]) => region + vin.slice(1))
  .map((vin) => vin.slice(0, 8) + vinCheckDigit(vin) + vin.slice(9));
const replaceAt = (vin: string, i: number, c: string) => vin.slice(0, i) + c + vin.slice(i + 1);

describe('the check digit of a VIN (49 CFR 565.15)', () => {
  it('is that of VINs which others have computed', () => {
    for (const vin of ['1M8GDM9AXKP042788', '11111111111111111', '5GZCZ43D13S812715', '1HGCM82633A004352']) {
      assert.equal(vinCheckDigit(vin), vin.charAt(8), vin);
      assert.equal(vinFault(vin), undefined, vin);
    }
  });

  it('does not depend on what stands in its own position', () => {
    fc.assert(
      fc.property(elsewhere, fc.constantFrom(...digits, 'X'), (vin, c) => {
        assert.equal(vinCheckDigit(replaceAt(vin, 8, c)), vinCheckDigit(vin));
      }),
    );
  });

  it('changes with any one digit in any other place', () => {
    fc.assert(
      fc.property(american, fc.nat({ max: 16 }), fc.constantFrom(...digits), (vin, i, digit) => {
        fc.pre(i !== 8 && digits.includes(vin.charAt(i)) && vin.charAt(i) !== digit);
        assert.notEqual(vinCheckDigit(replaceAt(vin, i, digit)), vinCheckDigit(vin));
      }),
    );
  });
});

describe('a VIN', () => {
  it('has 17 characters', () => {
    for (const vin of ['', 'W', 'WVWZZZ1KZAW00001', 'WVWZZZ1KZAW0000011', '1M8GDM9AXKP042788 '])
      assert.equal(vinFault(vin), 'length', vin);
  });

  it('has no I, O, Q, no lower case and no other character (ISO 3779 s5)', () => {
    for (const c of ['I', 'O', 'Q', 'a', ' ', '-', 'Ä', '\0', '\n', '٣'])
      assert.equal(vinFault(replaceAt('WVWZZZ1KZAW000001', 3, c)), 'character', JSON.stringify(c));
  });

  it('ends in four digits', () => {
    for (const i of [13, 14, 15, 16]) assert.equal(vinFault(replaceAt('WVWZZZ1KZAW000001', i, 'A')), 'serial');
    assert.equal(vinFault(replaceAt('WVWZZZ1KZAW000001', 12, 'A')), undefined);
  });

  it('of another region than North America needs no check digit', () => {
    fc.assert(
      fc.property(elsewhere, (vin) => {
        assert.equal(vinFault(vin), undefined);
      }),
    );
  });

  it('of North America is refused with every check digit but the right one', () => {
    fc.assert(
      fc.property(american, fc.constantFrom(...digits, ...letters), (vin, c) => {
        assert.equal(vinFault(replaceAt(vin, 8, c)), c === vin.charAt(8) ? undefined : 'check-digit');
      }),
    );
  });
});

describe('what is wrong with a VIN', () => {
  it('is said in a sentence that names the digit expected and the one found', () => {
    assert.equal(
      describeVinFault('1M8GDM9A1KP042788', 'check-digit'),
      'position 9 is not the check digit that a North American VIN must carry: expected X, found 1',
    );
    assert.equal(describeVinFault('W', 'length'), 'a VIN has 17 characters');
  });
});
