import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

type Look = readonly [type: StatusIndicatorProps.Type, text: string];

/** Each state has an icon and a word, never a colour alone. */
const looks: Readonly<Record<string, Look>> = {
  registered: ['pending', 'Registered'],
  online: ['success', 'Online'],
  offline: ['stopped', 'Offline'],
  retired: ['not-started', 'Retired'],
  current: ['success', 'Current'],
  outdated: ['warning', 'Outdated'],
  unknown: ['info', 'Unknown'],
  none: ['not-started', 'No identity'],
  valid: ['success', 'Valid'],
  expiring: ['warning', 'Expiring'],
  expired: ['error', 'Expired'],
  revoked: ['error', 'Revoked'],
  connected: ['success', 'Connected'],
  disconnected: ['stopped', 'Disconnected'],
  queued: ['pending', 'Queued'],
  uploading: ['in-progress', 'Uploading'],
  running: ['in-progress', 'Running'],
  succeeded: ['success', 'Succeeded'],
  finished: ['success', 'Finished'],
  failed: ['error', 'Failed'],
  cancelled: ['stopped', 'Cancelled'],
  active: ['success', 'Active'],
  invited: ['pending', 'Invited'],
  disabled: ['stopped', 'Disabled'],
  live: ['success', 'Live'],
  partial: ['info', 'Partial'],
  'not-yet': ['not-started', 'Not yet'],
  info: ['info', 'Info'],
  low: ['info', 'Low'],
  medium: ['warning', 'Medium'],
  high: ['error', 'High'],
  critical: ['error', 'Critical'],
  waiting: ['pending', 'Waiting'],
  working: ['success', 'Working'],
  failing: ['error', 'Failing'],
  fresh: ['success', 'Fresh'],
  stale: ['error', 'Out of date'],
  quiet: ['warning', 'Nothing new'],
  never: ['pending', 'Never read'],
  removing: ['in-progress', 'Being removed'],
  retrying: ['warning', 'Retrying'],
  delivered: ['success', 'Delivered'],
  undeliverable: ['error', 'Undeliverable'],
  open: ['warning', 'Open'],
  'under-investigation': ['in-progress', 'Under investigation'],
  affected: ['error', 'Affected'],
  'not-affected': ['success', 'Not affected'],
  fixed: ['success', 'Fixed'],
  'waiting-for-supplier': ['pending', 'Waiting for supplier'],
  'fix-available': ['info', 'Fix available'],
  shipping: ['in-progress', 'Shipping'],
  paused: ['stopped', 'Clock stands'],
  closed: ['success', 'Closed'],
  accepted: ['success', 'In use'],
  rejected: ['warning', 'Below the gate'],
  proposed: ['pending', 'Proposed'],
  confirmed: ['success', 'Confirmed'],
  void: ['warning', 'Void: the component changed'],
  withdrawn: ['stopped', 'Withdrawn'],
  superseded: ['stopped', 'Superseded'],
  applied: ['success', 'Applied'],
  conflicting: ['warning', 'Conflicting'],
  unresolved: ['info', 'Names nothing known'],
};

export function statusText(state: string): string {
  return looks[state]?.[1] ?? state;
}

export function Status({ state, children }: { state: string; children?: React.ReactNode }) {
  const [type, text] = looks[state] ?? (['info', state] as const);
  return <StatusIndicator type={type}>{children ?? text}</StatusIndicator>;
}
