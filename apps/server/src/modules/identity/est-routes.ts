import type { IncomingHttpHeaders } from 'node:http';
import { type CertificationRequest, certsOnly, PkiError, parseCertificationRequest } from '@bulkhead/pki';
import type { Authorities } from './authorities.ts';
import type { IdentityDeps } from './deps.ts';
import { EnrolmentError, type EnrolmentRefusal } from './domain/error.ts';
import type { Profile } from './domain/profiles.ts';
import type { Enrolment } from './enrolment.ts';
import { createRefusalAudit, requesterOf } from './est-caller.ts';
import type { Peer, Peers } from './peers.ts';
import { createRenewalRate } from './renewal-rate.ts';

export interface EstRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The client certificate of the TLS session, whose key the client proved to hold; not judged yet. */
  readonly peer: { readonly der: Uint8Array } | undefined;
}

export interface EstResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** RFC 7030 s3.2.2; one label before the operation is allowed. */
const route = /^\/\.well-known\/est\/(?:([A-Za-z0-9._-]{1,64})\/)?(cacerts|simpleenroll|simplereenroll|csrattrs)$/;
/** Labels that lead to the ECU profile; others are reserved for further profiles. */
const labels = new Set([undefined, 'ecu', 'vehicles', 'ecu-operational']);

/** HTTP status per refusal (RFC 7030 s4.2.3: 4xx with a text that a person can read). */
const statuses: Readonly<Record<EnrolmentRefusal, number>> = Object.freeze({
  'bad-body': 400,
  'bad-request': 400,
  busy: 503,
  'certificate-expired': 403,
  'certificate-required': 401,
  'certificate-revoked': 403,
  'certificate-unknown': 403,
  'ecu-unknown': 403,
  'identity-revoked': 403,
  'key-compromised': 403,
  'key-not-permitted': 400,
  'too-large': 413,
  'too-often': 429,
  'unsupported-media-type': 415,
  'valid-identity-exists': 403,
  'wrong-purpose': 403,
  'wrong-subject': 403,
});

export const maxEstBodyBytes = 64 * 1024;

/** One line, which strongSwan needs; Cisco libest stops reading at about 1,000 characters, so it gets wrapped lines. */
export function estBase64(der: Uint8Array, userAgent: string | undefined): string {
  const text = Buffer.from(der.buffer, der.byteOffset, der.length).toString('base64');
  return userAgent?.startsWith('libest') ? `${text.match(/.{1,64}/g)?.join('\n')}\n` : `${text}\n`;
}

/** Base64 with line breaks anywhere, as clients wrap it; PEM armour is taken off, since hand-made requests often carry it. */
function readBody(body: Buffer): Buffer {
  const text = body
    .toString('latin1')
    .replace(/-----(BEGIN|END) (NEW )?CERTIFICATE REQUEST-----/g, '')
    .replace(/[\r\n\t ]+/g, '');
  if (text.length === 0 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new EnrolmentError('bad-body', 'The body must be a PKCS#10 request: DER in base64 (RFC 7030 s4.2.1)');
  }
  return Buffer.from(text, 'base64');
}

function readRequest({ headers, body }: EstRequest): CertificationRequest {
  if (body.length > maxEstBodyBytes)
    throw new EnrolmentError('too-large', `A request has at most ${maxEstBodyBytes} octets`);
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/pkcs10')
    throw new EnrolmentError('unsupported-media-type', 'Send Content-Type: application/pkcs10');
  const der = readBody(body);
  try {
    return parseCertificationRequest(der);
  } catch (cause) {
    if (cause instanceof PkiError)
      throw new EnrolmentError(cause.code === 'pki.too-large' ? 'too-large' : 'bad-request', cause.message, { cause });
    throw cause;
  }
}

export interface Est {
  handle(request: EstRequest): Promise<EstResponse>;
}

export interface EstParts {
  readonly authorities: Authorities;
  readonly peers: Peers;
  readonly enrolment: Enrolment;
  readonly profile: Profile;
}

/** EST (RFC 7030) as a function from request to response; the server around it reads bytes and ends TLS. */
export function createEst(
  deps: Pick<IdentityDeps, 'clock' | 'metrics' | 'audit' | 'db' | 'log'>,
  parts: EstParts,
): Est {
  const { authorities, peers, enrolment, profile } = parts;
  const auditRefusal = createRefusalAudit(deps);
  const mayAsk = createRenewalRate();
  const cacerts = certsOnly([authorities.root.der, authorities.vehicles.der]);

  const enrol = async (request: EstRequest, renewing: boolean, peer: Peer | undefined): Promise<EstResponse> => {
    const now = deps.clock.now();
    const caller = { peer, presented: request.peer !== undefined, renewing };
    const requester = requesterOf(caller, (known) => peers.state(known, now), profile, now);
    if (requester.kind === 'ecu' && !mayAsk(requester.ecuId, now))
      throw new EnrolmentError('too-often', 'This ECU renews too often: try again in a few minutes');
    const der = await enrolment.enrol({ request: readRequest(request), requester });
    return {
      status: 200,
      headers: {
        'Content-Type': 'application/pkcs7-mime; smime-type=certs-only',
        'Content-Transfer-Encoding': 'base64',
      },
      body: estBase64(certsOnly([der]), request.headers['user-agent']),
    };
  };

  const refused = async (error: EnrolmentError, peer: Peer | undefined, renewing: boolean): Promise<EstResponse> => {
    deps.metrics.count('est_refused_total', { reason: error.code });
    if (peer) await auditRefusal(error, peer, renewing);
    const retryAfter = { busy: '5', 'too-often': '300' }[error.code as string];
    return plain(statuses[error.code], error.message, retryAfter ? { 'Retry-After': retryAfter } : {});
  };

  return Object.freeze({
    async handle(request: EstRequest) {
      const [, label, operation] = route.exec(request.path) ?? [];
      if (!operation || !labels.has(label)) return plain(404, 'There is no such EST operation here');
      const expects = operation === 'cacerts' || operation === 'csrattrs' ? 'GET' : 'POST';
      if (request.method !== expects) return plain(405, `Use ${expects} for ${operation}`, { Allow: expects });
      // RFC 7030 s4.5.2: no attributes asked for.
      if (operation === 'csrattrs') return { status: 204, headers: {}, body: '' };
      if (operation === 'cacerts') {
        const headers = { 'Content-Type': 'application/pkcs7-mime', 'Content-Transfer-Encoding': 'base64' };
        return { status: 200, headers, body: estBase64(cacerts, request.headers['user-agent']) };
      }
      const renewing = operation === 'simplereenroll';
      const peer = request.peer && peers.read(request.peer.der);
      try {
        const response = await enrol(request, renewing, peer);
        deps.metrics.count('est_issued_total', { operation });
        return response;
      } catch (error) {
        if (error instanceof EnrolmentError) return refused(error, peer, renewing);
        deps.log.error({ err: error }, 'enrolment failed');
        return plain(500, 'The enrolment failed on the server: try again later', { 'Retry-After': '30' });
      }
    },
  });
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): EstResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` };
}
