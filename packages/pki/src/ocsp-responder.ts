import { hash, type KeyObject } from 'node:crypto';
import { parseCertificate } from './certificate.ts';
import { type RevocationReason, revocationReasons } from './crl.ts';
import { oid, oids } from './der/oid.ts';
import { generalizedTime } from './der/time.ts';
import { bitString, context, contextPrimitive, enumerated, octetString, sequence } from './der/write.ts';
import { PkiError } from './error.ts';
import { publicKeyBits } from './keys.ts';
import type { CertId, OcspRequest } from './ocsp-request.ts';
import { type Signer, signatureAlgorithm, signerOf, verifySignature } from './signature.ts';

/** What is known about a serial; `unknown` = never issued here. */
export type CertificateStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly at: Date; readonly reason?: RevocationReason }
  | { readonly status: 'unknown' };

/** OCSPResponseStatus without success (RFC 6960 s4.2.1). */
const failures = Object.freeze({ malformedRequest: 1, internalError: 2, tryLater: 3, sigRequired: 5, unauthorized: 6 });
export type OcspFailure = keyof typeof failures;

const failureResponses = new Map(Object.entries(failures).map(([name, code]) => [name, sequence(enumerated(code))]));

/** An unsigned error response. */
export const ocspError = (failure: OcspFailure): Uint8Array => failureResponses.get(failure) as Uint8Array;

export interface OcspResponderOptions {
  /** DER of the CA certificate whose certificates are asked about. */
  readonly issuer: Uint8Array;
  /** DER of the delegated signer's certificate; leave it out when the CA itself signs. */
  readonly certificate?: Uint8Array;
  readonly key: KeyObject | Signer;
  /** How long an answer may be cached; 1 hour unless set. */
  readonly validitySeconds?: number;
}

export interface OcspResponder {
  /** Whether a certificate id names this issuer. */
  answersFor(id: CertId): boolean;
  /** A signed response; `unauthorized` when none of the ids names this issuer (RFC 5019 s2.2.3). */
  respond(request: OcspRequest, lookup: (serial: string) => CertificateStatus, now: Date): Uint8Array;
}

function delegatedSigner({ issuer, certificate, key }: OcspResponderOptions) {
  const ca = parseCertificate(issuer);
  const own = certificate ? parseCertificate(certificate) : ca;
  const signer = signerOf(key);
  if (Buffer.compare(signer.spki, own.spki) !== 0)
    throw new PkiError('pki.bad-profile', 'The key does not belong to the certificate of the responder');
  if (certificate) {
    // RFC 6960 s4.2.2.2: issued directly by the CA, with id-kp-OCSPSigning
    if (Buffer.compare(own.issuerDer, ca.subjectDer) !== 0 || !verifySignature(ca.spki, own.signed)) {
      throw new PkiError('pki.bad-profile', 'The certificate of the responder was not issued by this CA');
    }
    if (!own.extendedKeyUsage?.includes('ocspSigning'))
      throw new PkiError('pki.wrong-usage', 'The certificate of the responder lacks ocspSigning');
  }
  return { ca, signer, responderKeyHash: hash('sha1', publicKeyBits(own.spki), 'buffer') };
}

/** `[0] good` and `[2] unknown` are IMPLICIT NULL; `[1] revoked` holds time and reason. */
const good = contextPrimitive(0, new Uint8Array());
const unknown = contextPrimitive(2, new Uint8Array());

function encodeStatus(status: CertificateStatus): Uint8Array {
  if (status.status !== 'revoked') return status.status === 'good' ? good : unknown;
  const { at, reason = 'unspecified' } = status;
  const why = reason === 'unspecified' ? [] : [context(0, enumerated(revocationReasons[reason]))];
  return context(1, generalizedTime(at), ...why);
}

/** The three times of a response, encoded once per second. */
function createTimes(validitySeconds: number) {
  let second = Number.NaN;
  let producedAt: Uint8Array = new Uint8Array();
  let updates: Uint8Array = new Uint8Array();
  return (now: Date) => {
    const at = Math.floor(now.getTime() / 1000);
    if (at !== second) {
      producedAt = generalizedTime(now);
      updates = Buffer.concat([producedAt, context(0, generalizedTime(new Date((at + validitySeconds) * 1000)))]);
      second = at;
    }
    return { producedAt, updates };
  };
}

/** A responder for one CA that signs each answer live (RFC 6960), so that a nonce can be repeated. */
export function createOcspResponder(options: OcspResponderOptions): OcspResponder {
  const { ca, signer, responderKeyHash } = delegatedSigner(options);
  const keyBits = publicKeyBits(ca.spki);
  const names = { sha1: hash('sha1', ca.subjectDer, 'buffer'), sha256: hash('sha256', ca.subjectDer, 'buffer') };
  const keys = { sha1: hash('sha1', keyBits, 'buffer'), sha256: hash('sha256', keyBits, 'buffer') };
  const times = createTimes(options.validitySeconds ?? 3600);
  const responderId = context(2, octetString(responderKeyHash));
  const certificates = options.certificate ? [context(0, sequence(options.certificate))] : [];
  const algorithm = signatureAlgorithm(signer.signature);
  const basic = oid(oids.ocspBasic);
  const successful = enumerated(0);

  const answersFor = (id: CertId): boolean =>
    names[id.hash].equals(id.issuerNameHash) && keys[id.hash].equals(id.issuerKeyHash);

  const respond: OcspResponder['respond'] = ({ certIds, nonce }, lookup, now) => {
    if (!certIds.some(answersFor)) return ocspError('unauthorized');
    const { producedAt, updates } = times(now);
    const singles = certIds.map((id) =>
      sequence(id.raw, answersFor(id) ? encodeStatus(lookup(id.serial)) : unknown, updates),
    );
    const extensions = nonce ? [context(1, sequence(nonce))] : [];
    const data = sequence(responderId, producedAt, sequence(...singles), ...extensions);
    const response = sequence(data, algorithm, bitString(signer.sign(data)), ...certificates);
    return sequence(successful, context(0, sequence(basic, octetString(response))));
  };
  return Object.freeze({ answersFor, respond });
}
