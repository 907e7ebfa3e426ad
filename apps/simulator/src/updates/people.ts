import { randomBytes } from 'node:crypto';
import { type Client, createClient } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { oneTimeCode } from './totp.ts';

/** Who ships an update: what one prepares, others verify and agree to. */
export interface People {
  readonly author: Client;
  readonly verifier: Client;
  readonly approver: Client;
}

export interface PeopleOptions {
  /** May invite operators. */
  readonly administrator: Client;
  readonly url: string;
  readonly clock: Clock;
}

const domain = 'demonstration.invalid';
const names = {
  author: 'Demonstration: Aino Author',
  verifier: 'Demonstration: Vera Verifier',
  approver: 'Demonstration: Anton Approver',
} as const satisfies Record<keyof People, string>;

/**
 * Three people of the demonstration, signed in as people are: invited, enrolled with password and one-time code. Passwords
 * and secrets are random and kept nowhere, so that nobody signs in as them later; those of an earlier run are disabled.
 */
export async function invitePeople(options: PeopleOptions): Promise<People> {
  await disableEarlier(options.administrator);
  return {
    author: await enrol(options, 'author'),
    verifier: await enrol(options, 'verifier'),
    approver: await enrol(options, 'approver'),
  };
}

async function disableEarlier(administrator: Client): Promise<void> {
  const { items } = await administrator.listOperators({
    query: { filter: `email : "@${domain}" and state = active`, limit: 100 },
  });
  for (const { id } of items) await administrator.updateOperator({ params: { id }, body: { state: 'disabled' } });
}

async function enrol({ administrator, url, clock }: PeopleOptions, who: keyof People): Promise<Client> {
  const email = `${who}-${randomBytes(4).toString('hex')}@${domain}`;
  const invitation = await administrator.inviteOperator({ body: { email, name: names[who], roles: ['engineer'] } });
  const link = invitation.link.slice(invitation.link.indexOf('#') + 1);
  const client = createClient({ baseUrl: url, fetch: fetchWithCookie() });
  const { totp } = await client.beginEnrolment({ body: { link, method: 'password' } });
  const password = randomBytes(24).toString('base64url');
  const code = oneTimeCode(totp?.secret ?? '', clock.now());
  await client.completeEnrolment({ body: { link, password, code } });
  return client;
}

/** Keeps the session as a browser would. */
function fetchWithCookie(): typeof fetch {
  let cookie = '';
  return async (input, init) => {
    const headers = { ...(init?.headers as Record<string, string>), ...(cookie ? { cookie } : {}) };
    const response = await fetch(input, { ...init, headers });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return response;
  };
}
