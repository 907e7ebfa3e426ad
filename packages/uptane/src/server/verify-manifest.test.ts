import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Json } from '@bulkhead/kernel';
import { compactJson } from '../canonical-json.ts';
import { noExtra } from '../json/fields.ts';
import { aktualizrKeyId } from '../keys/key-id.ts';
import { publicKey, publicKeyOf } from '../keys/public-key.ts';
import { generateSigningKey, type Signer, signerOf } from '../keys/signer.ts';
import type { EcuReport, InstallationReport } from '../model/manifest.ts';
import type { DialectName } from '../model/signed.ts';
import { type ManifestInput, signEcuReport, signManifest } from '../signing/sign-manifest.ts';
import { hashesOf, newSigner, refusedAs } from '../testing.ts';
import { worlds } from '../testing-world.ts';
import { type InventoryVehicle, type ManifestMemory, verifyManifest } from './verify-manifest.ts';

const primary = newSigner();
const brake = newSigner();
const esp = newSigner();

const vehicle: InventoryVehicle = {
  vehicleId: 'VIN1',
  primarySerial: 'p-1',
  ecus: new Map([
    ['p-1', { key: primary.key }],
    ['brake-1', { key: brake.key }],
    ['esp-1', { key: esp.key }],
  ]),
};

function report(serial: string, more: Partial<EcuReport> = {}): EcuReport {
  const installed = { filename: 'a.bin', length: 1, hashes: hashesOf('a') };
  const times = { time: '2026-11-20T10:00:00Z', previousTime: undefined };
  return {
    serial,
    installed,
    attacksDetected: '',
    ...times,
    counter: undefined,
    nonce: undefined,
    extra: noExtra,
    ...more,
  };
}

interface Made {
  readonly counter?: number | undefined;
  readonly primary?: Partial<EcuReport>;
  readonly reports?: Readonly<Record<string, Uint8Array>>;
  readonly by?: Signer;
  readonly more?: Partial<ManifestInput>;
}

