import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** A technician's word that a skilled person is present (UN R156 7.1.4.2): for one vehicle, one campaign, a short time. */
export interface WorkshopToken {
  readonly vin: string;
  /** Which update: the campaign's id; `*` for whatever is offered to this vehicle. */
  readonly campaign: string;
  /** Who is present, as the workshop knows the person; goes into the record. */
  readonly technician: string;
  readonly notBefore: string;
  readonly expires: string;
}

const longestToken = 4_096;
const longestValidityMs = 12 * 3_600_000;
const purpose = 'bulkhead workshop token 1\n';

/** `BODY.SIGNATURE`, both base64url; Ed25519 over the purpose and the body. */
export function signWorkshopToken(token: WorkshopToken, key: KeyObject): string {
  const body = Buffer.from(JSON.stringify(token)).toString('base64url');
  return `${body}.${sign(null, Buffer.from(purpose + body), key).toString('base64url')}`;
}

/** The signed content, or in words why it does not open anything here and now. */
export function checkWorkshopToken(
  text: string,
  expected: { readonly vin: string; readonly campaign: string | undefined; readonly now: Date },
  keys: readonly KeyObject[],
): WorkshopToken | { readonly fault: string } {
  const [body = '', signature = '', ...more] = text.length > longestToken ? [] : text.trim().split('.');
  const message = Buffer.from(purpose + body);
  const bytes = Buffer.from(signature, 'base64url');
  if (more.length > 0 || !keys.some((key) => verify(null, message, publicPart(key), bytes)))
    return { fault: 'it is not signed by a workshop that this vehicle knows' };
  const token = JSON.parse(Buffer.from(body, 'base64url').toString()) as WorkshopToken;
  const [from, to] = [Date.parse(token.notBefore), Date.parse(token.expires)];
  const now = expected.now.getTime();
  if (token.vin !== expected.vin) return { fault: 'it is for another vehicle' };
  if (token.campaign !== '*' && token.campaign !== expected.campaign) return { fault: 'it is for another update' };
  if (!(to - from <= longestValidityMs)) return { fault: 'it is valid for longer than twelve hours' };
  if (!(now >= from && now < to)) return { fault: 'it is not valid at this time' };
  return token;
}

const publicPart = (key: KeyObject) => (key.type === 'public' ? key : createPublicKey(key));
