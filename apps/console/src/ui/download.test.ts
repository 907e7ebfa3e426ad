import { expect, test } from 'vitest';
import { csvLine } from './download.ts';

test('a CSV line quotes what it must and ends as RFC 4180 says', () => {
  expect(csvLine(['a', 'b,c', 'say "hi"', null, 7, true])).toBe('a,"b,c","say ""hi""",,7,true\r\n');
});

test('no cell of an export is run as a formula by a spreadsheet', () => {
  expect(csvLine(['=1+1', '@SUM(A1)', '-cmd', -5])).toBe("'=1+1,'@SUM(A1),'-cmd,-5\r\n");
});
