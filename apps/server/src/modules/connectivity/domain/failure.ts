import { Problem } from '@bulkhead/kernel';

/**
 * Whether a failed transaction is the fault of what was stored, or of the ground it stands on. In doubt it is the ground:
 * then it is tried again and nothing is lost.
 */
export function failureKind(error: unknown): 'data' | 'ground' {
  if (error instanceof Problem) return error.code.startsWith('platform.') ? 'ground' : 'data';
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return 'data';
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // SQLSTATE classes: 22 data exception, 23 integrity constraint, 54 program limit, P0 raised by a function.
  return typeof code === 'string' && /^(22|23|54|P0)[0-9A-Z]{3}$/.test(code) ? 'data' : 'ground';
}
