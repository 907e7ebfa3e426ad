import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dialectA, dialectB } from '../dialect.ts';
import type { Delegation, Targets } from '../model/targets.ts';
import { signPayload } from '../signing/sign.ts';
import { newSigner, refusedAs, roleOf, signJson, targetOf, targetsOf } from '../testing.ts';
import { delegating, delegationTo } from '../testing-world.ts';
import { authoriseUpload, overlappingDelegations } from './authorise.ts';
import { coversPath, coversPathAcrossFolders, patternsOverlap } from './path-pattern.ts';
import { type Found, findImage, strictRules, type WalkRules } from './walk.ts';

const signer = newSigner();
const to = (name: string, more: Partial<Delegation> = {}) => delegationTo([signer], { paths: ['*'], ...more }, name);
const fileWith = (list: readonly Delegation[], targets: Targets['targets'] = new Map()) =>
  delegating([signer], list, { targets });
const listing = (content: string) => targetsOf({ 'a.bin': targetOf(content) });

interface Walked {
  readonly found: Found | undefined;
  readonly visited: readonly string[];
}

function walk(
  top: Targets,
  files: Readonly<Record<string, Targets>>,
  rules: WalkRules = strictRules,
  hardwareId?: string,
): Walked {
  const steps = findImage({ filename: 'a.bin', hardwareId }, top, rules);
  const visited: string[] = [];
  let step = steps.next();
  while (!step.done) {
    visited.push(step.value.role.name);
    step = steps.next(files[step.value.role.name]);
  }
  return { found: step.value, visited };
}

const dialectARules: WalkRules = {
  ...strictRules,
  afterTerminating: { below: false, beside: true },
  covers: coversPathAcrossFolders,
};

describe('a path pattern', () => {
  it('covers segment by segment: * and ? do not cross /', () => {
    for (const [pattern, path, covered] of [
      ['acme/*', 'acme/a.bin', true],
      ['acme/*', 'acme/b/a.bin', false],
      ['acme/*/*.bin', 'acme/b/a.bin', true],
      ['acme/?.bin', 'acme/a.bin', true],
      ['acme?a.bin', 'acme/a.bin', false],
      ['*', 'a.bin', true],
      ['*', '', true],
      ['a*b*c', 'aXXbYYbZZc', true],
      ['a*b*c', 'aXXbYYbZZ', false],
      ['a.bin', 'a.bin', true],
      ['a.bin', 'axbin', false],
      ['A.bin', 'a.bin', false],
    ] as const)
      assert.equal(coversPath(pattern, path), covered, `${pattern} ${path}`);
    assert.equal(coversPathAcrossFolders('acme/*', 'acme/b/a.bin'), true);
  });

  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '/'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  const regex = (pattern: string, any: string) =>
    new RegExp(`^${pattern.replaceAll('*', `${any}*`).replaceAll('?', any)}$`);

  it('covers what the same pattern as a regular expression covers', () => {
    fc.assert(
      fc.property(glob, text, (pattern, path) => {
        assert.equal(coversPathAcrossFolders(pattern, path), regex(pattern, '.').test(path));
        assert.equal(coversPath(pattern, path), regex(pattern, '[^/]').test(path));
      }),
      { numRuns: 2_000 },
    );
  });

  it('by the strict rule covers nothing that the wide rule would not', () => {
    fc.assert(
      fc.property(glob, text, (pattern, path) => !coversPath(pattern, path) || coversPathAcrossFolders(pattern, path)),
    );
  });

  it('overlaps another one exactly when some path is covered by both', () => {
    fc.assert(
      fc.property(glob, glob, text, (a, b, path) => {
        if (coversPathAcrossFolders(a, path) && coversPathAcrossFolders(b, path)) assert.ok(patternsOverlap(a, b));
        assert.equal(patternsOverlap(a, b), patternsOverlap(b, a));
      }),
      { numRuns: 5_000 },
    );
    for (const [a, b] of [
      ['acme/*', 'other/*'],
      ['a?', 'b?'],
      ['*.bin', '*.img'],
      ['a*b', 'a*c'],
      ['', 'a'],
    ] as const)
      assert.equal(patternsOverlap(a, b), false, `${a} ${b}`);
    for (const [a, b] of [
      ['acme/*', 'acme/x/*'],
      ['*', 'a'],
      ['a*', '*b'],
      ['a?c', 'ab?'],
    ] as const)
      assert.equal(patternsOverlap(a, b), true, `${a} ${b}`);
  });

  it('costs little time also when it is made of stars', () => {
    const started = performance.now();
    assert.equal(coversPath(`${'a*'.repeat(250)}b`, 'a'.repeat(512)), false);
    assert.equal(patternsOverlap('a*'.repeat(256), 'b*'.repeat(256)), false);
    assert.ok(performance.now() - started < 500);
  });
});

