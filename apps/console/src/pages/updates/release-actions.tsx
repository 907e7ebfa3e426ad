import type { ReleaseDetail } from '@bulkhead/contract';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { Actions } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { useFourEyes } from './marks.tsx';
import { ApproveDialog, EndDialog, PublishDialog, ReturnDialog, SignOffDialog } from './release-dialogs.tsx';
import { releaseLooks } from './update-words.ts';

type Dialog = 'sign-off' | 'approve' | 'publish' | 'return' | 'deprecated' | 'withdrawn';

const inState = (release: ReleaseDetail | undefined, states: readonly ReleaseDetail['state'][], verb: string) => {
  if (!release) return 'The release is not loaded';
  if (states.includes(release.state)) return undefined;
  return `${releaseLooks[release.state][1]}: a release can be ${verb} only while it is ${states
    .map((state) => releaseLooks[state][1].toLowerCase())
    .join(' or ')}`;
};

/** Why a step is not possible now, for each; the permission first, then the state, then the person. */
function useRefusals(release: ReleaseDetail | undefined) {
  const write = useDenial('updates.write');
  const approve = useDenial('updates.approve');
  const issue = useDenial('updates.release');
  const wrote = useFourEyes(release?.authors ?? [], 'written parts of this release');
  const standing = release?.approvals.filter(({ voidedAt }) => voidedAt === null) ?? [];
  const agreed = useFourEyes(
    standing.map(({ by }) => by),
    'approved it already',
  );
  const signed = release?.signOff?.passed && release.signOff.voidedAt === null;
  const gaps = release?.gaps.length ?? 0;
  return {
    change: write ?? inState(release, ['draft', 'in-verification', 'approved'], 'changed'),
    submit:
      write ??
      inState(release, ['draft'], 'handed to verification') ??
      (gaps > 0 ? `${gaps} things are missing, see Dossier` : undefined),
    signOff: approve ?? inState(release, ['in-verification', 'approved'], 'signed off') ?? wrote,
    approve:
      approve ??
      inState(release, ['in-verification'], 'approved') ??
      (signed ? undefined : 'Verification is not signed off yet: that comes first') ??
      wrote ??
      agreed,
    return: approve ?? inState(release, ['in-verification', 'approved'], 'returned'),
    publish: issue ?? inState(release, ['approved'], 'published'),
    deprecate: issue ?? inState(release, ['published'], 'deprecated'),
    withdraw:
      issue ?? inState(release, ['draft', 'in-verification', 'approved', 'published', 'deprecated'], 'withdrawn'),
    campaign: write ?? inState(release, ['published'], 'shipped'),
  };
}

const item = (id: Dialog | 'contents' | 'dossier', text: string, refusal: string | undefined) => ({
  id,
  text,
  ...(refusal ? { disabled: true, disabledReason: refusal } : {}),
});

/** Every step of a release, in order; those not possible now say why. */
export function ReleaseActions({ release }: { release: ReleaseDetail | undefined }) {
  const router = useRouter();
  const [dialog, setDialog] = useState<Dialog>();
  const refusals = useRefusals(release);
  const submit = useMutation({
    mutationFn: (id: string) => client.submitRelease({ params: { id }, body: {} }),
    onSuccess: async () => {
      flash('success', 'The release is in verification', 'Somebody who did not write it signs off next.');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
    },
    onError: flashFailure,
  });
  const close = () => setDialog(undefined);
  const go = (id: string) => {
    if (!release) return;
    if (id === 'contents') router.history.push(paths.releaseContents(release.id));
    else if (id === 'dossier') router.history.push(paths.releaseDossier(release.id));
    else setDialog(id as Dialog);
  };
  return (
    <Actions>
      <ButtonDropdown
        items={[item('contents', 'Contents and rules…', refusals.change), item('dossier', 'Dossier…', refusals.change)]}
        onItemClick={({ detail }) => go(detail.id)}
      >
        Change
      </ButtonDropdown>
      <PermittedButton
        denial={refusals.submit}
        loading={submit.isPending}
        onClick={() => release && submit.mutate(release.id)}
      >
        Hand to verification
      </PermittedButton>
      <PermittedButton denial={refusals.signOff} onClick={() => setDialog('sign-off')}>
        Sign off…
      </PermittedButton>
      <PermittedButton denial={refusals.approve} onClick={() => setDialog('approve')}>
        Approve…
      </PermittedButton>
      <PermittedButton denial={refusals.publish} onClick={() => setDialog('publish')}>
        Publish…
      </PermittedButton>
      <ButtonDropdown
        items={[
          item('return', 'Return to its authors…', refusals.return),
          item('deprecated', 'Deprecate…', refusals.deprecate),
          item('withdrawn', 'Withdraw…', refusals.withdraw),
        ]}
        onItemClick={({ detail }) => go(detail.id)}
      >
        More
      </ButtonDropdown>
      <PermittedButton
        variant="primary"
        denial={refusals.campaign}
        onClick={() => release && router.history.push(paths.newCampaign(release.id))}
      >
        Prepare a campaign
      </PermittedButton>
      {release && dialog === 'sign-off' && <SignOffDialog release={release} onClose={close} />}
      {release && dialog === 'approve' && <ApproveDialog release={release} onClose={close} />}
      {release && dialog === 'publish' && <PublishDialog release={release} onClose={close} />}
      {release && dialog === 'return' && <ReturnDialog release={release} onClose={close} />}
      {release && (dialog === 'deprecated' || dialog === 'withdrawn') && (
        <EndDialog release={release} to={dialog} onClose={close} />
      )}
    </Actions>
  );
}
