import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '@bulkhead/kernel';
import { createRefusalAudit } from './refusal-audit.ts';
import { createRefusals } from './refusals.ts';

describe('refusals', () => {
  const clock = manualClock('2026-11-20T10:00:00Z');
  const page = (refusals: ReturnType<ReturnType<typeof createRefusals>['take']>) => ({
    replica: 'r',
    now: clock.now(),
    connections: [],
    refusals,
    messagesIn: 0,
    messagesOut: 0,
  });

  it('of one party and kind in one minute are one row with a count', () => {
    const refusals = createRefusals(clock.now);
    for (let i = 0; i < 1_000; i++)
      refusals.note({ kind: 'topic', ecuId: 'e1', vin: 'V', serial: 'S', address: '10.0.0.1', detail: `n${i}` });
    refusals.note({ kind: 'payload', ecuId: 'e1', address: '10.0.0.1', detail: 'x' });
    const rows = refusals.take();
    assert.deepEqual(
      rows.map(({ kind, count, detail }) => [kind, count, detail]),
      [
        ['topic', 1_000, 'n999'],
        ['payload', 1, 'x'],
      ],
    );
    assert.deepEqual(refusals.take(), []);
    refusals.giveBack(rows);
    assert.equal(refusals.take()[0]?.count, 1_000);
  });

  it('from a great many strangers take bounded memory and lose no count', () => {
    const refusals = createRefusals(clock.now);
    for (let i = 0; i < 20_000; i++)
      refusals.note({ kind: 'handshake', address: `2001:db8::${i.toString(16)}`, detail: 'x' });
    const rows = refusals.take();
    assert.ok(rows.length <= 5_001);
    assert.equal(
      rows.reduce((sum, { count }) => sum + count, 0),
      20_000,
    );
    assert.equal(rows.at(-1)?.address, 'many addresses');
  });

  it('show what a stranger sent without control characters, and not all of it', () => {
    const refusals = createRefusals(clock.now);
    refusals.note({ kind: 'topic', address: 'a', detail: `\u001b[2J\u0000${'x'.repeat(1_000)}` });
    const [row] = refusals.take();
    assert.match(row?.detail ?? '', /^\ufffd\[2J\ufffdx+$/);
    assert.equal(row?.detail.length, 300);
  });

  it('reach the audit log once per party, kind and minute, and never as a flood', () => {
    const refusals = createRefusals(clock.now);
    const auditOf = createRefusalAudit();
    const note = (address: string) => refusals.note({ kind: 'handshake', address, detail: 'x' });
    for (let second = 0; second < 3; second++) {
      note('10.0.0.1');
      assert.equal(auditOf(page(refusals.take())).length, second === 0 ? 1 : 0);
    }
    for (let i = 0; i < 500; i++) note(`10.1.0.${i}`);
    assert.equal(auditOf(page(refusals.take())).length, 59);
    clock.advance(60_000);
    const later = auditOf(page([]));
    assert.deepEqual(
      later.map(({ action, details }) => [action, details.count]),
      [['connectivity.refuse-many', 441]],
    );
  });
});