describe('the search for an image', () => {
  it('goes depth first, in the order of the delegations', () => {
    const files = {
      x: fileWith([to('x1'), to('x2')]),
      x1: targetsOf({}),
      x2: targetsOf({}),
      y: listing('y'),
    };
    const { found, visited } = walk(fileWith([to('x'), to('y'), to('z')]), files);
    assert.deepEqual(visited, ['x', 'x1', 'x2', 'y']);
    assert.deepEqual(found?.chain, ['targets', 'y']);
  });

  it('takes what the higher role says, the top before all', () => {
    const top = fileWith([to('x')], listing('top').targets);
    assert.deepEqual(walk(top, { x: listing('x') }), {
      found: { target: targetOf('top'), chain: ['targets'] },
      visited: [],
    });
    assert.deepEqual(
      walk(fileWith([to('x'), to('y')]), { x: listing('x'), y: listing('y') }).found?.target,
      targetOf('x'),
    );
  });

  it('keeps the order of roles whose names look like numbers', () => {
    for (const wire of [dialectA, dialectB]) {
      const names = ['zz', '10', '2'];
      const bytes = signPayload(fileWith(names.map((name) => to(name))), wire, []);
      const { visited } = walk(wire.readTargets(bytes).signed, {});
      assert.deepEqual(visited, names);
    }
  });

  it('follows only delegations whose path and hardware fit', () => {
    const top = fileWith([
      to('path', { paths: ['b.*'] }),
      to('hardware', { hardwareIds: ['bcm'] }),
      to('both', { hardwareIds: ['abs', 'esp'] }),
    ]);
    assert.deepEqual(walk(top, {}, strictRules, 'esp').visited, ['both']);
    assert.deepEqual(walk(top, {}, strictRules).visited, []);
  });

  it('ends at a terminating delegation; TUF goes on below it, aktualizr beside it', () => {
    const top = fileWith([to('x', { terminating: true }), to('y')]);
    const files = { x: fileWith([to('x1')]), x1: targetsOf({}), y: listing('y') };
    assert.deepEqual(walk(top, files), { found: undefined, visited: ['x'] });
    const tuf = { ...strictRules, afterTerminating: { below: true, beside: false } };
    assert.deepEqual(walk(top, files, tuf), { found: undefined, visited: ['x', 'x1'] });
    const { found, visited } = walk(top, files, dialectARules);
    assert.deepEqual(
      [found?.chain, visited],
      [
        ['targets', 'y'],
        ['x', 'y'],
      ],
    );
  });

  it('ends at a terminating delegation deep inside too', () => {
    const files = {
      x: fileWith([to('x1', { terminating: true }), to('x2')]),
      x1: targetsOf({}),
      x2: listing('x2'),
      y: listing('y'),
    };
    assert.deepEqual(walk(fileWith([to('x'), to('y')]), files), { found: undefined, visited: ['x', 'x1'] });
  });

  it('does not go round in loops', () => {
    const files = { x: fileWith([to('y')]), y: fileWith([to('x'), to('z')]), z: fileWith([to('y'), to('x')]) };
    assert.deepEqual(walk(fileWith([to('x')]), files).visited, ['x', 'y', 'z']);
  });

  it('stops beyond five levels, and beyond 32 roles', () => {
    const deep = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`r${i}`, fileWith([to(`r${i + 1}`)])]));
    assert.throws(
      () => walk(fileWith([to('r0')]), deep),
      refusedAs('uptane.endless-delegation', 'targets > r0 > r1 > r2 > r3 > r4'),
    );
    const wide = fileWith(Array.from({ length: 33 }, (_, i) => to(`r${i}`)));
    assert.throws(() => walk(wide, {}), refusedAs('uptane.endless-delegation'));
    assert.equal(walk(fileWith(Array.from({ length: 32 }, (_, i) => to(`r${i}`))), {}).visited.length, 32);
  });
});

