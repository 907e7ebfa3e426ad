import { type Client, createClient, type Role } from '@bulkhead/contract';
import { codeFor } from '../../apps/server/src/modules/access/testing.ts';

export const operatorPassword = 'seven green tractors climb';

/** Uses a set-up link as a person would (password and one-time code) and answers an administrator's client by token. */
export async function setUpOperator(
  origin: string,
  setupUrl: string,
  roles: Role[] = ['administrator'],
): Promise<{ client: Client; secret: string; totp: string }> {
  const link = setupUrl.slice(setupUrl.indexOf('#') + 1);
  let cookie = '';
  const withCookie: typeof fetch = async (input, init) => {
    const response = await fetch(input, {
      ...init,
      headers: { ...(init?.headers as Record<string, string>), ...(cookie ? { cookie } : {}) },
    });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return response;
  };
  const client = createClient({ baseUrl: origin, fetch: withCookie });
  const begun = await client.beginEnrolment({
    body: { link, method: 'password', email: 'ada@example.com', name: 'Ada Lovelace' },
  });
  const totp = begun.totp?.secret ?? '';
  await client.completeEnrolment({ body: { link, password: operatorPassword, code: codeFor(totp, new Date()) } });
  const { secret } = await client.createToken({ body: { name: 'test', roles, days: 1 } });
  return { client: createClient({ baseUrl: origin, token: secret }), secret, totp };
}
