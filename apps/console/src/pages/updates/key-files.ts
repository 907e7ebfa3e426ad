import type { Call, Operations } from '@bulkhead/contract';

type RootBody = Call<Operations['createRootDraft']>['body'];
export type KeyFile = NonNullable<RootBody['roles']['root']>['keys'][number];

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 2_000 ? value : undefined;

/**
 * A public key as `bulkhead keys create` writes it beside the private one. A private key is refused by name, so that nobody
 * hands one in by mistake.
 */
export function readKeyFile(content: string): KeyFile {
  if (/PRIVATE KEY|"private"/.test(content)) throw new Error('This is a private key: it must never leave its holder');
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw new Error('This is not a public key file (JSON)');
  }
  const file = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const value = (typeof file['keyval'] === 'object' && file['keyval'] !== null ? file['keyval'] : {}) as Record<
    string,
    unknown
  >;
  const [keytype, scheme, shown] = [text(file['keytype']), text(file['scheme']), text(value['public'])];
  if (!keytype || !scheme || !shown) throw new Error('A public key file has keytype, scheme and keyval.public');
  const keyid = text(file['keyid']);
  return { ...(keyid ? { keyid } : {}), keytype, scheme, keyval: { public: shown } };
}

/** `2027-11-20T00:00:00Z` for `2027-11-20`; undefined for what is no day. */
export function endOfDay(day: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const at = `${day}T00:00:00Z`;
  return Number.isNaN(Date.parse(at)) ? undefined : at;
}
