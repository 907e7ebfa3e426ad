import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Json } from '@bulkhead/kernel';
import { detectDialect, dialectA, dialectB, dialectOf, publishCaps } from './dialect.ts';
import type { UptaneCode } from './error.ts';
import { noExtra } from './json/fields.ts';
import type { JsonObject } from './json/read-json.ts';
import { generateSigningKey, signerOf } from './keys/signer.ts';
import type { DialectName } from './model/signed.ts';
import type { FileMeta } from './model/snapshot.ts';
import { signPayload } from './signing/sign.ts';
import {
  hashesOf,
  later,
  newRoleSigners,
  newSigner,
  refusedAs,
  rootFor,
  signJson,
  targetOf,
  targetsOf,
} from './testing.ts';

const dialects: readonly DialectName[] = ['a', 'b'];
const signers = newRoleSigners();
const root = rootFor(signers, { consistentSnapshot: true });
const targets = targetsOf({ 'brake/1.bin': targetOf('brake', { hardwareIds: ['bcm-2'], releaseCounter: 3 }) });
const meta: FileMeta = { version: 4, length: 12, hashes: hashesOf('snapshot'), extra: noExtra };
const timestamp = { type: 'timestamp', version: 9, expires: later, snapshot: meta, extra: noExtra } as const;
const snapshot = {
  type: 'snapshot',
  version: 4,
  expires: later,
  meta: new Map([['targets.json', meta]]),
  extra: noExtra,
} as const;

type Edit = (json: Record<string, Json>) => void;

/** The payload's JSON, changed in one way. */
function edited(payload: Parameters<typeof dialectA.payloadOf>[0], dialect: DialectName, edit: Edit): JsonObject {
  const json = JSON.parse(JSON.stringify(dialectOf(dialect).payloadOf(payload))) as Record<string, Json>;
  edit(json);
  return json;
}

function set(path: string, value: Json | undefined): Edit {
  return (json) => {
    const steps = path.split('|');
    const last = steps.pop() as string;
    const parent = steps.reduce<Record<string, Json>>((object, step) => object[step] as Record<string, Json>, json);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  };
}

