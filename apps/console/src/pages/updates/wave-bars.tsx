import './updates.css';
import type { CampaignDetail, CampaignWave } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import { useId } from 'react';
import { paths } from '../../paths.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { integer } from '../../ui/time.ts';
import { WaveMark } from './marks.tsx';
import {
  errorText,
  type Part,
  type Segment,
  segmentsOf,
  successMark,
  successText,
  waveSentence,
} from './wave-figures.ts';

const names: Readonly<Record<Part, string>> = {
  updated: 'Updated',
  errors: 'Errors',
  underWay: 'Under way',
  waiting: 'Waiting',
  out: 'Not taking part',
};
const parts = Object.keys(names) as Part[];

/** Each part has a pattern of its own, so that nothing depends on telling colours apart. */
function Patterns({ id }: { id: string }) {
  return (
    <defs>
      {parts.map((part) => (
        <pattern key={part} id={`${id}${part}`} width="8" height="8" patternUnits="userSpaceOnUse">
          <rect width="8" height="8" className={`bh-part-${part}`} />
          {part === 'errors' && <path d="M0 8 L8 0 M-2 2 L2 -2 M6 10 L10 6" className="bh-part-line" />}
          {part === 'underWay' && <circle cx="4" cy="4" r="1.6" className="bh-part-dot" />}
          {part === 'out' && <path d="M0 4 H8" className="bh-part-line" />}
        </pattern>
      ))}
    </defs>
  );
}

/** A square with the pattern of a part, for the legend. */
function Swatch({ part }: { part: Part }) {
  const id = useId();
  return (
    <svg className="bh-swatch" width="16" height="16" aria-hidden="true">
      <Patterns id={id} />
      <rect x="0.5" y="0.5" width="15" height="15" fill={`url(#${id}${part})`} className="bh-bar-edge" />
    </svg>
  );
}

function Bar({ wave, segments, mark }: { wave: CampaignWave; segments: readonly Segment[]; mark: number }) {
  const id = useId();
  return (
    <svg className="bh-bar" width="100%" height="34" role="img" aria-label={waveSentence(wave, names, segments)}>
      <Patterns id={id} />
      <rect x="0" y="5" width="100%" height="24" className="bh-bar-empty" />
      {segments.map(({ part, from, width }) => (
        <rect key={part} x={`${from}%`} y="5" width={`${width}%`} height="24" fill={`url(#${id}${part})`} />
      ))}
      <rect x="0" y="5" width="100%" height="24" className="bh-bar-edge" fill="none" />
      <line x1={`${mark}%`} x2={`${mark}%`} y1="0" y2="34" className="bh-bar-mark" />
    </svg>
  );
}

/** Errors as a share of what has ended, with the share at which the wave stops. */
function ErrorBar({ wave }: { wave: CampaignWave }) {
  const id = useId();
  const { errorPercent, error } = wave;
  // a threshold of a few percent would be invisible on a scale that ends at 100
  const scale = Math.min(100, Math.max(error.percent * 2, errorPercent * 1.1, 10));
  const at = (value: number) => `${Math.min(100, (100 * value) / scale)}%`;
  return (
    <svg className="bh-bar" width="100%" height="20" aria-hidden="true">
      <Patterns id={id} />
      <rect x="0" y="5" width="100%" height="10" className="bh-bar-empty" />
      <rect x="0" y="5" width={at(errorPercent)} height="10" fill={`url(#${id}errors)`} />
      <rect x="0" y="5" width="100%" height="10" className="bh-bar-edge" fill="none" />
      <line x1={at(error.percent)} x2={at(error.percent)} y1="0" y2="20" className="bh-bar-stop" />
    </svg>
  );
}

function WaveRow({ campaign, wave }: { campaign: CampaignDetail; wave: CampaignWave }) {
  const asError = campaign.rules.countAsError;
  const segments = segmentsOf(wave, asError);
  const filter = `wave = ${wave.ordinal}`;
  return (
    <li className="bh-wave" data-state={wave.state}>
      <div className="bh-wave-head">
        <Box variant="h3" padding="n">
          {wave.ordinal}. {wave.name}
        </Box>
        <WaveMark state={wave.state} />
        <Link href={`${paths.campaign(campaign.id, 'vehicles')}&filter=${encodeURIComponent(filter)}`}>
          {integer(wave.size)} {wave.size === 1 ? 'vehicle' : 'vehicles'}
        </Link>
        {wave.startedAt && (
          <Box color="text-body-secondary">
            began <RelativeTime at={wave.startedAt} />
            {wave.finishedAt && (
              <>
                , finished <RelativeTime at={wave.finishedAt} />
              </>
            )}
          </Box>
        )}
      </div>
      <Bar wave={wave} segments={segments} mark={successMark(wave, asError)} />
      <div className="bh-wave-words">▏ {successText(wave)}</div>
      <ErrorBar wave={wave} />
      <div className="bh-wave-words">┇ {errorText(wave)}</div>
      <dl className="bh-legend">
        {segments.map(({ part, vehicles }) => (
          <div key={part}>
            <dt>
              <Swatch part={part} /> {names[part]}
            </dt>
            <dd>{integer(vehicles)}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/** A bar per wave with its thresholds drawn on it; every number stands beside it in words. */
export function WaveBars({ campaign }: { campaign: CampaignDetail }) {
  return (
    <Section
      title="Waves"
      counter={`(${campaign.waves.length})`}
      description="The line on a bar is the share that must succeed before the next wave begins; the dashed line on the thin bar is the share of errors that stops the wave"
    >
      <ol className="bh-waves">
        {campaign.waves.map((wave) => (
          <WaveRow key={wave.ordinal} campaign={campaign} wave={wave} />
        ))}
      </ol>
    </Section>
  );
}