for (const name of worlds) {
  const brakeReport = signEcuReport(report('brake-1'), brake, name);
  const espReport = signEcuReport(report('esp-1'), esp, name);
  const manifest = ({ counter = 1, primary: own = {}, reports = {}, by = primary, more = {} }: Made = {}) =>
    signManifest(
      {
        vehicleId: 'VIN1',
        primarySerial: 'p-1',
        reports: new Map(
          Object.entries({
            'p-1': signEcuReport(report('p-1', { counter, ...own }), primary, name),
            'brake-1': brakeReport,
            'esp-1': espReport,
            ...reports,
          }),
        ),
        installation: undefined,
        extra: noExtra,
        ...more,
      },
      by,
      name,
    );
  const judge = (
    bytes: Uint8Array,
    memory: ManifestMemory = {},
    more: Partial<Parameters<typeof verifyManifest>[0]> = {},
  ) => verifyManifest({ bytes, dialect: name, vehicle, memory, ...more });
  const states = (judged: ReturnType<typeof judge>) =>
    Object.fromEntries([...judged.reports].map(([serial, { state }]) => [serial, state]));

  describe(`a vehicle version manifest in dialect ${name.toUpperCase()}`, () => {
    it('is taken when the Primary signed it and each ECU its own part', () => {
      const judged = judge(manifest());
      assert.deepEqual(states(judged), { 'p-1': 'fresh', 'brake-1': 'fresh', 'esp-1': 'fresh' });
      assert.deepEqual(judged.missing, []);
      assert.deepEqual(judged.reports.get('brake-1')?.report, report('brake-1'));
    });

    it('is dropped when the Primary did not sign it, or an ECU not its part', () => {
      assert.throws(() => judge(manifest({ by: newSigner() })), refusedAs('uptane.wrong-signer', 'manifest'));
      assert.throws(
        () => judge(manifest({ by: { ...newSigner(), keyId: primary.keyId } })),
        refusedAs('uptane.wrong-signer', 'manifest'),
      );
      assert.throws(() => judge(manifest({ by: brake })), refusedAs('uptane.wrong-signer', 'manifest'));
      // a Primary that was taken over speaks for a Secondary
      const forged = signEcuReport(report('brake-1', { attacksDetected: '' }), primary, name);
      assert.throws(
        () => judge(manifest({ reports: { 'brake-1': forged } })),
        refusedAs('uptane.wrong-signer', 'brake-1'),
      );
      const swapped = { ...vehicle, ecus: new Map([...vehicle.ecus, ['brake-1', { key: esp.key }] as const]) };
      assert.throws(() => judge(manifest(), {}, { vehicle: swapped }), refusedAs('uptane.wrong-signer', 'brake-1'));
    });

    it('is dropped when anything in it was changed after signing', () => {
      const text = Buffer.from(manifest()).toString();
      const changed = text.replace('"attacks_detected":""', '"attacks_detected":"x"');
      assert.notEqual(changed, text);
      assert.throws(() => judge(Buffer.from(changed)), refusedAs('uptane.wrong-signer'));
    });

    it('is dropped when it names another vehicle, another Primary or an ECU of another vehicle', () => {
      assert.throws(() => judge(manifest({ more: { vehicleId: 'VIN2' } })), refusedAs('uptane.unknown-vehicle'));
      assert.throws(() => judge(manifest({ more: { primarySerial: 'p-2' } })), refusedAs('uptane.unknown-ecu', 'p-2'));
      const stranger = signEcuReport(report('abs-9'), newSigner(), name);
      assert.throws(
        () => judge(manifest({ reports: { 'abs-9': stranger } })),
        refusedAs('uptane.unknown-ecu', 'abs-9'),
      );
    });

    it('may leave the vehicle out, which the TLS certificate then names', () => {
      assert.equal(judge(manifest({ more: { vehicleId: undefined } })).manifest.vehicleId, undefined);
    });

    it('says which ECUs of the inventory are missing, and is taken all the same', () => {
      const own = signEcuReport(report('p-1', { counter: 1 }), primary, name);
      const judged = judge(
        manifest({
          more: {
            reports: new Map([
              ['p-1', own],
              ['esp-1', espReport],
            ]),
          },
        }),
      );
      assert.deepEqual(judged.missing, ['brake-1']);
      assert.throws(
        () => judge(manifest({ more: { reports: new Map([['esp-1', espReport]]) } })),
        refusedAs('uptane.missing-field', 'p-1'),
      );
    });

    it('is dropped when the counter of the Primary did not go up', () => {
      const first = judge(manifest({ counter: 7 }));
      for (const counter of [7, 6, 0])
        assert.throws(() => judge(manifest({ counter }), first.memory), refusedAs('uptane.replay'));
      assert.equal(judge(manifest({ counter: 8 }), first.memory).memory.counter, 8);
      assert.throws(
        () => judge(manifest({ primary: { counter: undefined, nonce: 'n' } }), first.memory),
        refusedAs('uptane.replay'),
      );
    });

    it('is dropped when its nonce was used before, or when it has neither nonce nor counter', () => {
      const nonced = (nonce: string | undefined) => manifest({ primary: { counter: undefined, nonce } });
      const first = judge(nonced('one'));
      assert.throws(() => judge(nonced('one'), first.memory), refusedAs('uptane.replay'));
      const second = judge(nonced('two'), first.memory);
      assert.throws(() => judge(nonced('one'), second.memory), refusedAs('uptane.replay'));
      assert.throws(() => judge(nonced(undefined)), refusedAs('uptane.replay'));
    });

    it('is old by its time, for vehicles whose clock is trusted', () => {
      const notBefore = new Date('2026-11-20T09:00:00Z');
      assert.ok(judge(manifest(), {}, { notBefore }));
      for (const time of ['2026-11-20T08:59:59Z', '1970-01-01T00:00:00Z', 'soon', undefined])
        assert.throws(() => judge(manifest({ primary: { time } }), {}, { notBefore }), refusedAs('uptane.replay'));
    });

    it('repeats the report of a Secondary that is away: stale, not refused', () => {
      const first = judge(manifest({ counter: 1 }));
      const second = judge(manifest({ counter: 2 }), first.memory);
      assert.deepEqual(states(second), { 'p-1': 'fresh', 'brake-1': 'stale', 'esp-1': 'stale' });
    });

    it('that returns to an earlier report is shown as a possible replay, and not dropped', () => {
      const newer = signEcuReport(report('brake-1', { attacksDetected: 'x' }), brake, name);
      const first = judge(manifest({ counter: 1 }));
      const second = judge(manifest({ counter: 2, reports: { 'brake-1': newer } }), first.memory);
      const third = judge(manifest({ counter: 3 }), second.memory);
      assert.deepEqual([states(second)['brake-1'], states(third)['brake-1']], ['fresh', 'possible-replay']);
    });

    it('proves a replay where the Secondary counts', () => {
      const at = (counter: number | undefined) => ({
        'brake-1': signEcuReport(report('brake-1', { counter }), brake, name),
      });
      const first = judge(manifest({ counter: 1, reports: at(5) }));
      const again = judge(manifest({ counter: 2, reports: at(4) }), first.memory);
      const without = judge(manifest({ counter: 3, reports: at(undefined) }), again.memory);
      const next = judge(manifest({ counter: 4, reports: at(6) }), without.memory);
      assert.deepEqual(
        [again, without, next].map((judged) => states(judged)['brake-1']),
        ['replayed', 'replayed', 'fresh'],
      );
    });

    it('remembers as plain data, of bounded size', () => {
      let memory: ManifestMemory = {};
      for (let counter = 1; counter <= 100; counter++) {
        const own = signEcuReport(report('brake-1', { attacksDetected: `${counter}` }), brake, name);
        const judged = judge(
          manifest({ counter, primary: { nonce: `${counter}` }, reports: { 'brake-1': own } }),
          memory,
        );
        memory = JSON.parse(JSON.stringify(judged.memory)) as ManifestMemory;
      }
      assert.equal(memory.secondaries?.['brake-1']?.prints.length, 32);
      assert.equal(memory.nonces?.length, 64);
    });

    it('carries the hash of what is signed, and is dropped when that does not fit', () => {
      const text = Buffer.from(manifest()).toString();
      const digest = /"digest":"([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
      const wrong = Buffer.from(text.replaceAll(digest, 'a'.repeat(64)));
      assert.throws(() => judge(wrong), refusedAs('uptane.wrong-signer'));
    });

    it('tells how an installation ended, in any language', () => {
      const installation: InstallationReport = {
        correlationId: 'campaign-1',
        success: false,
        code: 'INSTALL_FAILED',
        description: 'Prüfsumme falsch',
        rawReport: 'x',
        items: [{ serial: 'brake-1', success: false, code: 'INSTALL_FAILED', description: '' }],
      };
      assert.deepEqual(judge(manifest({ more: { installation } })).manifest.installation, installation);
    });
  });
}