for (const name of dialects) {
  const wire = dialectOf(name);
  describe(`metadata in dialect ${name.toUpperCase()}`, () => {
    it('is read back as it was written, for each role', () => {
      assert.deepEqual(
        wire.payloadOf(wire.readRoot(signPayload(root, wire, signers.root)).signed),
        wire.payloadOf(root),
      );
      assert.deepEqual(wire.readTargets(signPayload(targets, wire, [])).signed, targets);
      assert.deepEqual(wire.readSnapshot(signPayload(snapshot, wire, [])).signed, snapshot);
      assert.deepEqual(wire.readTimestamp(signPayload(timestamp, wire, [])).signed, timestamp);
    });

    it('keeps members that it does not know, at every level where the specification lets others add some', () => {
      const json = edited(root, name, (object) => {
        object['x-root'] = { a: [1] };
        set('roles|targets|x-role', 'r')(object);
        set('roles|mirrors', { keyids: [], threshold: 1 })(object);
        set(`keys|${signers.targets[0]?.keyId}|x-key`, 1)(object);
      });
      assert.deepEqual(wire.payloadOf(wire.readRoot(signJson(json, name, signers.root)).signed), json);

      const images = edited(targets, name, (object) => {
        set('targets|brake/1.bin|x-target', 1)(object);
        set('targets|brake/1.bin|custom|x-custom', { deep: true })(object);
        set('custom', { 'x-whole': null })(object);
      });
      assert.deepEqual(wire.payloadOf(wire.readTargets(signJson(images, name, [])).signed), images);
    });

    const versions: readonly Json[] = [0, -1, 2 ** 31, '1', true, null, [1]];
    it('has a version from 1 to 2^31 - 1', () => {
      for (const version of versions)
        assert.throws(
          () => wire.readTargets(signJson(edited(targets, name, set('version', version)), name, [])),
          refusedAs('uptane.wrong-value', '$.signed.version'),
          JSON.stringify(version),
        );
      const half = Buffer.from(signPayload(targets, wire, []))
        .toString()
        .replace('"version":1}', '"version":1.5}');
      assert.throws(() => wire.readTargets(Buffer.from(half)), refusedAs('uptane.wrong-value', '$.signed.version'));
      assert.ok(wire.readTargets(signJson(edited(targets, name, set('version', 2 ** 31 - 1)), name, [])));
    });

    it('expires at a time of exactly 20 characters, on a day that exists', () => {
      const wrong = ['2027-11-20T10:00:00.000Z', '2027-11-20T10:00:00+00:00', '2027-11-20T10:00:00', '2027-11-20', ''];
      for (const expires of [
        ...wrong,
        '2027-02-29T00:00:00Z',
        '2027-13-01T00:00:00Z',
        '2027-01-01T24:00:00Z',
        '2027-01-01t00:00:00z',
      ])
        assert.throws(
          () => wire.readTargets(signJson(edited(targets, name, set('expires', expires)), name, [])),
          refusedAs('uptane.wrong-value', '$.signed.expires'),
          expires,
        );
      assert.ok(wire.readTargets(signJson(edited(targets, name, set('expires', '2028-02-29T23:59:59Z')), name, [])));
    });

    it('is refused when its _type is that of another role or of the other dialect', () => {
      const other = { a: ['root', 'targets', 'Snapshot', 'TARGETS'], b: ['Root', 'Targets', 'snapshot', 'TARGETS'] }[
        name
      ];
      for (const type of other)
        assert.throws(
          () => wire.readTargets(signJson(edited(targets, name, set('_type', type)), name, [])),
          refusedAs('uptane.wrong-role', '$.signed._type'),
        );
    });

    it('is refused above the cap of its role', () => {
      const bytes = signPayload(targets, wire, []);
      assert.throws(() => wire.readTargets(bytes, bytes.length - 1), refusedAs('uptane.endless-data'));
      const long = edited(root, name, set('x', 'x'.repeat(60_000)));
      if (name === 'a')
        assert.throws(
          () => wire.readRoot(signJson({ ...long, y: 'y'.repeat(6_000) }, name, [])),
          refusedAs('uptane.endless-data'),
        );
      else assert.ok(wire.readRoot(signJson(long, name, [])));
    });

    it('names every place it refuses', () => {
      const cases: readonly (readonly [Edit, UptaneCode, string])[] = [
        [set('roles|timestamp', undefined), 'uptane.missing-field', '$.signed.roles.timestamp'],
        [set('roles|targets|threshold', 0), 'uptane.wrong-value', '$.signed.roles.targets.threshold'],
        [set('roles|targets|threshold', 2), 'uptane.wrong-value', '$.signed.roles.targets.threshold'],
        [set('roles|targets|threshold', 1001), 'uptane.wrong-value', '$.signed.roles.targets.threshold'],
        [set('roles|targets|keyids', []), 'uptane.wrong-value', '$.signed.roles.targets.threshold'],
        [set('roles|targets|keyids', ['nobody']), 'uptane.wrong-value', '$.signed.roles.targets.keyids[0]'],
        [set('roles|targets|keyids', 'x'), 'uptane.wrong-value', '$.signed.roles.targets.keyids'],
        [
          set('keys|k', { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: '00' } }),
          'uptane.bad-key',
          '$.signed.keys.k.keyval.public',
        ],
        [set('keys', undefined), 'uptane.missing-field', '$.signed.keys'],
      ];
      for (const [edit, code, place] of cases)
        assert.throws(() => wire.readRoot(signJson(edited(root, name, edit), name, [])), refusedAs(code, place), place);
    });

    it('names every place it refuses in images', () => {
      const at = 'targets|brake/1.bin';
      const place = '$.signed.targets["brake/1.bin"]';
      const cases: readonly (readonly [Edit, UptaneCode, string])[] = [
        [set(`${at}|length`, -1), 'uptane.wrong-value', `${place}.length`],
        [set(`${at}|length`, undefined), 'uptane.missing-field', `${place}.length`],
        [set(`${at}|hashes`, {}), 'uptane.wrong-value', `${place}.hashes`],
        [set(`${at}|hashes|md5`, 'ab'), 'uptane.wrong-value', `${place}.hashes.md5`],
        [set(`${at}|hashes|sha256`, 'ab'), 'uptane.wrong-value', `${place}.hashes.sha256`],
        [set(`${at}|custom|hardwareIds`, ['x'.repeat(201)]), 'uptane.wrong-value', `${place}.custom.hardwareIds[0]`],
        [
          set(`${at}|custom|ecuIdentifiers`, { ['s'.repeat(65)]: { hardwareId: 'h' } }),
          'uptane.wrong-value',
          `${place}.custom.ecuIdentifiers["${'s'.repeat(57)}..."]`,
        ],
        [
          set(`${at}|custom|ecuIdentifiers`, { '': { hardwareId: 'h' } }),
          'uptane.wrong-value',
          `${place}.custom.ecuIdentifiers[""]`,
        ],
        [
          set(`${at}|custom|ecuIdentifiers`, { s: {} }),
          'uptane.missing-field',
          `${place}.custom.ecuIdentifiers.s.hardwareId`,
        ],
        [set(`${at}|custom|releaseCounter`, '1'), 'uptane.wrong-value', `${place}.custom.releaseCounter`],
      ];
      for (const [edit, code, where] of cases)
        assert.throws(
          () => wire.readTargets(signJson(edited(targets, name, edit), name, [])),
          refusedAs(code, where),
          where,
        );
    });

    it('does not name images so that they lead elsewhere', () => {
      const wrong = [
        '',
        '/a',
        'a/',
        'a//b',
        '..',
        'a/../b',
        './a',
        '%2e%2e/a',
        'a\\b',
        'a b',
        'a?b',
        'a#b',
        '__proto__',
        'a/__proto__',
        'x'.repeat(513),
      ];
      for (const image of wrong) {
        const json = edited(
          targets,
          name,
          set('targets', Object.fromEntries([[image, wire.payloadOf(targets).targets as Json]])),
        );
        assert.throws(() => wire.readTargets(signJson(json, name, [])), refusedAs('uptane.wrong-value'), image);
      }
      const fine = targetsOf({ constructor: targetOf('c'), 'a/b..b/c.d': targetOf('d'), '10': targetOf('e') });
      assert.deepEqual([...wire.readTargets(signPayload(fine, wire, [])).signed.targets.keys()].sort(), [
        '10',
        'a/b..b/c.d',
        'constructor',
      ]);
    });

    it('lists the snapshot of a targets file, and only files that a role can have', () => {
      const cases: readonly (readonly [Edit, UptaneCode])[] = [
        [set('meta|targets.json', undefined), 'uptane.missing-field'],
        [set('meta|targets.json|version', undefined), 'uptane.missing-field'],
        [set('meta|../x.json', { version: 1 }), 'uptane.wrong-value'],
        [set('meta|Snapshot.json', { version: 1 }), 'uptane.wrong-value'],
        [set('meta|noext', { version: 1 }), 'uptane.wrong-value'],
      ];
      for (const [edit, code] of cases)
        assert.throws(() => wire.readSnapshot(signJson(edited(snapshot, name, edit), name, [])), refusedAs(code));
    });
  });
}

