import type { Certificate } from './certificate.ts';
import { oids } from './der/oid.ts';
import { PkiError } from './error.ts';
import { type Purpose, purposeOid } from './extension.ts';
import { checkNameConstraints } from './name-constraints.ts';
import { verifySignature } from './signature.ts';

export interface ChainOptions {
  /** The purpose that the leaf, and every CA below the root that limits purposes, must name. */
  readonly eku?: Purpose;
  /** A CA certificate as leaf is refused unless this is `true`. */
  readonly allowCaLeaf?: boolean;
}

const maxPathLength = 8;
const maxSignatureChecks = 32;

/** The extensions whose meaning is applied here; any other one that is critical ends validation (RFC 5280 s4.2). */
const understood = new Set<string>([
  oids.basicConstraints,
  oids.keyUsage,
  oids.extendedKeyUsage,
  oids.subjectAltName,
  oids.nameConstraints,
  oids.certificatePolicies, // any policy is accepted, so nothing remains to check
  oids.crlDistributionPoints,
]);

function checkAlone(certificate: Certificate, at: Date): void {
  const subject = `The certificate ${certificate.serial}`;
  if (at < certificate.notBefore)
    throw new PkiError('pki.not-yet-valid', `${subject} is not valid before ${certificate.notBefore.toISOString()}`);
  if (at > certificate.notAfter)
    throw new PkiError('pki.expired', `${subject} expired at ${certificate.notAfter.toISOString()}`);
  const unknown = certificate.criticalExtensions.find((id) => !understood.has(id));
  if (unknown)
    throw new PkiError(
      'pki.unknown-critical-extension',
      `${subject} has the critical extension ${unknown}, which is not understood`,
    );
}

/** RFC 5280 s6.1.4 (k) to (n): what makes a certificate a CA that may stand at this place of the path. */
function checkAuthority(certificate: Certificate, below: number): void {
  const { basicConstraints, keyUsage, serial } = certificate;
  if (!basicConstraints?.ca || !keyUsage?.includes('keyCertSign')) {
    throw new PkiError(
      'pki.not-a-ca',
      `The certificate ${serial} must not issue certificates: it lacks the CA flag or keyCertSign`,
    );
  }
  if (basicConstraints.pathLength !== undefined && below > basicConstraints.pathLength) {
    throw new PkiError(
      'pki.path-too-long',
      `The CA ${serial} allows ${basicConstraints.pathLength} CAs below it, there are ${below}`,
    );
  }
}

function checkPurpose(certificate: Certificate, isLeaf: boolean, purpose: Purpose): void {
  const purposes = certificate.extendedKeyUsage;
  if (!purposes && !isLeaf) return; // a CA without the extension does not limit purposes
  const dotted = purposeOid(purpose);
  if (!purposes?.some((name) => purposeOid(name as Purpose) === dotted)) {
    throw new PkiError('pki.wrong-usage', `The certificate ${certificate.serial} is not for ${purpose}`);
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const isSelfIssued = ({ subjectDer, issuerDer }: Certificate): boolean => sameBytes(subjectDer, issuerDer);

/** Names by their octets and, where both sides carry them, key identifiers (RFC 5280 s6.1.3 (a)(4), s4.2.1.1). */
function mayHaveIssued(issuer: Certificate, certificate: Certificate): boolean {
  if (!sameBytes(issuer.subjectDer, certificate.issuerDer)) return false;
  return certificate.aki === undefined || issuer.ski === undefined || certificate.aki === issuer.ski;
}

function checkPath(path: readonly Certificate[], at: Date, { eku, allowCaLeaf = false }: ChainOptions): void {
  const unlinked = path.find(({ aki, ski }, index) => (index < path.length - 1 && !aki) || (index > 0 && !ski));
  if (unlinked) {
    throw new PkiError(
      'pki.bad-extension',
      `The certificate ${unlinked.serial} lacks a key identifier (RFC 5280 s4.2.1.1, s4.2.1.2)`,
    );
  }
  let below = 0; // CAs between this one and the leaf that are not self-issued, RFC 5280 s4.2.1.9
  for (const [index, certificate] of path.entries()) {
    const isRoot = index === path.length - 1;
    checkAlone(certificate, at);
    if (eku && !isRoot) checkPurpose(certificate, index === 0, eku);
    if (index === 0) {
      if (certificate.basicConstraints?.ca && !allowCaLeaf)
        throw new PkiError('pki.wrong-usage', 'A CA certificate cannot stand for a device');
      continue;
    }
    checkAuthority(certificate, below);
    if (!isSelfIssued(certificate)) below += 1;
  }
  checkNameConstraints(path);
}

/**
 * Finds and validates a path from `leaf` over `intermediates` to one of `roots` at the time `at` and returns it, leaf first.
 * Stricter than `openssl verify`: names compare by octets, CAs need key usage, roots are checked like other CAs, purposes nest.
 * Revocation is asked elsewhere. The number of signatures verified is bounded, so that crossed CAs cannot stall the process.
 * @throws PkiError with the fault of the first path that reached a root, or `pki.no-path`.
 */
export function verifyChain(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
  at: Date,
  options: ChainOptions = {},
): readonly Certificate[] {
  let fault: PkiError | undefined;
  let checks = 0;

  const signedBy = (certificate: Certificate, issuer: Certificate): boolean => {
    if (!mayHaveIssued(issuer, certificate)) return false;
    if (++checks > maxSignatureChecks)
      throw new PkiError('pki.too-large', 'Too many certificates could belong to this path');
    return verifySignature(issuer.spki, certificate.signed);
  };
  const extend = (path: readonly Certificate[]): readonly Certificate[] | undefined => {
    const last = path[path.length - 1] as Certificate;
    for (const root of roots) {
      if (!signedBy(last, root)) continue;
      try {
        checkPath([...path, root], at, options);
        return [...path, root];
      } catch (error) {
        if (!(error instanceof PkiError)) throw error;
        fault ??= error;
      }
    }
    if (path.length >= maxPathLength) return undefined;
    for (const next of intermediates) {
      if (path.some((seen) => seen.fingerprint === next.fingerprint) || !signedBy(last, next)) continue;
      const found = extend([...path, next]);
      if (found) return found;
    }
    return undefined;
  };

  const path = extend([leaf]);
  if (path) return path;
  throw (
    fault ??
    new PkiError(
      'pki.no-path',
      `No path leads from the certificate ${leaf.serial} to a trusted root; send the intermediate CAs with it`,
    )
  );
}