describe('a multi-role delegation (TAP 3)', () => {
  const group = (agreement: number, more: Partial<Delegation> = {}): Delegation => ({
    ...to('first', more),
    roles: [
      { name: 'build', ...roleOf([signer]) },
      { name: 'review', ...roleOf([signer]) },
      { name: 'test', ...roleOf([signer]) },
    ],
    name: 'release',
    agreement,
  });

  it('finds an image on which enough of its roles agree', () => {
    const files = { build: listing('good'), review: listing('other'), test: listing('good') };
    assert.deepEqual(walk(fileWith([group(2)]), files).found?.chain, ['targets', 'build']);
    assert.equal(walk(fileWith([group(3)]), files).found, undefined);
  });

  it('lets the earliest role decide when two groups agree, each in itself', () => {
    const four = { ...group(2), roles: [...group(2).roles, { name: 'last', ...roleOf([signer]) }] } as Delegation;
    const files = { build: listing('1'), review: listing('2'), test: listing('2'), last: listing('1') };
    assert.deepEqual(walk(fileWith([four]), files).found?.target, targetOf('1'));
  });

  it('needs agreement about what shall match, such as release counter and hardware', () => {
    const counted = (releaseCounter: number) => targetsOf({ 'a.bin': targetOf('good', { releaseCounter }) });
    const files = { build: counted(1), review: counted(2), test: targetsOf({}) };
    assert.equal(walk(fileWith([group(2)]), files).found, undefined);
  });

  it('needs no agreement about the rest of the custom part', () => {
    const files = { build: listing('good'), review: targetsOf({ 'a.bin': targetOf('good', { uri: 'https://b' }) }) };
    assert.equal(walk(fileWith([group(2)]), files).found?.target.custom, undefined);
  });

  it('lets one role speak through a delegation of its own, once', () => {
    const files = {
      build: fileWith([to('inner')]),
      inner: listing('good'),
      review: fileWith([to('inner')]),
      test: targetsOf({}),
    };
    assert.deepEqual(walk(fileWith([group(2)]), files).found?.chain, ['targets', 'build', 'inner']);
  });

  it('goes on behind it when they disagree, unless it is terminating', () => {
    const files = { build: listing('1'), review: listing('2'), test: listing('3'), y: listing('y') };
    assert.deepEqual(walk(fileWith([group(2), to('y')]), files).found?.chain, ['targets', 'y']);
    assert.equal(walk(fileWith([group(2, { terminating: true }), to('y')]), files).found, undefined);
  });

  it('is read back as it was written', () => {
    for (const wire of [dialectA, dialectB]) {
      const file = fileWith([group(2), to('y', { hardwareIds: ['h'], terminating: true })]);
      assert.deepEqual(wire.readTargets(signPayload(file, wire, [])).signed, file);
    }
  });
});

describe('delegations as received', () => {
  const base = dialectB.payloadOf(fileWith([to('x')]));
  const withRoles = (...roles: readonly object[]) =>
    signJson(
      { ...base, delegations: { keys: (base.delegations as { keys: object }).keys as never, roles: roles as never } },
      'b',
      [],
    );
  const role = { name: 'x', keyids: [signer.keyId], threshold: 1, paths: ['*'], terminating: false };
  const at = '$.signed.delegations.roles[0]';

  it('are refused where they could mean two things', () => {
    const cases = [
      [{ ...role, name: 'Targets' }, `${at}.name`],
      [{ ...role, name: 'ROOT' }, `${at}.name`],
      [{ ...role, name: '../x' }, `${at}.name`],
      [{ ...role, name: '__proto__' }, `${at}.name`],
      [{ ...role, name: '%2e%2e' }, `${at}.name`],
      [{ ...role, name: '' }, `${at}.name`],
      [{ ...role, name: 'x'.repeat(101) }, `${at}.name`],
      [{ ...role, paths: undefined }, at],
      [{ ...role, paths: undefined, path_hash_prefixes: ['ab'] }, at],
      [{ ...role, path_hash_prefixes: ['ab'] }, at],
      [{ ...role, paths: ['a/../*'] }, `${at}.paths[0]`],
      [{ ...role, paths: ['[ab]'] }, `${at}.paths[0]`],
      [{ ...role, paths: ['{a,b}'] }, `${at}.paths[0]`],
      [{ ...role, paths: ['!(a)'] }, `${at}.paths[0]`],
      [{ ...role, paths: ['**'] }, `${at}.paths[0]`],
      [{ ...role, terminating: 'yes' }, `${at}.terminating`],
      [{ ...role, threshold: 2 }, `${at}.threshold`],
      [{ ...role, keyids: ['of-the-root'] }, `${at}.keyids[0]`],
      [{ name: 'g', roleinfo: [], min_roles_in_agreement: 1, paths: ['*'] }, `${at}.roleinfo`],
      [
        { name: 'g', roleinfo: [{ ...role, rolename: 'x' }], min_roles_in_agreement: 2, paths: ['*'] },
        `${at}.min_roles_in_agreement`,
      ],
    ] as const;
    for (const [entry, place] of cases)
      assert.throws(
        () => dialectB.readTargets(withRoles(JSON.parse(JSON.stringify(entry)) as object)),
        (error: Error & { place?: string }) => error.place === place || assert.fail(`${place}: ${error.message}`),
      );
    assert.throws(
      () => dialectB.readTargets(withRoles(role, role)),
      refusedAs('uptane.wrong-value', '$.signed.delegations.roles[1]'),
    );
    assert.ok(dialectB.readTargets(withRoles(role, { ...role, name: 'constructor' })));
  });
});