describe('dialect A alone', () => {
  const base = dialectA.payloadOf(targets);
  const withSignature = (signature: JsonObject) =>
    Buffer.from(JSON.stringify({ signatures: [signature], signed: base }));
  const sig = Buffer.alloc(64, 1).toString('base64');

  it('needs a method it knows on each signature, and base64', () => {
    assert.ok(dialectA.readTargets(withSignature({ keyid: 'k', method: 'ed25519', sig })));
    for (const [signature, place] of [
      [{ keyid: 'k', sig }, '$.signatures[0].method'],
      [{ keyid: 'k', method: 'ecdsa', sig }, '$.signatures[0].method'],
      [{ keyid: 'k', method: 'ed25519', sig: 'ab_-' }, '$.signatures[0].sig'],
      [{ keyid: 'k', method: 'ed25519', sig: '' }, '$.signatures[0].sig'],
      [{ keyid: '', method: 'ed25519', sig }, '$.signatures[0].keyid'],
    ] as const)
      assert.throws(
        () => dialectA.readTargets(withSignature(signature)),
        (error: Error & { place?: string }) => error.place === place,
      );
  });

  it('refuses a whole root with one ECDSA key in it, and takes key types in any case', () => {
    const ecdsa = signerOf(generateSigningKey('ecdsa'));
    const json = edited(
      root,
      'a',
      set(`keys|${ecdsa.keyId}`, { keytype: 'ecdsa', keyval: { public: ecdsa.key.value } }),
    );
    assert.throws(() => dialectA.readRoot(signJson(json, 'a', [])), refusedAs('uptane.bad-key'));

    const upper = newSigner().key.value.toUpperCase();
    const fine = edited(root, 'a', set('keys|k', { keytype: 'ED25519', keyval: { public: upper } }));
    assert.equal(dialectA.readRoot(signJson(fine, 'a', [])).signed.keys.get('k')?.value, upper);
  });

  it('signs RSA keys with their line ends as two characters', () => {
    const rsa = signerOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const file = dialectA.readRoot(signPayload(rootFor({ ...signers, targets: [rsa] }), dialectA, [rsa]));
    assert.ok(Buffer.from(file.message).includes('-----BEGIN PUBLIC KEY-----\\n'));
    assert.ok(file.signatures.every(({ method }) => method === 'rsassa-pss'));
  });

  it('needs length and hashes of the snapshot in a timestamp', () => {
    for (const member of ['length', 'hashes']) {
      const json = edited(timestamp, 'a', set(`meta|snapshot.json|${member}`, undefined));
      assert.throws(() => dialectA.readTimestamp(signJson(json, 'a', [])), refusedAs('uptane.missing-field'));
    }
  });

  it('needs no version of a specification, and versions only the name of root', () => {
    assert.equal('spec_version' in base, false);
    assert.deepEqual(
      ['root', 'targets', 'brakes'].map((role) => dialectA.path(role, 7)),
      ['7.root.json', 'targets.json', 'delegations/brakes.json'],
    );
  });
});

