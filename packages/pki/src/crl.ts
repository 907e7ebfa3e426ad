import { oid, oids } from './der/oid.ts';
import { time } from './der/time.ts';
import {
  bitString,
  context,
  enumerated,
  integer,
  lengthOfLength,
  octetString,
  putHeader,
  sequence,
  tags,
  trueValue,
} from './der/write.ts';
import { PkiError } from './error.ts';
import { authorityKeyIdExtension, extension } from './extension.ts';
import { uriName } from './general-name.ts';
import type { Issuer } from './issue-certificate.ts';
import { encodeSerial } from './serial.ts';
import { signatureAlgorithm, signerOf } from './signature.ts';

/** Reasons of RFC 5280 s5.3.1; removeFromCRL belongs to delta CRLs, which are not made here. */
export const revocationReasons = Object.freeze({
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
});
export type RevocationReason = keyof typeof revocationReasons;

export interface RevokedEntry {
  /** Lower-case hex. */
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason?: RevocationReason;
}

export interface CrlContent {
  readonly issuer: Issuer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly crlNumber: number | bigint;
  /** URL of this CRL for the issuingDistributionPoint (RFC 5280 s5.2.5); some MQTT clusters insist on it. */
  readonly distributionPoint?: string;
}

export interface CrlBuilder {
  /** Adds entries; call it batch by batch so that other work runs in between. */
  add(entries: Iterable<RevokedEntry>): void;
  /** Signs and returns the CRL; the builder is spent. */
  finish(): Buffer;
}

const chunkBytes = 1 << 20;
const maxEntryBytes = 64;
const reasonExtensions = new Map<RevocationReason, Uint8Array>(
  Object.entries(revocationReasons).map(([name, code]) => [
    name as RevocationReason,
    sequence(extension(oids.crlReason, false, enumerated(code))),
  ]),
);

/** Entries in chunks of 1 MiB: a million of them are 40 MB, and one growing buffer would copy that over and over. */
function createEntryChunks() {
  const full: Uint8Array[] = [];
  let chunk = Buffer.allocUnsafe(chunkBytes);
  let used = 0;
  let fullBytes = 0;
  let lastTime = Number.NaN;
  let lastTimeDer: Uint8Array = new Uint8Array();
  return {
    add({ serial, revokedAt, reason = 'unspecified' }: RevokedEntry): void {
      if (used + maxEntryBytes > chunkBytes) {
        full.push(chunk.subarray(0, used));
        fullBytes += used;
        chunk = Buffer.allocUnsafe(chunkBytes);
        used = 0;
      }
      const second = Math.floor(revokedAt.getTime() / 1000);
      if (second !== lastTime) {
        lastTimeDer = time(revokedAt);
        lastTime = second;
      }
      const number = encodeSerial(serial);
      // RFC 5280 s5.3.1: unspecified is said by leaving the reason out.
      const why = reason === 'unspecified' ? undefined : reasonExtensions.get(reason);
      if (reason !== 'unspecified' && !why)
        throw new PkiError('pki.bad-profile', `Not a reason for revocation: ${reason}`);
      used = putHeader(chunk, used, tags.sequence, number.length + lastTimeDer.length + (why?.length ?? 0));
      for (const part of why ? [number, lastTimeDer, why] : [number, lastTimeDer]) {
        chunk.set(part, used);
        used += part.length;
      }
    },
    bytes: () => fullBytes + used,
    parts: () => [...full, chunk.subarray(0, used)],
  };
}

function crlExtensions({ issuer, crlNumber, distributionPoint }: CrlContent): Buffer {
  const point = distributionPoint && sequence(context(0, context(0, uriName(distributionPoint))));
  return context(
    0,
    sequence(
      authorityKeyIdExtension(issuer.ski),
      extension(oids.crlNumber, false, integer(crlNumber)),
      ...(point ? [sequence(oid(oids.issuingDistributionPoint), trueValue, octetString(point))] : []),
    ),
  );
}

/** TBSCertList is laid out in one allocation that also has room for the outer header and the signature. */
function layOut(before: Uint8Array, entries: ReturnType<typeof createEntryChunks>, after: Uint8Array) {
  const listBytes = entries.bytes();
  const list = listBytes > 0 ? 1 + lengthOfLength(listBytes) + listBytes : 0; // absent when empty, RFC 5280 s5.1.2.6
  const body = before.length + list + after.length;
  const room = 8;
  const out = Buffer.allocUnsafeSlow(room + 8 + body + 2048);
  let at = putHeader(out, room, tags.sequence, body);
  out.set(before, at);
  at += before.length;
  if (list > 0) {
    at = putHeader(out, at, tags.sequence, listBytes);
    for (const part of entries.parts()) {
      out.set(part, at);
      at += part.length;
    }
  }
  out.set(after, at);
  return { out, start: room, end: at + after.length };
}

/** Builds a CRL v2 (RFC 5280 s5) piece by piece. */
export function createCrlBuilder(content: CrlContent): CrlBuilder {
  const { issuer, thisUpdate, nextUpdate } = content;
  if (!(thisUpdate < nextUpdate)) throw new PkiError('pki.bad-time', 'The next update of a CRL lies after this one');
  const signer = signerOf(issuer.key);
  const algorithm = signatureAlgorithm(signer.signature);
  const before = Buffer.concat([integer(1), algorithm, issuer.name, time(thisUpdate), time(nextUpdate)]);
  const after = crlExtensions(content);
  const entries = createEntryChunks();
  return {
    add(batch) {
      for (const entry of batch) entries.add(entry);
    },
    finish() {
      const { out, start, end } = layOut(before, entries, after);
      const signature = bitString(signer.sign(out.subarray(start, end)));
      out.set(algorithm, end);
      out.set(signature, end + algorithm.length);
      const body = end - start + algorithm.length + signature.length;
      const from = start - 1 - lengthOfLength(body);
      putHeader(out, from, tags.sequence, body);
      return out.subarray(from, start + body);
    },
  };
}

/** A CRL v2 in one go; for a million entries prefer the builder, which lets other work run between batches. */
export function createCrl(content: CrlContent & { readonly entries: Iterable<RevokedEntry> }): Buffer {
  const builder = createCrlBuilder(content);
  builder.add(content.entries);
  return builder.finish();
}