describe('the right to upload an image (requirement S14)', () => {
  const top = fileWith([
    to('acme', { paths: ['acme/*'], hardwareIds: ['bcm', 'abs'] }),
    to('esp', { paths: ['esp/*'], terminating: true }),
  ]);
  const files: Readonly<Record<string, Targets>> = {
    acme: fileWith([to('acme-cz', { paths: ['acme/cz-*'] })]),
    'acme-cz': targetsOf({}),
    esp: targetsOf({ 'esp/9.bin': targetOf('9') }),
  };
  const ask = (filename: string, role: string, hardwareIds: readonly string[] = ['bcm'], from: Targets = top) =>
    authoriseUpload({ filename, role, hardwareIds }, from, (name) => files[name]);

  it('is that of the roles that a client would ask, through all delegations on the way', () => {
    assert.deepEqual(ask('acme/1.bin', 'acme'), ['targets', 'acme']);
    assert.deepEqual(ask('acme/cz-1.bin', 'acme-cz'), ['targets', 'acme', 'acme-cz']);
    assert.deepEqual(ask('esp/1.bin', 'esp', []), ['targets', 'esp']);
    assert.deepEqual(ask('any/1.bin', 'targets', []), ['targets']);
  });

  it('ends at the patterns, the hardware and the names that each delegation gives', () => {
    for (const [filename, role, hardwareIds] of [
      ['esp/1.bin', 'acme', ['bcm']],
      ['acme/x/1.bin', 'acme', ['bcm']],
      ['acme/1.bin', 'acme', ['esp']],
      ['acme/1.bin', 'acme', ['bcm', 'esp']],
      ['acme/1.bin', 'acme', []],
      ['acme/1.bin', 'acme-cz', ['bcm']],
      ['acme/1.bin', 'nobody', ['bcm']],
    ] as const)
      assert.throws(
        () => ask(filename, role, hardwareIds),
        refusedAs('uptane.not-authorised', filename),
        `${filename} ${role}`,
      );
    assert.throws(() => ask('acme/../x', 'acme'), refusedAs('uptane.wrong-value'));
  });

  it('does not exist for a name that clients find elsewhere first', () => {
    const shadowed = fileWith([to('esp', { paths: ['esp/*'] }), to('late', { paths: ['esp/*'] })]);
    assert.throws(() => ask('esp/9.bin', 'late', [], shadowed), /clients find this name in targets > esp first/);
    assert.deepEqual(ask('esp/8.bin', 'late', [], shadowed), ['targets', 'late']);
    const ended = fileWith([to('esp', { paths: ['esp/*'], terminating: true }), to('late', { paths: ['esp/*'] })]);
    assert.throws(() => ask('esp/8.bin', 'late', [], ended), refusedAs('uptane.not-authorised'));
  });

  it('is given to suppliers by patterns that are apart, and those that are not can be listed', () => {
    assert.deepEqual(overlappingDelegations(top.delegations?.list ?? []), []);
    const list = [
      to('a', { paths: ['acme/*', 'x'] }),
      to('b', { paths: ['acme/b/*'] }),
      to('c', { paths: ['*'], hardwareIds: ['h'] }),
      to('d', { paths: ['*'], hardwareIds: ['i'] }),
    ];
    const overlaps = overlappingDelegations(list);
    assert.deepEqual(overlaps[0], { roles: ['a', 'b'], patterns: ['acme/*', 'acme/b/*'] });
    assert.ok(!overlaps.some(({ roles }) => roles[0] === 'c' && roles[1] === 'd'));
    assert.equal(overlaps.length, 1 + 2 + 2 + 1 + 1);
  });
});
