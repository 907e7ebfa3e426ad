import type {
  CampaignDetail,
  Output,
  ReleaseDetail,
  RxswinPassage,
  Undelivered,
  updatesOperations,
} from '@bulkhead/contract';
import { type Cell, page, table } from './dossier-page.ts';

export interface CampaignReport {
  readonly at: string;
  readonly campaign: CampaignDetail;
  readonly release: ReleaseDetail;
  readonly causes: Output<typeof updatesOperations.getCampaignCauses>['causes'];
  readonly rxswins: readonly RxswinPassage[];
  readonly undelivered: readonly Undelivered[];
}

/** The report of a campaign as a page to print, in the order of ISO 24089 clause 9: prepare, execute, complete. */
export function reportPage({ at, campaign, release, causes, rxswins, undelivered }: CampaignReport): string {
  return page(`Campaign report: ${campaign.name}`, [
    ['Campaign', table(['What', 'Value'], identity(at, campaign, release))],
    [
      'Criteria (prepare)',
      table(['Wave', 'Size', 'Success from', 'Error from', 'At least', 'Soak minutes'], campaign.waves.map(criteria)),
    ],
    [
      'Course (execute)',
      table(['Wave', 'State', 'Begun', 'Finished', 'Ended', 'Succeeded', 'Errors'], campaign.waves.map(course)),
    ],
    [
      'Outcome (complete)',
      table(
        ['State', 'Vehicles'],
        campaign.counts.map(({ state, vehicles }) => [state, vehicles]),
      ),
    ],
    [
      'Causes',
      table(
        ['State', 'Cause', 'Vehicles', 'Examples'],
        causes.map((c) => [c.state, c.text, c.vehicles, c.examples.join(' ')]),
      ),
    ],
    [
      'Vehicles not reached (UN R156 9.1.3)',
      table(
        ['Cause', 'Vehicles', 'Stakeholders', 'Reason', 'Decided'],
        undelivered.map((u) => [u.text, u.vehicles, u.notice, u.reason, `${u.decided.by.name}, ${u.decided.at}`]),
      ),
    ],
    [
      'RXSWIN before and after (UN R156 7.1.1.3)',
      table(['Before', 'Hash', 'After', 'Hash', 'Vehicles'], rxswins.map(passage)),
    ],
    [
      'Who agreed',
      table(
        ['Action', 'Asked by', 'At', 'Reason', 'Decided', 'By', 'At', 'Hash'],
        campaign.requests.map((r) => [
          r.action,
          r.requested.by.name,
          r.requested.at,
          r.reason,
          r.state,
          r.decided?.by.name ?? '',
          r.decided?.at ?? '',
          r.hash,
        ]),
      ),
    ],
    [
      'Log',
      table(
        ['When', 'What', 'Text', 'Who'],
        campaign.log.toReversed().map((l) => [l.at, l.kind, l.text, l.by?.name ?? '']),
      ),
    ],
  ]);
}

const identity = (at: string, campaign: CampaignDetail, release: ReleaseDetail): (readonly Cell[])[] => [
  ['Campaign', campaign.id],
  ['State', `${campaign.state}: ${campaign.why}`],
  ['Release', `${release.name} (${release.id})`],
  ['Hash of the dossier', release.hash],
  ['Hash of the campaign', campaign.hash],
  ['Hash of the frozen list', campaign.listHash],
  ['Target query', campaign.filter || 'all vehicles'],
  ['Vehicles in waves', campaign.vehicles],
  ['Not compatible', campaign.plan.incompatible],
  ['Started', campaign.startedAt],
  ['Finished', campaign.finishedAt],
  ['This report', at],
];

type Wave = CampaignDetail['waves'][number];
const criteria = ({ name, size, success, error, soakMinutes = 0 }: Wave): readonly Cell[] => [
  name,
  size,
  `${success.percent} %`,
  error.count === undefined ? `${error.percent} %` : `${error.percent} % or ${error.count}`,
  error.minimum,
  soakMinutes,
];
const course = (wave: Wave): readonly Cell[] => [
  wave.name,
  wave.state,
  wave.startedAt,
  wave.finishedAt,
  wave.ended,
  `${Math.round(wave.successPercent * 10) / 10} %`,
  wave.errors,
];
const passage = ({ before, after, succeeded }: RxswinPassage): readonly Cell[] => [
  before ? `${before.rxswin} v${before.version}` : null,
  before?.hash ?? null,
  `${after.rxswin} v${after.version}`,
  after.hash,
  succeeded,
];
