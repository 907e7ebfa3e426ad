import { argon2, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);
/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/** 256 random bits as URL-safe text: links, session cookies, API tokens. */
export const randomSecret = () => randomBytes(32).toString('base64url');

/** How such a value is stored and looked up; it has too much entropy to need a slow hash. */
export const secretHash = (value: string) => createHash('sha256').update(value).digest();

const digest = (password: string, nonce: Buffer) =>
  derive('argon2id', { message: Buffer.from(password.normalize('NFKC')), nonce, ...cost }) as Promise<Buffer>;

/** argon2id with its own salt, as `argon2id$<salt>$<hash>` in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `argon2id$${salt.toString('base64')}$${(await digest(password, salt)).toString('base64')}`;
}

/** Checks in the same time whether or not there is a hash to check against, so that e-mail addresses cannot be probed. */
export async function checkPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = (stored ?? `argon2id$${'A'.repeat(22)}==$${'A'.repeat(43)}=`).split('$');
  const same = timingSafeEqual(await digest(password, Buffer.from(salt, 'base64')), Buffer.from(hash, 'base64'));
  return same && stored !== undefined;
}
