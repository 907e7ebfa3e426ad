import { expect, test } from 'vitest';
import { requestText } from './sbom-quality.tsx';

const rule = {
  id: 'ntia.version',
  standard: 'NTIA' as const,
  title: 'Version',
  ask: 'State the version.',
  weight: 1,
  about: 'components' as const,
  passed: false,
  failing: 2,
  of: 3,
  examples: ['a', 'b'],
};

test('the request to a supplier asks for what is missing, with numbers and names', () => {
  const sbom = { software: 'gateway', version: '1.0', supplier: 'Wired' };
  const document = { ...rule, about: 'document' as const, ask: 'Name the author.', examples: [] };

  expect(requestText(sbom, [rule, { ...rule, passed: true, ask: 'Nothing.' }, document])).toBe(
    'SBOM of gateway 1.0 (Wired)\n\n- State the version. Missing in 2 of 3 components, for example a, b.\n- Name the author.\n',
  );
});
