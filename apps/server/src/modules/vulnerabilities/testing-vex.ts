import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { after, before, beforeEach } from 'node:test';
import { signDetached } from '@bulkhead/advisories';
import { sql } from 'kysely';
import { component, cve, startVulnerabilities, type TestVulnerabilities } from './testing.ts';

const tables =
  'statement_key statement document author finding record subject record_key decision component component_key software use place queue vulnerability'
    .split(' ')
    .map((name) => `vulnerabilities_${name}`)
    .concat('platform_outbox');

export const by = { kind: 'operator', id: 'o1', name: 'Ada' } as const;
export const ref = 'CVE-2026-1001';
export const openssl = cve(ref, {
  vendor: 'openssl',
  product: 'openssl',
  purl: 'pkg:generic/openssl',
  fixed: ['3.0.8'],
});
const purl = 'pkg:generic/openssl@3.0.7';

export interface Said {
  readonly status?: string;
  readonly at?: string;
  readonly author?: string;
  readonly product?: object;
  readonly ref?: string;
  readonly justification?: string;
}
const statement = ({
  status = 'not_affected',
  at,
  product = { '@id': purl, identifiers: { purl } },
  ref: name = ref,
  justification,
}: Said = {}) => ({
  vulnerability: { name },
  ...(at ? { timestamp: at } : {}),
  products: [product],
  status,
  ...(status === 'not_affected' ? { justification: justification ?? 'vulnerable_code_not_in_execute_path' } : {}),
  ...(status === 'affected' ? { action_statement: 'Update.' } : {}),
});
export const openVex = (said: readonly Said[], { author = 'Halden PSIRT', at = '2026-11-01T00:00:00Z' } = {}) =>
  Buffer.from(
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': `https://example.org/${author}/${at}`,
      author,
      timestamp: at,
      version: 1,
      statements: said.map(statement),
    }),
  );
export const inSoftware = (version: string, part = purl) => ({
  '@id': `pkg:generic/Halden/tcu-os@${version}`,
  identifiers: { purl: `pkg:generic/Halden/tcu-os@${version}` },
  subcomponents: [{ '@id': part, identifiers: { purl: part } }],
});

export const ed25519 = generateKeyPairSync('ed25519');
export const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString();
/** A JWS with any header, over the payload as RFC 7515 s5.1 says. */
export function jws(
  header: object,
  payload: Buffer,
  key: KeyObject,
  how: 'ed25519' | 'es256' | 'es256-der' = 'ed25519',
): string {
  const head = Buffer.from(JSON.stringify(header)).toString('base64url');
  const input = Buffer.from(`${head}.${payload.toString('base64url')}`);
  const signature =
    how === 'ed25519'
      ? sign(null, input, key)
      : sign('sha256', input, { key, dsaEncoding: how === 'es256' ? 'ieee-p1363' : 'der' });
  return `${head}..${signature.toString('base64url')}`;
}

/** A database with nothing in it before each test, and what tests do with it. */
export function useVex() {
  let it: TestVulnerabilities;
  before(async () => {
    it = await startVulnerabilities();
  });
  after(() => it.close());
  beforeEach(async () => {
    for (const table of tables) await sql`delete from ${sql.table(table)}`.execute(it.db);
  });
  const trust = (more: { publicKey?: KeyObject; autoApply?: boolean; supplier?: string; name?: string } = {}) =>
    it.module.vex.createAuthor(
      {
        name: more.name ?? 'Halden',
        publicKey: pem(more.publicKey ?? ed25519.publicKey),
        supplier: more.supplier ?? 'Halden',
        autoApply: more.autoApply ?? true,
      },
      by,
    );
  const take = (bytes: Buffer, signature?: string) => it.module.vex.importDocument(bytes, signature, by);
  const signed = (bytes: Buffer, key: KeyObject = ed25519.privateKey) => take(bytes, signDetached(bytes, key));
  const states = async () => (await it.findings()).map(({ state }) => state);
  const statements = async () => (await it.module.vex.listStatements({ sort: 'receivedAt', limit: 500 })).items;

  async function carried(version = '7.2') {
    const id = it.fleet.add('tcu-os', version, [component('openssl', '3.0.7')]);
    await it.load(id);
    await it.take(openssl);
    return id;
  }
  return { world: () => it, trust, take, signed, states, statements, carried };
}
