import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@bulkhead/kernel';
import { createAudit } from '../../platform/audit/audit.ts';
import { openDatabase } from '../../platform/db/database.ts';
import { createOutbox } from '../../platform/outbox/outbox.ts';
import { engine } from './campaign-life.ts';
import type { UpdatesDeps } from './deps.ts';
import { driveStep } from './drive.ts';
import { planStep } from './plan.ts';

/** `node testing-engine.ts plan|drive URL CAMPAIGN`: a replica that a test kills; small slices, so that there is much to kill. */
const [task, url = '', campaign = ''] = process.argv.slice(2);
const { db } = await openDatabase({ url, maxConnections: 4 });
const deps: UpdatesDeps = {
  db,
  clock: systemClock,
  bind: (tx) => ({ audit: createAudit(tx), outbox: createOutbox(tx) }),
  startPlanning: async () => '',
};
process.send?.('ready');
for (;;) {
  if (task === 'plan') {
    if ((await planStep(deps, campaign, engine, 40)).ended) break;
  } else if (!(await driveStep(deps, campaign, 7))) await sleep(5);
}
process.exit(0);
