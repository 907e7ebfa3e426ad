import type { KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

/** What proves the right to ask: the plant's claim certificate at first, one's own afterwards. */
export interface Credential {
  readonly key: KeyObject | string;
  readonly chain: string;
}

const contexts = new WeakMap<Credential, { readonly trust: string; readonly context: SecureContext }>();

/** Reading key and chain costs more than the request; a claim certificate speaks for many ECUs. */
export function contextOf(credential: Credential, trust: string): SecureContext {
  const known = contexts.get(credential);
  if (known?.trust === trust) return known.context;
  const { key, chain } = credential;
  const context = createSecureContext({
    key: typeof key === 'string' ? key : key.export({ format: 'pem', type: 'pkcs8' }),
    cert: chain,
    ca: trust,
    minVersion: 'TLSv1.2',
  });
  contexts.set(credential, { trust, context });
  return context;
}
