import type { VersionScheme } from '@bulkhead/versions';
import { describeCpeMatch, evaluateConfiguration } from '../cpe/configuration.ts';
import { parseCpe } from '../cpe/cpe.ts';
import { knownComponent } from '../identity/known-component.ts';
import type { AffectedPackage, ComponentIdentity } from '../model.ts';
import { boundsOf } from './contains.ts';
import { describeEntry, describeJudgement } from './describe.ts';
import { type Judgement, judge, judgeWithoutVersion } from './judge.ts';
import { cpeDoubts, cpeMeeting, type Meeting } from './meet.ts';
import { compareIn } from './order.ts';
import { chooseScheme, isUsableVersion } from './schemes.ts';

/** One entry of the record that speaks of the component, and what it says. */
export interface Finding {
  readonly affected: AffectedPackage;
  readonly meeting: Meeting;
  readonly status: Judgement['status'];
  /** Whether the version was compared, not only the default taken. */
  readonly decided: boolean;
  readonly scheme: VersionScheme;
  readonly range: string;
  readonly doubts: readonly string[];
}

/** What the entry says about the component that it met. */
export function findingOf(affected: AffectedPackage, meeting: Meeting): Finding {
  const { version } = meeting;
  if (version === undefined || !isUsableVersion(version)) {
    const doubt = version === undefined ? 'the component has no version' : `"${version}" is no version to compare`;
    const status = judgeWithoutVersion(affected);
    const doubts = status === 'affected' ? [] : [doubt];
    return {
      affected,
      meeting,
      status,
      decided: false,
      scheme: meeting.scheme ?? 'generic',
      range: describeEntry(affected),
      doubts,
    };
  }
  const scheme = chooseScheme(affected, version, meeting.scheme);
  const judgement = judge(affected, version, scheme);
  return {
    affected,
    meeting,
    status: judgement.status,
    decided: judgement.by.kind !== 'default' || affected.defaultStatus !== 'unknown',
    scheme,
    range: describeJudgement(affected, judgement),
    doubts: [
      ...doubtsOf(judgement, affected),
      ...epochDoubts(affected, version, scheme, judgement.status),
      ...moduleDoubts(judgement, version),
    ],
  };
}

/**
 * An rpm without epoch is of epoch 0, but tools lose the epoch: then the component looks older than every release. If
 * the epoch of the record changes the verdict, it is unsure.
 */
function epochDoubts(
  affected: AffectedPackage,
  version: string,
  scheme: VersionScheme,
  status: Judgement['status'],
): string[] {
  if ((scheme !== 'rpm' && scheme !== 'deb') || status !== 'affected' || /^\d+:/.test(version)) return [];
  const epochs = new Set(affected.versions.flatMap(boundsOf).map((bound) => /^(\d+):/.exec(bound)?.[1] ?? '0'));
  epochs.delete('0');
  const [epoch] = epochs;
  if (epoch === undefined || epochs.size > 1) return [];
  if (judge(affected, `${epoch}:${version}`, scheme).status === 'affected') return [];
  return [`the component has no epoch, the record has epoch ${epoch}: with it the version would not be affected`];
}

function doubtsOf({ status, by }: Judgement, { defaultStatus }: AffectedPackage): string[] {
  if (status === 'silent') return ['the record names commits only, which say nothing about a version number'];
  if (status !== 'unknown') return [];
  if (by.kind === 'open') return ['the record gives its range in words'];
  return [
    by.kind === 'default' && defaultStatus === 'unknown'
      ? 'the record does not say which versions are affected'
      : 'the record calls the status of this version unknown',
  ];
}

/**
 * Red Hat's families ship several streams of one package in modules (nodejs 16, 18, 20), each with fixes of its own, and
 * OSV does not say which stream a range is of. Below a fix of another major version nothing is sure.
 */
function moduleDoubts({ status, by }: Judgement, version: string): string[] {
  const fix = by.kind === 'statement' ? by.statement.before : undefined;
  if (status !== 'affected' || fix === undefined || !fix.includes('.module')) return [];
  const major = (text: string) => /^(?:\d+:)?(\d+)/.exec(text)?.[1];
  if (version.includes('.module') && major(version) === major(fix)) return [];
  return ['the fix is of a module stream, which need not be that of the component'];
}

/** What a CPE applicability statement says about the component, as at most one finding. */
export function configurationFinding(affected: AffectedPackage, component: ComponentIdentity): Finding[] {
  if (!affected.configuration) return [];
  const known = knownComponent(component);
  const platforms = component.platformCpes?.flatMap((text) => parseCpe(text) ?? []);
  const version =
    known.projectVersion !== undefined && isUsableVersion(known.projectVersion) ? known.projectVersion : undefined;
  const scheme: VersionScheme = known.kernel === undefined ? 'generic' : 'linux';
  const result = evaluateConfiguration(affected.configuration, {
    // Names with an open vendor come last: what a surer name meets counts.
    cpes: known.cpes.toSorted((a, b) => Number(a.cpe.vendor.kind === 'any') - Number(b.cpe.vendor.kind === 'any')),
    version,
    platforms,
    compare: (a, b) => compareIn(scheme, a, b),
  });
  if (!result) return [];
  const doubts = [
    ...(result.truth === 'open' ? ['it depends on other software or on what it runs on, which is not known'] : []),
    ...(result.versionOpen ? ['the component has no version, or the record names none'] : []),
  ];
  return [
    {
      affected,
      meeting: cpeMeeting(result.own, result.match.criteria, cpeDoubts(result.meeting), known),
      status: 'affected',
      decided: true,
      scheme,
      range: describeCpeMatch(result.match),
      doubts,
    },
  ];
}
