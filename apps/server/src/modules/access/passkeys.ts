import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Caller } from './deps.ts';
import { AccessError } from './domain/error.ts';

/** What a browser sent or is sent (WebAuthn Level 3 s5); checked by the library, opaque to us. */
export type WebAuthnJson = Record<string, unknown>;

/** The name a passkey is bound to (RP ID): the host name without port. */
const relyingParty = ({ origin }: Caller) => new URL(origin).hostname;

const notVerified = (cause?: unknown) =>
  new AccessError('access.passkey-refused', 'The passkey could not be verified. Try again in this browser window.', {
    cause,
  });

export const refusedPasskey = (cause?: unknown) =>
  new AccessError(
    'access.bad-credentials',
    'This passkey is not known here, or the attempt took too long. Try again.',
    { cause },
  );

export const registrationOptions = (who: { email: string; name: string }, caller: Caller) =>
  generateRegistrationOptions({
    rpName: 'Bulkhead',
    rpID: relyingParty(caller),
    userName: who.email,
    userDisplayName: who.name,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });

/** WebAuthn s7.1; user verification is demanded, so that a passkey is two factors. @throws AccessError `access.passkey-refused` */
export async function checkRegistration(response: WebAuthnJson, challenge: string, caller: Caller) {
  const result = await verifyRegistrationResponse({
    response: response as unknown as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: caller.origin,
    expectedRPID: relyingParty(caller),
    requireUserVerification: true,
  }).catch((cause: unknown) => {
    throw notVerified(cause);
  });
  if (!result.verified) throw notVerified();
  return result.registrationInfo.credential;
}

export const authenticationOptions = (caller: Caller) =>
  generateAuthenticationOptions({ rpID: relyingParty(caller), userVerification: 'required' });

export interface StoredPasskey {
  readonly credential_id: string;
  readonly public_key: Buffer;
  readonly counter: string;
}

/** WebAuthn s7.2; answers the new signature counter. @throws AccessError `access.bad-credentials` */
export async function checkAuthentication(
  response: WebAuthnJson,
  challenge: string,
  passkey: StoredPasskey,
  caller: Caller,
): Promise<number> {
  const result = await verifyAuthenticationResponse({
    response: response as unknown as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: caller.origin,
    expectedRPID: relyingParty(caller),
    requireUserVerification: true,
    credential: {
      id: passkey.credential_id,
      publicKey: new Uint8Array(passkey.public_key),
      counter: Number(passkey.counter),
    },
  }).catch((cause: unknown) => {
    throw refusedPasskey(cause);
  });
  if (!result.verified) throw refusedPasskey();
  return result.authenticationInfo.newCounter;
}
