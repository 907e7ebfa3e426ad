import type { ReleaseDetail } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { counted } from './marks.tsx';

interface DialogProps {
  readonly release: ReleaseDetail;
  readonly onClose: () => void;
}

const refresh = () => queryClient.invalidateQueries({ queryKey: ['updates'] });

/** What is agreed to, so that nobody agrees to something they have not read. */
function Bound({ release }: { release: ReleaseDetail }) {
  return (
    <FormField
      label="What you agree to"
      description="The contents and dossier as they are on this page. If somebody changes them meanwhile, it is refused."
    >
      {release.name}, hash <span className="bh-mono">{release.hash}</span>
    </FormField>
  );
}

export function Comment(props: {
  label: string;
  description?: string;
  value: string;
  onChange: (text: string) => void;
}) {
  const { label, value, onChange, description } = props;
  return (
    <FormField label={label} {...(description ? { description } : {})}>
      <Textarea value={value} rows={3} onChange={({ detail }) => onChange(detail.value)} />
    </FormField>
  );
}

/** UN R156 7.1.2.5 i: whether verification and validation have passed. */
export function SignOffDialog({ release, onClose }: DialogProps) {
  const [comment, setComment] = useState('');
  const [passed, setPassed] = useState<string | null>(null);
  const sign = useMutation({
    mutationFn: () =>
      client.signOffRelease({
        params: { id: release.id },
        body: { hash: release.hash, comment: comment.trim(), passed: passed === 'passed' },
      }),
    onSuccess: async () => {
      flash('success', passed === 'passed' ? 'Verification is signed off' : 'Verification is recorded as failed');
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title="Sign off verification and validation"
      action="Sign off"
      missing={passed === null ? 'Say whether it has passed' : undefined}
      busy={sign.isPending}
      error={sign.error}
      onSubmit={() => sign.mutate()}
      onClose={onClose}
    >
      <Bound release={release} />
      <FormField label="Verification and validation have">
        <RadioGroup
          ariaLabel="Verification and validation have"
          value={passed}
          onChange={({ detail }) => setPassed(detail.value)}
          items={[
            { value: 'passed', label: 'Passed', description: 'It may be approved. Any later change voids this.' },
            { value: 'failed', label: 'Failed', description: 'Approvals become void and none can be given.' },
          ]}
        />
      </FormField>
      <Comment label="Comment" description="Reports you rely on" value={comment} onChange={setComment} />
    </FormModal>
  );
}

export function ApproveDialog({ release, onClose }: DialogProps) {
  const [comment, setComment] = useState('');
  const before = release.approvals.filter(({ voidedAt }) => voidedAt === null).length;
  const approve = useMutation({
    mutationFn: () =>
      client.approveRelease({ params: { id: release.id }, body: { hash: release.hash, comment: comment.trim() } }),
    onSuccess: async ({ state }) => {
      flash('success', state === 'approved' ? 'The release is approved by two' : 'One of two approvals is given');
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={`Approve the release (${before} of 2 approvals given)`}
      action="Approve"
      missing={undefined}
      busy={approve.isPending}
      error={approve.error}
      onSubmit={() => approve.mutate()}
      onClose={onClose}
    >
      <Bound release={release} />
      <Comment label="Comment" value={comment} onChange={setComment} />
    </FormModal>
  );
}

export function PublishDialog({ release, onClose }: DialogProps) {
  return (
    <DangerModal
      title="Publish the release"
      confirmWord={release.name}
      action="Publish"
      consequence={
        <>
          Campaigns may ship <b>{counted(release.contents.length, 'image')}</b> to vehicles of{' '}
          <b>{release.models.join(', ')}</b> from now on. Contents and dossier can never be changed again. No vehicle
          gets anything before a campaign is started.
        </>
      }
      onConfirm={async () => {
        await client.publishRelease({ params: { id: release.id }, body: { hash: release.hash } });
        flash('success', `${release.name} is published`, 'Prepare a campaign to ship it.');
        await refresh();
      }}
      onClose={onClose}
    />
  );
}

export function ReturnDialog({ release, onClose }: DialogProps) {
  const [reason, setReason] = useState('');
  const back = useMutation({
    mutationFn: () => client.returnRelease({ params: { id: release.id }, body: { reason: reason.trim() } }),
    onSuccess: async () => {
      flash('success', 'The release is with its authors again');
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title="Return to its authors: sign-off and approvals become void"
      action="Return"
      missing={reason.trim().length >= 3 ? undefined : 'Say why'}
      busy={back.isPending}
      error={back.error}
      onSubmit={() => back.mutate()}
      onClose={onClose}
    >
      <Comment label="Reason" description="For the authors and the record" value={reason} onChange={setReason} />
    </FormModal>
  );
}

/** Deprecates it or withdraws it; what that stops is counted first. */
export function EndDialog({ release, to, onClose }: DialogProps & { to: 'deprecated' | 'withdrawn' }) {
  const [reason, setReason] = useState('');
  const params = { id: release.id };
  const preview = useQuery({
    queryKey: ['preview', 'endRelease', { params, to }] as const,
    queryFn: () => client.endRelease({ params, body: { to, reason: 'counted before it is done', dryRun: true } }),
    staleTime: 0,
  });
  const stops = preview.data
    ? preview.data.campaigns === 0
      ? 'No running campaign ships it.'
      : `${counted(preview.data.campaigns, 'campaign')} are stopped; ${counted(preview.data.vehicles, 'vehicle')} will not be updated by them.`
    : 'Counting the campaigns that ship it…';
  return (
    <DangerModal
      title={to === 'withdrawn' ? 'Withdraw the release' : 'Deprecate the release'}
      confirmWord={release.name}
      action={to === 'withdrawn' ? 'Withdraw' : 'Deprecate'}
      missing={preview.data ? (reason.trim().length >= 3 ? undefined : 'Say why') : 'The campaigns are being counted'}
      consequence={
        to === 'withdrawn' ? (
          <>{stops} No campaign can ship it again. This cannot be undone.</>
        ) : (
          'No new campaign can ship it. Campaigns that run go on.'
        )
      }
      onConfirm={async () => {
        await client.endRelease({ params, body: { to, reason: reason.trim(), dryRun: false } });
        flash('success', `${release.name} is ${to}`);
        await refresh();
      }}
      onClose={onClose}
    >
      {preview.error && <ProblemAlert error={preview.error} />}
      <Comment label="Reason" description="For the record" value={reason} onChange={setReason} />
    </DangerModal>
  );
}
