import type { Signer } from '../keys/signer.ts';
import type { DialectName } from '../model/signed.ts';
import { methodOf } from '../signing/sign.ts';

/**
 * Signs payloads that are canonical text already: no second walk over the object, and what never changes about a
 * signer is written once.
 */
export interface TextSigner {
  sign(payload: string): Buffer;
}

/** @param signers every one of them signs. @throws UptaneError `uptane.bad-key` for a key the dialect does not know. */
export function createTextSigner(signers: readonly Signer[], dialect: DialectName): TextSigner {
  const encoding = dialect === 'a' ? 'base64' : 'hex';
  const heads = signers.map((signer) => {
    const method = methodOf(signer, dialect);
    const members = method === undefined ? '' : `"method":${JSON.stringify(method)},`;
    return { signer, head: `{"keyid":${JSON.stringify(signer.keyId)},${members}"sig":"` };
  });
  return Object.freeze({
    sign(payload: string): Buffer {
      const message = Buffer.from(payload, 'latin1'); // printable ASCII: one byte each
      let signatures = '';
      for (const { signer, head } of heads) {
        const signature = signer.sign(message);
        const text = Buffer.from(signature.buffer, signature.byteOffset, signature.length).toString(encoding);
        signatures += `${signatures === '' ? '' : ','}${head}${text}"}`;
      }
      return Buffer.from(`{"signatures":[${signatures}],"signed":${payload}}`, 'latin1');
    },
  });
}