describe('dialect B alone', () => {
  const base = dialectB.payloadOf(targets);
  const withSignature = (signature: JsonObject) =>
    Buffer.from(JSON.stringify({ signatures: [signature], signed: base }));

  it('writes signatures in hex', () => {
    assert.ok(dialectB.readTargets(withSignature({ keyid: 'k', sig: 'AB01' })));
    for (const sig of ['', 'abc', 'zz', Buffer.alloc(64, 1).toString('base64')])
      assert.throws(
        () => dialectB.readTargets(withSignature({ keyid: 'k', sig })),
        refusedAs('uptane.wrong-value', '$.signatures[0].sig'),
      );
  });

  it('needs a specification of version 1, and a scheme in each key', () => {
    for (const version of ['2.0.0', '1', 'one', '1.0.0.0.0'])
      assert.throws(
        () => dialectB.readTargets(signJson({ ...base, spec_version: version }, 'b', [])),
        refusedAs('uptane.wrong-value', '$.signed.spec_version'),
      );
    const json = edited(root, 'b', set('keys|k', { keytype: 'ed25519', keyval: { public: newSigner().key.value } }));
    assert.throws(
      () => dialectB.readRoot(signJson(json, 'b', [])),
      refusedAs('uptane.missing-field', '$.signed.keys.k.scheme'),
    );
  });

  it('keeps a key of an unknown kind, which never counts', () => {
    const json = edited(root, 'b', set('keys|k', { keytype: 'ml-dsa', scheme: 'ml-dsa-65', keyval: { public: 'AA' } }));
    assert.equal(dialectB.readRoot(signJson(json, 'b', [])).signed.keys.get('k')?.type, 'unknown');
  });

  it('signs RSA and ECDSA keys with raw line ends, and serves valid JSON all the same', () => {
    const ecdsa = signerOf(generateSigningKey('ecdsa'));
    const bytes = signPayload(rootFor({ ...signers, targets: [ecdsa] }), dialectB, []);
    assert.ok(Buffer.from(dialectB.readRoot(bytes).message).includes('-----BEGIN PUBLIC KEY-----\n'));
    assert.ok(JSON.parse(Buffer.from(bytes).toString()));
  });

  it('puts versions before all names but that of the timestamp', () => {
    const names = ['root', 'timestamp', 'snapshot', 'targets', 'brakes'].map((role) => dialectB.path(role, 7));
    assert.deepEqual(names, ['7.root.json', 'timestamp.json', '7.snapshot.json', '7.targets.json', '7.brakes.json']);
  });
});

it('A file tells its dialect by its _type', () => {
  for (const wire of [dialectA, dialectB]) assert.equal(detectDialect(signPayload(targets, wire, [])), wire.name);
  assert.throws(
    () => detectDialect(Buffer.from('{"signed":{"_type":"mirrors"}}')),
    refusedAs('uptane.wrong-role', '$.signed._type'),
  );
  assert.throws(() => detectDialect(Buffer.from('{}')), refusedAs('uptane.missing-field', '$.signed'));
});

it('What is published fits the lower of the two caps', () => {
  assert.deepEqual(publishCaps, {
    root: 65_536,
    timestamp: 16_384,
    snapshot: 2_000_000,
    directorTargets: 65_536,
    imageTargets: 5_000_000,
    manifest: 524_288,
  });
});
