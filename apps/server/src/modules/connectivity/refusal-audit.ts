import type { AuditRecord } from './deps.ts';
import type { JournalPage } from './journal.ts';

/** Entries a minute at most; the rest of the minute is one entry with a number. The rows keep the exact counts. */
const mostPerMinute = 60;

/**
 * Which refusals are written to the audit log: the first of each party and kind in a minute. A flood, even one from many
 * addresses, cannot fill a log that is never cut.
 */
export function createRefusalAudit(): (page: JournalPage) => readonly AuditRecord[] {
  let minute = 0;
  let seen = new Set<string>();
  let unnamed = 0;
  return (page) => {
    const records: AuditRecord[] = [];
    const current = Math.floor(page.now.getTime() / 60_000);
    if (current !== minute) {
      if (unnamed > 0) records.push(summary(unnamed, page.now));
      minute = current;
      seen = new Set();
      unnamed = 0;
    }
    for (const refusal of page.refusals) {
      const key = `${refusal.kind} ${refusal.ecuId ?? refusal.address}`;
      if (seen.has(key)) continue;
      if (seen.size >= mostPerMinute) {
        unnamed += refusal.count;
        continue;
      }
      seen.add(key);
      records.push({
        action: 'connectivity.refuse',
        subject: refusal.vin === undefined ? refusal.address : `${refusal.vin}/${refusal.serial ?? ''}`,
        by:
          refusal.ecuId === undefined
            ? door
            : { kind: 'vehicle', id: refusal.ecuId, name: `${refusal.vin ?? ''}/${refusal.serial ?? ''}` },
        details: { kind: refusal.kind, address: refusal.address, detail: refusal.detail, count: refusal.count },
        at: refusal.lastAt,
      });
    }
    return records;
  };
}

const door = { kind: 'system', id: 'connectivity', name: 'vehicle front door' } as const;

const summary = (count: number, at: Date): AuditRecord => ({
  action: 'connectivity.refuse-many',
  subject: 'many parties',
  by: door,
  details: { count, minutes: 1 },
  at,
});
