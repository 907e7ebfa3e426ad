import { findLicenceId, licenceExpressionFault } from './expression.ts';

/** How much a licence asks of whoever ships the software; in that order. */
export const licenceKinds = ['permissive', 'weak-copyleft', 'copyleft', 'network-copyleft', 'other'] as const;
export type LicenceKind = (typeof licenceKinds)[number];

const network = /^(AGPL|SSPL|CPAL|OSL|EUPL|RPL)-/;
const strong = /^(GPL|CC-BY-SA|Sleepycat|QPL|APSL|RPSL|CECILL-[12])/;
const weak = /^(LGPL|MPL|EPL|CDDL|CPL|MS-RL|ErlPL|LGPLLR|IPL|CECILL-C|wxWindows)/;
const unfree = /^(BUSL|Elastic|CC-BY-NC|CC-BY-ND|PolyForm|JSON$|Aladdin)/;

/**
 * The kind of an SPDX id or expression: with OR the mildest choice counts, with AND the strictest. An exception (WITH)
 * softens a strong copyleft to a weak one. What is no SPDX id is `other`: somebody has to read it.
 */
export function licenceKind(text: string): LicenceKind {
  if (licenceExpressionFault(text) !== undefined) return 'other';
  const tokens = text.match(/[()]|[^()\s]+/g) ?? [];
  let at = 0;

  function any(): number {
    let rank = all();
    while (/^or$/i.test(tokens[at] ?? '')) {
      at++;
      rank = Math.min(rank, all());
    }
    return rank;
  }

  function all(): number {
    let rank = one();
    while (/^and$/i.test(tokens[at] ?? '')) {
      at++;
      rank = Math.max(rank, one());
    }
    return rank;
  }

  function one(): number {
    const token = tokens[at++] ?? '';
    if (token === '(') {
      const rank = any();
      at++; // the closing parenthesis, which the fault check has seen
      return rank;
    }
    const rank = licenceKinds.indexOf(kindOfId(token.replace(/\+$/, '')));
    if (!/^with$/i.test(tokens[at] ?? '')) return rank;
    at += 2;
    return rank === licenceKinds.indexOf('copyleft') ? licenceKinds.indexOf('weak-copyleft') : rank;
  }

  return licenceKinds[any()] ?? 'other';
}

function kindOfId(id: string): LicenceKind {
  const listed = findLicenceId(id);
  if (listed === undefined || unfree.test(listed)) return 'other';
  if (network.test(listed)) return 'network-copyleft';
  if (strong.test(listed)) return 'copyleft';
  return weak.test(listed) ? 'weak-copyleft' : 'permissive';
}
