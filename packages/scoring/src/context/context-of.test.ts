import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { contextOf, type EcuPlace } from './context-of.ts';
import { knowsFunction } from './ecu-functions.ts';
import { widestWayIn } from './interfaces.ts';

const behindGateway: EcuPlace = { function: 'brake', network: 'closed', gateway: false, interfaces: [] };

/** The inventory's own list, read as text: this package must not depend on the contract. */
function inventoryWords(list: 'ecuFunctions' | 'interfaceKinds'): string[] {
  const source = readFileSync(new URL('../../../contract/src/inventory/words.ts', import.meta.url), 'utf8');
  const [, body = ''] = source.split(`${list} = [`);
  return [...(body.split(']')[0] ?? '').matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
}

describe('the words of the inventory', () => {
  it('are known, every function but "other" and every interface', () => {
    const functions = inventoryWords('ecuFunctions');
    assert.ok(functions.length >= 14, `${functions.length} functions were found`);
    assert.deepEqual(
      functions.filter((name) => !knowsFunction(name)),
      ['other'],
    );
    const interfaces = inventoryWords('interfaceKinds');
    assert.ok(interfaces.length >= 11, `${interfaces.length} interfaces were found`);
    assert.deepEqual(
      interfaces.filter((name) => widestWayIn([name])?.words.includes('unknown')),
      [],
    );
  });
});

describe('how an ECU is reached', () => {
  it('is small and adjacent behind a gateway in a closed network', () => {
    const { exposure, reach, because } = contextOf(behindGateway);
    assert.deepEqual({ exposure, reach }, { exposure: 'small', reach: 'adjacent' });
    assert.equal(because[0], 'reachable only through a gateway (closed network)');
  });

  it('is open and remote over cellular, whatever else the ECU has', () => {
    const place = { ...behindGateway, network: 'open', interfaces: ['usb', 'wifi', 'cellular'] } as const;
    const { exposure, reach, because } = contextOf(place);
    assert.deepEqual({ exposure, reach }, { exposure: 'open', reach: 'remote' });
    assert.equal(because[0], 'reachable over cellular');
  });

  it('is controlled on an open bus without an interface, and for a gateway', () => {
    const neighbour = contextOf({ ...behindGateway, network: 'open' });
    assert.deepEqual([neighbour.exposure, neighbour.reach], ['controlled', 'remote']);
    const gateway = contextOf({ ...behindGateway, gateway: true });
    assert.deepEqual([gateway.exposure, gateway.reach], ['controlled', 'remote']);
    const withPort = contextOf({ ...behindGateway, gateway: true, network: 'open', interfaces: ['obd'] });
    assert.equal(withPort.because[0], 'reachable over the OBD port and from the networks it joins');
  });

  it('stays remote for a short-range interface until the bus is known to be closed', () => {
    const place = { ...behindGateway, network: 'open', interfaces: ['bluetooth'] } as const;
    assert.deepEqual([contextOf(place).exposure, contextOf(place).reach], ['controlled', 'remote']);
    assert.equal(contextOf({ ...place, openBus: false }).reach, 'adjacent');
  });

  it('is the widest for an interface that nobody has described', () => {
    const { exposure, reach, because } = contextOf({ ...behindGateway, interfaces: ['nfc', 'satellite-link'] });
    assert.deepEqual({ exposure, reach }, { exposure: 'open', reach: 'remote' });
    assert.match(because[0] ?? '', /unknown kind, the widest is assumed/);
  });
});

describe('what hangs on an ECU', () => {
  it('follows from its function', () => {
    const { safety, mission, because } = contextOf({ ...behindGateway, function: 'steering' });
    assert.deepEqual({ safety, mission }, { safety: 'catastrophic', mission: 'mission-failure' });
    assert.deepEqual(because.slice(1), [
      'steers the vehicle (steering, catastrophic)',
      'the vehicle does not drive without it',
    ]);
  });

  it('is what the risk assessment says, where it says so, milder or worse', () => {
    for (const safetyFromTara of ['negligible', 'catastrophic'] as const) {
      const { safety, because } = contextOf({ ...behindGateway, function: 'body', safetyFromTara });
      assert.equal(safety, safetyFromTara);
      assert.match(because[1] ?? '', new RegExp(`\\(body, ${safetyFromTara} by the risk assessment\\)`));
    }
  });

  it('is critical for a function that nobody has described, and its name cannot forge text', () => {
    for (const name of ['other', '__proto__', 'constructor', `x\n${'y'.repeat(1000)}`]) {
      const { safety, because } = contextOf({ ...behindGateway, function: name });
      assert.equal(safety, 'critical');
      assert.ok(!because.join('').includes('\n') && because.join('').length < 300);
    }
  });
});