/** What aktualizr 2020.10 sends, built here by hand from its documentation. */
describe('a manifest as aktualizr writes it', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ed = generateSigningKey();
  const value = publicKeyOf(ed).value.toUpperCase();
  const registered = publicKey('ed25519', { keytype: 'ED25519', scheme: 'ed25519', value });
  const rsaKey = publicKeyOf(rsa);
  const seen: InventoryVehicle = {
    vehicleId: 'VIN1',
    primarySerial: 'p-1',
    ecus: new Map([
      ['p-1', { key: registered }],
      ['s-1', { key: rsaKey }],
    ]),
  };
  const envelope = (signed: Json, method: string, keyid: string, sig: Uint8Array): Json => ({
    signatures: [{ keyid, method, sig: Buffer.from(sig).toString('base64') }],
    signed,
  });
  const byPrimary = (signed: Json) =>
    envelope(signed, 'ed25519', aktualizrKeyId({ value }), sign(null, Buffer.from(compactJson(signed)), ed));
  const bySecondary = (signed: Json) =>
    envelope(
      signed,
      'rsassa-pss',
      aktualizrKeyId(rsaKey),
      sign('sha256', Buffer.from(compactJson(signed)), { key: rsa, padding: constants.RSA_PKCS1_PSS_PADDING }),
    );
  const epoch = '1970-01-01T00:00:00Z';
  const nothing = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855';
  const own = (filepath: string, counter?: string): Json => ({
    attacks_detected: '',
    ecu_serial: counter ? 'p-1' : 's-1',
    installed_image: { fileinfo: { hashes: { sha256: nothing }, length: 0 }, filepath },
    previous_timeserver_time: epoch,
    timeserver_time: epoch,
    ...(counter ? { report_counter: counter } : {}),
  });
  const sent = (counter: string, more: { readonly [key: string]: Json } = {}) => {
    const ecu_version_manifests = { 'p-1': byPrimary(own('unknown', counter)), 's-1': bySecondary(own('noimage')) };
    return Buffer.from(compactJson(byPrimary({ primary_ecu_serial: 'p-1', ecu_version_manifests, ...more })));
  };
  const judge = (bytes: Uint8Array, memory: ManifestMemory = {}) =>
    verifyManifest({ bytes, dialect: 'a' as DialectName, vehicle: seen, memory });

  it('is taken: no VIN, times of 1970, factory images, RSA Secondaries, key ids of its own', () => {
    const judged = judge(sent('1'));
    assert.deepEqual(judged.reports.get('p-1')?.report.installed, {
      filename: 'unknown',
      length: 0,
      hashes: new Map([['sha256', nothing.toLowerCase()]]),
    });
    assert.equal(judged.reports.get('s-1')?.state, 'fresh');
    assert.equal(judge(sent('2'), judged.memory).memory.counter, 2);
    assert.throws(() => judge(sent('1'), judged.memory), refusedAs('uptane.replay'));
  });

  it('is read with its installation report, or an empty one', () => {
    const result = { success: true, code: 'OK', description: '' };
    const report = {
      result,
      raw_report: '',
      correlation_id: 'urn:here-ota:campaign:1',
      items: [{ ecu: 's-1', result }],
    };
    const content_type = 'application/vnd.com.here.otac.installationReport.v1';
    assert.equal(
      judge(sent('1', { installation_report: { content_type, report } })).manifest.installation?.correlationId,
      'urn:here-ota:campaign:1',
    );
    assert.equal(
      judge(sent('1', { installation_report: { content_type, report: {} } })).manifest.installation,
      undefined,
    );
  });

  it('is refused, with the place, where it is not what it should be', () => {
    for (const counter of ['01', '-1', '1.5', 'x', '99999999999999999'])
      assert.throws(
        () => judge(sent(counter)),
        refusedAs('uptane.wrong-value', '$.signed.ecu_version_manifests["p-1"].signed.report_counter'),
        counter,
      );
    const signed = own('x', '1');
    const misplaced = { primary_ecu_serial: 'p-1', ecu_version_manifests: { 's-1': byPrimary(signed) } };
    assert.throws(
      () => judge(Buffer.from(compactJson(byPrimary(misplaced)))),
      refusedAs('uptane.wrong-value', '$.signed.ecu_version_manifests["s-1"].signed.ecu_serial'),
    );
  });
});

it('A signer of an ECU is any key of the right kind, in B also one on P-256', () => {
  const ecdsa = signerOf(generateSigningKey('ecdsa'));
  const bytes = signManifest(
    {
      vehicleId: undefined,
      primarySerial: 'p',
      reports: new Map([['p', signEcuReport(report('p', { counter: 1 }), ecdsa, 'b')]]),
      installation: undefined,
      extra: noExtra,
    },
    ecdsa,
    'b',
  );
  const alone: InventoryVehicle = { vehicleId: 'V', primarySerial: 'p', ecus: new Map([['p', { key: ecdsa.key }]]) };
  assert.equal(verifyManifest({ bytes, dialect: 'b', vehicle: alone, memory: {} }).missing.length, 0);
});
