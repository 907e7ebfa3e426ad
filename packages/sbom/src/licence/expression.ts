import { licenceExceptionIds, licenceIds } from './ids.ts';

const own = /^(DocumentRef-[A-Za-z0-9.-]+:)?(LicenseRef|AdditionRef)-[A-Za-z0-9.-]+$/;
const byLowerCase = new Map([...licenceIds].map((id) => [id.toLowerCase(), id]));
const maxExpressionLength = 4096;
const maxNesting = 32;

/** The identifier as the SPDX list spells it, whatever its case; `undefined` when the list has no such licence. */
export function findLicenceId(text: string): string | undefined {
  return byLowerCase.get(text.toLowerCase());
}

/**
 * Says what is wrong with a licence expression (SPDX 2.3 annex D), or `undefined` when it is well formed and all its
 * identifiers are known or of the form LicenseRef-...
 */
export function licenceExpressionFault(expression: string): string | undefined {
  if (expression.length > maxExpressionLength) return `longer than ${maxExpressionLength} characters`;
  const tokens = expression.match(/[()]|[^()\s]+/g) ?? [];
  let at = 0;
  let fault: string | undefined;
  const blame = (message: string): false => {
    fault ??= message;
    return false;
  };

  function any(depth: number): boolean {
    if (depth > maxNesting) return blame('parentheses nested too deeply');
    if (!one(depth)) return false;
    while (/^(and|or)$/i.test(tokens[at] ?? '')) {
      at++;
      if (!one(depth)) return false;
    }
    return true;
  }

  function one(depth: number): boolean {
    const token = tokens[at++];
    if (token === undefined) return blame('it ends where a licence is expected');
    if (token === '(') return any(depth + 1) && (tokens[at++] === ')' || blame('a closing parenthesis is missing'));
    const id = token.replace(/\+$/, '');
    if (!own.test(id) && findLicenceId(id) === undefined)
      return blame(`"${id.slice(0, 60)}" is not an SPDX licence id`);
    if (!/^with$/i.test(tokens[at] ?? '')) return true;
    const exception = tokens[at + 1] ?? '';
    at += 2;
    return (
      licenceExceptionIds.has(exception) || own.test(exception) || blame(`"${exception.slice(0, 60)}" is no exception`)
    );
  }

  if (any(0) && at < tokens.length) blame(`"${(tokens[at] ?? '').slice(0, 60)}" does not belong there`);
  return fault;
}
