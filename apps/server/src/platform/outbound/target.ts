import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isLoopback, whyNotPublic } from './address-rules.ts';

export interface TargetRules {
  /** Host names that may have any address. */
  readonly allowHosts: readonly string[];
  /** Loopback may be reached, also over plain HTTP. */
  readonly allowLoopback: boolean;
  /** For refusals: what does not reach such addresses, and the setting that lists hosts that it may. */
  readonly who?: string;
  readonly setting?: string;
}

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Resolves one name; replaced in tests, where no name server answers. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

export const systemResolve: Resolve = (host) => lookup(host, { all: true });

/** Host as it is compared: without the brackets of IPv6 and without the dot of a full name. */
const bare = (hostname: string) =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

/**
 * Reads an address that somebody typed. `URL` turns every way of writing an IPv4 address (decimal, hexadecimal, octal,
 * short) into the one with dots, so that the rules see what a connection would use.
 */
export function readTarget(text: string, rules: TargetRules): URL | { readonly fault: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return { fault: 'Give an address such as https://host/path' };
  if (url.username !== '' || url.password !== '') return { fault: 'The address must not hold a user name or password' };
  const host = bare(url.hostname);
  const why = isIP(host) === 0 ? undefined : refusal(host, host, rules);
  if (why) return { fault: why };
  if (url.protocol === 'http:' && !(rules.allowLoopback && (host === 'localhost' || isLoopback(host))))
    return { fault: 'Only https:// is allowed: over plain HTTP anybody on the way could read and change the messages' };
  url.hash = '';
  return url;
}

function refusal(host: string, address: string, rules: TargetRules): string | undefined {
  const { allowHosts, allowLoopback, who = 'this server', setting = 'the configuration' } = rules;
  const why = whyNotPublic(address);
  if (!why || allowHosts.some((name) => bare(name) === host) || (allowLoopback && why === 'loopback')) return undefined;
  return `${host} has the address ${address} (${why}), which ${who} does not reach unless ${setting} names the host`;
}

/**
 * Resolves the host once and answers addresses that may all be connected to. The connection must be made to these and not
 * to the name: a second look-up could answer another address (DNS rebinding).
 */
export async function checkedAddresses(
  url: URL,
  rules: TargetRules,
  resolve: Resolve,
): Promise<readonly Address[] | { readonly fault: string }> {
  const host = bare(url.hostname);
  const version = isIP(host);
  const found = version === 0 ? await resolve(host) : [{ address: host, family: version }];
  if (found.length === 0) return { fault: `${host} has no address` };
  for (const { address } of found) {
    // One bad address spoils them all: which of them is used would be up to whoever answers for the name.
    const why = refusal(host, address, rules);
    if (why) return { fault: why };
    if (url.protocol === 'http:' && !isLoopback(address)) return { fault: 'Plain HTTP is for this machine only' };
  }
  return found.slice(0, 8);
}
