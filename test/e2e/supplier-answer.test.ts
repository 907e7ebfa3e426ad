import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { signDetached } from '@bulkhead/advisories';
import type { Client } from '@bulkhead/contract';
import { putTestModel, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const ref = 'ACME-2026-5001';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
let platform: Platform;
let engineer: Client;
let admin: Client;

async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error(`in vain: ${what}`);
}

before(async () => {
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  admin = await platform.client('administrator');
  await putTestModel(engineer);
  const ecus = [{ serial: 'TCU-SUP-1', role: 'tcu', partNumber: 'PN-tcu', supplier: 'Acme' }];
  await engineer.createVehicle({ body: { vin: testVin(11), model: 'test-model', region: 'eu', ecus } });
  const body = { name: 'tcu-linux', version: '7.2', supplier: 'Acme', function: 'telematics' } as const;
  const { id } = await engineer.createSoftware({ body });
  const component = {
    type: 'library',
    'bom-ref': 'a',
    name: 'expat',
    version: '2.5.0',
    purl: 'pkg:generic/expat@2.5.0',
  };
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'firmware', name: 'tcu-linux', version: '7.2', 'bom-ref': 'root' } },
    components: [component],
  };
  await engineer.uploadSbom({ params: { id }, content: JSON.stringify(sbom) });
  const filter = `vin = ${testVin(11)} and role = tcu`;
  await engineer.planSoftware({ params: { id }, body: { filter, dryRun: false } });
  const affected = [{ purl: 'pkg:generic/expat', fixed: '2.6.3' }];
  await engineer.putOwnAdvisory({
    body: { ref, title: 'A flaw in the parser', summary: 'Words of our own.', affected },
  });
  await eventually(
    'a finding',
    async () => (await engineer.listFindings({ query: { filter: `ref = "${ref}"` } })).items[0],
  );
});
after(() => platform?.stop());

test('what a supplier is asked is answered by its signed VEX, which settles the finding and closes the case', async () => {
  const { id } = await engineer.openCase({ body: { ref, software: 'tcu-linux' } });
  const question = 'Does your unit parse foreign XML?';
  const asked = await engineer.requestSupplier({ params: { id }, body: { question, days: 10 } });
  assert.equal(asked.state, 'waiting-for-supplier');
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  await admin.createVexAuthor({ body: { name: 'Acme', publicKey: pem, supplier: 'Acme', autoApply: true } });
  const content = JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://acme.example/vex/1',
    author: 'Acme PSIRT',
    timestamp: '2026-02-01T00:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: ref },
        products: [{ '@id': 'pkg:generic/expat@2.5.0' }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
        impact_statement: 'The unit reads JSON only.',
      },
    ],
  });

  const taken = await engineer.importVex({
    query: { signature: signDetached(Buffer.from(content), privateKey) },
    content,
  });

  assert.deepEqual([taken.signature, taken.applied], ['valid', 1]);
  const answered = await eventually('an answer', async () => {
    const one = await engineer.getCase({ params: { id } });
    return one.requests[0]?.answeredAt && one.state === 'closed' ? one : undefined;
  });
  assert.equal(answered.closedBecause, 'not-affected');
  assert.match(answered.requests[0]?.answer ?? '', /not-affected/);
  assert.deepEqual(
    answered.timeline.filter(({ by }) => by === 'Acme').map(({ kind }) => kind),
    ['answered'],
  );
  const { items } = await engineer.listFindings({ query: { filter: `ref = "${ref}"` } });
  assert.deepEqual(
    items.map(({ state }) => state),
    ['not-affected'],
  );
});
