import { systemClock } from '@bulkhead/kernel';
import { generateKey, issueCertificate, randomSerial, selfIssuer, spkiOf, toPem } from '@bulkhead/pki';

/** A self-signed server certificate for these names, as PEM; whoever trusts `cert` trusts the server. */
export function testCertificate(...dns: string[]) {
  const keys = generateKey();
  const now = systemClock.now().getTime();
  const subject = [{ type: 'CN', value: 'receiver' }] as const;
  const der = issueCertificate({
    subject,
    spki: spkiOf(keys.publicKey),
    serial: randomSerial(),
    notBefore: new Date(now - 86_400_000),
    notAfter: new Date(now + 86_400_000),
    basicConstraints: { ca: true },
    keyUsage: ['digitalSignature', 'keyCertSign'],
    extendedKeyUsage: ['serverAuth'],
    san: { dns },
    issuer: selfIssuer(subject, keys.privateKey),
  });
  return { cert: toPem('CERTIFICATE', der), key: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}
