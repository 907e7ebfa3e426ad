export { type Certificate, maxCertificateBytes, parseCertificate } from './certificate.ts';
export { type CertificationRequest, maxRequestBytes, parseCertificationRequest } from './certification-request.ts';
export { certsOnly, readCertsOnly } from './certs-only.ts';
export { createCertificationRequest, type RequestContent } from './create-certification-request.ts';
export {
  type CrlBuilder,
  type CrlContent,
  createCrl,
  createCrlBuilder,
  type RevocationReason,
  type RevokedEntry,
  revocationReasons,
} from './crl.ts';
export { oids } from './der/oid.ts';
export { type PkiCode, PkiError } from './error.ts';
export type { AuthorityInformation, BasicConstraints, KeyUsage, Purpose } from './extension.ts';
export type { AlternativeNames, ReadAlternativeNames } from './general-name.ts';
export {
  type CertificateProfile,
  type CertificateRequest,
  type Issuer,
  issueCertificate,
  selfIssuer,
} from './issue-certificate.ts';
export { issuerOf } from './issuer.ts';
export {
  type Curve,
  describeKey,
  fingerprint,
  generateKey,
  type KeyDescription,
  type KeyPair,
  spkiOf,
  subjectKeyId,
} from './keys.ts';
export { attributeOf, encodeName, type Name, type NameAttribute, type NameType, nameText, parseName } from './name.ts';
export { type CertId, maxOcspRequestBytes, type OcspRequest, parseOcspRequest } from './ocsp-request.ts';
export {
  type CertificateStatus,
  createOcspResponder,
  type OcspFailure,
  type OcspResponder,
  type OcspResponderOptions,
  ocspError,
} from './ocsp-responder.ts';
export { fromPem, toPem } from './pem.ts';
export { createPkcs12, type Pkcs12Content } from './pkcs12.ts';
export { randomSerial } from './serial.ts';
export { type SignatureName, type Signer, signerOf } from './signature.ts';
export { type ChainOptions, verifyChain } from './verify-chain.ts';
