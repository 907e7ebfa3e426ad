import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type FieldSpec, FilterError, type FilterNode, formatFilter, parseFilter } from './filter.ts';

const fields = {
  vin: { type: 'string', label: 'VIN' },
  state: { type: 'enum', label: 'State', values: ['online', 'offline'] },
  ecus: { type: 'number', label: 'ECUs' },
  lastSeen: { type: 'time', label: 'Last seen' },
  patchable: { type: 'boolean', label: 'Patchable' },
} as const satisfies Record<string, FieldSpec>;

const parse = (text: string) => parseFilter(text, fields);
const vinIs = (value: string): FilterNode => ({ kind: 'test', field: 'vin', operator: '=', values: [value] });

/** The detail and the position (from 1, as a person counts) of a refused filter. */
function refusal(text: string): readonly [detail: string, position: number] {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof FilterError, `${text} was refused by ${String(error)}`);
    const at = / \(at character (\d+) of the filter\)$/.exec(error.message);
    assert.ok(at, error.message);
    assert.equal(error.fields.filter, error.message.slice(0, at.index));
    return [error.fields.filter ?? '', Number(at[1])];
  }
  return assert.fail(`${text} was not refused`);
}

describe('a filter', () => {
  it('that is absent or blank filters nothing', () => {
    for (const text of [undefined, '', ' \t\n ']) assert.equal(parseFilter(text, fields), undefined);
  });

  it('binds not before and before or', () => {
    assert.deepEqual(parse('vin = A or not vin = B and vin = C'), {
      kind: 'or',
      terms: [vinIs('A'), { kind: 'and', terms: [{ kind: 'not', term: vinIs('B') }, vinIs('C')] }],
    });
    assert.deepEqual(parse('(vin = A or vin = B) and vin = C'), {
      kind: 'and',
      terms: [{ kind: 'or', terms: [vinIs('A'), vinIs('B')] }, vinIs('C')],
    });
  });

  it('needs no blanks around operators and knows its words in any case', () => {
    assert.deepEqual(parse('vin=A AND(Not vin="B c")'), {
      kind: 'and',
      terms: [vinIs('A'), { kind: 'not', term: vinIs('B c') }],
    });
    assert.deepEqual(parse('state IN(online,offline)'), {
      kind: 'test',
      field: 'state',
      operator: 'in',
      values: ['online', 'offline'],
    });
  });

  it('takes its own words as values, and times and purls without quotation marks', () => {
    assert.deepEqual(parse('vin = and'), vinIs('and'));
    assert.deepEqual(parse('lastSeen < 2026-11-20T10:30:00+02:00'), {
      kind: 'test',
      field: 'lastSeen',
      operator: '<',
      values: ['2026-11-20T10:30:00+02:00'],
    });
    assert.deepEqual(parse('vin = "pkg:npm/%40a/b@1"'), vinIs('pkg:npm/%40a/b@1'));
  });

  it('keeps what stands in quotation marks as it is, with \\ before a mark or a \\', () => {
    assert.deepEqual(parse(String.raw`vin = "say \"hi\" \\ (or = and)"`), vinIs(String.raw`say "hi" \ (or = and)`));
    assert.deepEqual(parse('vin = ""'), vinIs(''));
  });
});

