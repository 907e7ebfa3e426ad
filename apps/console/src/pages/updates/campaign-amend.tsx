import type { Call, CampaignDetail, Operations } from '@bulkhead/contract';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { NumberField, ReleaseField, replaced } from './fields.tsx';
import { Comment } from './release-dialogs.tsx';

type Amendment = Call<Operations['amendCampaign']>['body'];

const number = (text: string) => (/^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN);

/** A correction of a campaign that is halted: another release, other thresholds, another attempt for what failed. */
export function AmendDialog({ campaign, onClose }: { campaign: CampaignDetail; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [releaseId, setReleaseId] = useState(campaign.releaseId);
  const [retryFailed, setRetryFailed] = useState(true);
  const [perMinute, setPerMinute] = useState(String(campaign.rules.rate.perMinute));
  const [maxInFlight, setMaxInFlight] = useState(String(campaign.rules.maxInFlight));
  const open = campaign.waves.filter(({ state }) => state !== 'finished');
  const [waves, setWaves] = useState(
    open.map(({ ordinal, name, success, error }) => ({
      ordinal,
      name,
      success: String(success.percent),
      error: String(error.percent),
      minimum: String(error.minimum),
    })),
  );
  const numbers = [
    perMinute,
    maxInFlight,
    ...waves.flatMap(({ success, error, minimum }) => [success, error, minimum]),
  ];
  const body = (): Amendment => ({
    reason: reason.trim(),
    releaseId,
    retryFailed,
    rules: {
      ...campaign.rules,
      rate: { ...campaign.rules.rate, perMinute: number(perMinute) },
      maxInFlight: number(maxInFlight),
    },
    waves: waves.map((wave, i) => ({
      ordinal: wave.ordinal,
      success: { percent: number(wave.success) },
      error: { ...open[i]?.error, percent: number(wave.error), minimum: number(wave.minimum) },
    })),
  });
  const amend = useMutation({
    mutationFn: () => client.amendCampaign({ params: { id: campaign.id }, body: body() }),
    onSuccess: async () => {
      flash('success', 'The campaign is corrected', 'Ask for it to be resumed; a second person must agree again.');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      onClose();
    },
  });
  const missing = numbers.some((text) => Number.isNaN(number(text)))
    ? 'A number is missing'
    : reason.trim().length >= 3
      ? undefined
      : 'Say why';
  return (
    <FormModal
      title="Correct the campaign"
      action="Correct"
      missing={missing}
      busy={amend.isPending}
      error={amend.error}
      onSubmit={() => amend.mutate()}
      onClose={onClose}
    >
      <ReleaseField label="Release" value={releaseId} onChange={setReleaseId} />
      <Checkbox
        checked={retryFailed}
        description="Their errors are forgiven; only what comes after is judged"
        onChange={({ detail }) => setRetryFailed(detail.checked)}
      >
        Vehicles that failed get one more attempt
      </Checkbox>
      <ColumnLayout columns={2}>
        <NumberField label="Offers a minute" value={perMinute} onChange={setPerMinute} />
        <NumberField label="At most in flight" value={maxInFlight} onChange={setMaxInFlight} />
      </ColumnLayout>
      {waves.map((wave, i) => (
        <ColumnLayout key={wave.ordinal} columns={3}>
          <NumberField
            label={`${wave.name}: must succeed (%)`}
            value={wave.success}
            onChange={(success) => setWaves(replaced(waves, i, { success }))}
          />
          <NumberField
            label={`${wave.name}: stops at errors (%)`}
            value={wave.error}
            onChange={(error) => setWaves(replaced(waves, i, { error }))}
          />
          <NumberField
            label={`${wave.name}: of at least`}
            value={wave.minimum}
            onChange={(minimum) => setWaves(replaced(waves, i, { minimum }))}
          />
        </ColumnLayout>
      ))}
      <Comment
        label="Reason"
        description="What was wrong and what is different now"
        value={reason}
        onChange={setReason}
      />
    </FormModal>
  );
}