describe('a filter that cannot be understood', () => {
  const refused: readonly (readonly [text: string, detail: string, position: number])[] = [
    ['vin = "A', 'the quotation mark is never closed', 7],
    ['vin = "A\\"', 'the quotation mark is never closed', 7],
    ['vin ! A', '"!" alone is no operator; write != or not', 5],
    ['vin = ä', '"ä" must stand in quotation marks', 7],
    ['vin = 🚗', '"🚗" must stand in quotation marks', 7],
    ["vin = 'A'", `"'" must stand in quotation marks`, 7],
    ['vin = A;', '";" must stand in quotation marks', 8],
    ['(vin = A', 'a closing bracket is missing', 9],
    ['(vin = A vin = B)', 'a closing bracket is missing', 10],
    ['= A', 'a field name is expected here', 1],
    ['"vin" = A', 'a field name is expected here', 1],
    ['vin = A and', 'a field name is expected here', 12],
    ['not', 'a field name is expected here', 4],
    ['()', 'a field name is expected here', 2],
    ['vn = A', 'there is no field "vn"; the fields are vin, state, ecus, lastSeen, patchable', 1],
    ['vin = A or VIN = B', 'there is no field "VIN"; the fields are vin, state, ecus, lastSeen, patchable', 12],
    ['vin A', 'an operator (= != : < <= > >= in) is expected here', 5],
    ['vin', 'an operator (= != : < <= > >= in) is expected here', 4],
    ['vin in A', '"in" is followed by a list in brackets', 8],
    ['vin in (A B)', 'a comma or a closing bracket is expected here', 11],
    ['vin in (A', 'a comma or a closing bracket is expected here', 10],
    ['vin in ()', 'a value for "vin" is expected here', 9],
    ['vin in (A,)', 'a value for "vin" is expected here', 11],
    ['vin =', 'a value for "vin" is expected here', 6],
    ['vin == A', 'a value for "vin" is expected here', 6],
    ['vin < A', '"<" compares numbers and times only', 5],
    ['state >= online', '">=" compares numbers and times only', 7],
    ['ecus : 4', '":" (contains) works on text only; use =', 6],
    ['vin = "a\0"', 'a value cannot hold a NUL character', 7],
    ['ecus > many', '"ecus" is compared with a number', 8],
    ['ecus = 1e9', '"ecus" is compared with a number', 8],
    ['ecus = 1234567890123456', '"ecus" is compared with a number', 8],
    ['patchable = yes', '"patchable" is true or false', 13],
    ['state = parked', '"state" is one of online, offline', 9],
    ['vin = A vin = B', '"vin" was not expected here; join comparisons with and / or', 9],
    ['vin = A)', '")" was not expected here; join comparisons with and / or', 8],
  ];
  for (const [text, detail, position] of refused)
    it(`is refused at character ${position}: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(refusal(text), [detail, position]);
    });

  it('names the form of a time for whatever is no time', () => {
    for (const value of ['soon', '1', '2026', '"20 Nov 2026"', '2026-13-01', '0000-01-01', '"-271821-04-20"', '""'])
      assert.deepEqual(refusal(`lastSeen > ${value}`), [
        '"lastSeen" is compared with a time such as 2026-11-20 or 2026-11-20T10:00:00Z',
        12,
      ]);
  });

  it('does not mistake what every object inherits for a field', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      assert.match(refusal(`${name} = 1`)[0], new RegExp(`^there is no field "${name}"`));
  });
});

describe('the bounds of a filter', () => {
  const tests = (count: number, test = 'vin=A') => Array.from({ length: count }, () => test).join(' or ');
  const nested = (levels: number) => `${'('.repeat(levels)}vin=A${')'.repeat(levels)}`;

  it('are 2,000 characters', () => {
    const ofLength = (length: number) => `vin = "${'x'.repeat(length - 8)}"`;

    assert.ok(parse(ofLength(2000)));
    assert.deepEqual(refusal(ofLength(2001)), ['a filter has at most 2000 characters', 2001]);
  });

  it('are 16 levels, of brackets or of not', () => {
    assert.ok(parse(nested(16)));
    assert.ok(parse(`${'not '.repeat(16)}vin=A`));
    assert.deepEqual(refusal(nested(17)), ['the filter is nested deeper than 16 levels', 18]);
    assert.deepEqual(refusal(`${'not '.repeat(17)}vin=A`), ['the filter is nested deeper than 16 levels', 69]);
  });

  it('are 64 comparisons', () => {
    assert.ok(parse(tests(64)));
    assert.deepEqual(refusal(tests(65)), ['a filter holds at most 64 comparisons', 64 * 9 + 1]);
  });

  it('are 200 values in a list', () => {
    const list = (count: number) => `vin in (${Array.from({ length: count }, () => 'A').join(',')})`;

    assert.ok(parse(list(200)));
    assert.equal(refusal(list(201))[0], 'a list holds at most 200 values');
  });
});

const plain = { noNullPrototype: true } as const;
/** Every node that `parseFilter` can make of `fields`: a chain has two terms or more. */
const test = fc.oneof(
  fc.record({
    field: fc.constant('vin'),
    operator: fc.constantFrom('=', '!=', ':'),
    value: fc.string({ unit: 'binary' }),
  }),
  fc.record({
    field: fc.constant('state'),
    operator: fc.constantFrom('=', '!=', ':'),
    value: fc.constantFrom('online', 'offline'),
  }),
  fc.record({
    field: fc.constant('ecus'),
    operator: fc.constantFrom('<', '<=', '>', '>='),
    value: fc.integer().map(String),
  }),
  fc.record({
    field: fc.constant('lastSeen'),
    operator: fc.constantFrom('=', '<', '>='),
    value: fc
      .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString()),
  }),
);
const { node } = fc.letrec<{
  node: FilterNode;
  leaf: FilterNode;
  chain: FilterNode;
  not: FilterNode;
  list: FilterNode;
}>((tie) => ({
  node: fc.oneof({ maxDepth: 5, withCrossShrink: true }, tie('leaf'), tie('list'), tie('chain'), tie('not')),
  leaf: test
    .filter(({ value }) => !value.includes('\0'))
    .map(({ field, operator, value }) => ({ kind: 'test', field, operator: operator as '=', values: [value] })),
  list: fc
    .array(fc.constantFrom('and', 'a b', '"', '\\', 'ü,)', ''), { minLength: 1, maxLength: 4 })
    .map((values) => ({ kind: 'test', field: 'vin', operator: 'in', values })),
  chain: fc.record(
    {
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
    },
    plain,
  ),
  not: fc.record({ kind: fc.constant('not' as const), term: tie('node') }, plain),
}));

describe('a filter written back as text', () => {
  it('reads as the same filter, whatever its values hold', () => {
    let read = 0;
    fc.assert(
      fc.property(node, (written) => {
        const text = formatFilter(written);
        fc.pre(text.length <= 2000 && countTests(written) <= 64);
        read += 1;
        assert.deepEqual(parse(text), written);
      }),
      { numRuns: 1_000, maxSkipsPerRun: 100 },
    );
    assert.ok(read >= 1_000);
  });

  it('nests no deeper than the text it came from, so that what was accepted stays accepted', () => {
    const deepest = Array.from({ length: 16 }).reduce<string>(
      (inner) => `(${inner} or vin=A) and vin=B`,
      'vin=A and vin=B or vin=C',
    );
    const accepted = parse(deepest) as FilterNode;

    assert.deepEqual(parse(formatFilter(accepted)), accepted);
  });
});

function countTests(filter: FilterNode): number {
  if (filter.kind === 'test') return 1;
  return filter.kind === 'not'
    ? countTests(filter.term)
    : filter.terms.reduce((sum, term) => sum + countTests(term), 0);
}

describe('hostile text', () => {
  const alphabet = [
    '(',
    ')',
    '"',
    '\\',
    ',',
    '!',
    '=',
    '<',
    ':',
    ' ',
    'not ',
    'in',
    'vin',
    'ecus',
    'and ',
    '9',
    '\0',
    '🚗',
    '\ud800',
  ];

  it('ends in a filter or in a FilterError, never in another failure', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (hostile) => {
        try {
          parse(hostile);
        } catch (error) {
          assert.ok(error instanceof FilterError, String(error));
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('of a megabyte is refused by its length before it is read', () => {
    for (const text of ['('.repeat(1_000_000), `vin = "${'\\'.repeat(1_000_000)}`])
      assert.deepEqual(refusal(text), ['a filter has at most 2000 characters', 2001]);
  });
});
