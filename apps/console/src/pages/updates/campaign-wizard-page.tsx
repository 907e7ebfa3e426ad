import './updates.css';
import type { CampaignDetail } from '@bulkhead/contract';
import Wizard from '@cloudscape-design/components/wizard';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { Gate } from '../../shell/gate.tsx';
import { flash } from '../../ui/flash.tsx';
import { useTitle } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useSearchValue } from '../../ui/use-search-value.ts';
import { type CampaignDraft, definitionOf, draftOfCampaign, newDraft } from './campaign-draft.ts';
import { stepFaults } from './campaign-faults.ts';
import { PaceStep } from './wizard-pace.tsx';
import { ReleaseStep } from './wizard-release.tsx';
import { ReviewStep } from './wizard-review.tsx';
import { StopStep } from './wizard-stop.tsx';
import { TargetStep } from './wizard-target.tsx';
import { WavesStep } from './wizard-waves.tsx';

const texts = {
  stepNumberLabel: (step: number) => `Step ${step}`,
  collapsedStepsLabel: (step: number, count: number) => `Step ${step} of ${count}`,
  navigationAriaLabel: 'Steps',
  cancelButton: 'Cancel',
  previousButton: 'Previous',
  nextButton: 'Next',
  optional: 'optional',
};

/** Creates a campaign, or changes one that has not started; then freezes its list if wished. */
async function save(
  draft: CampaignDraft,
  existing: CampaignDetail | undefined,
  plan: boolean,
): Promise<CampaignDetail> {
  const body = definitionOf(draft);
  const saved = existing
    ? await client.putCampaign({ params: { id: existing.id }, body })
    : await client.createCampaign({ body });
  return plan ? client.planCampaign({ params: { id: saved.id }, body: {} }) : saved;
}

function CampaignWizard({ existing, first }: { existing?: CampaignDetail; first: CampaignDraft }) {
  const router = useRouter();
  const [draft, setDraft] = useState(first);
  const [step, setStep] = useState(0);
  const [tried, setTried] = useState(false);
  const [typed, setTyped] = useState('');
  const [plan, setPlan] = useState(true);
  const faults = stepFaults(draft);
  const create = useMutation({
    mutationFn: () => save(draft, existing, plan),
    onSuccess: async (campaign) => {
      flash(
        'success',
        `The campaign ${campaign.name} is ${existing ? 'changed' : 'defined'}`,
        'No vehicle gets anything before it is started and a second person has agreed.',
      );
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      router.history.push(paths.campaign(campaign.id));
    },
  });
  const props = { draft, tried, onChange: (change: Partial<CampaignDraft>) => setDraft({ ...draft, ...change }) };
  const confirmed = typed === draft.name.trim() ? undefined : `Type ${draft.name.trim()} to confirm`;
  const fault = step === 5 ? (faults.find(Boolean) ?? confirmed) : faults[step];
  const go = (to: number) => {
    const blocked = to > step && faults.slice(step, to).some(Boolean);
    setTried(blocked);
    if (!blocked) setStep(to);
  };
  const errorOf = (at: number) => (tried && at === step ? fault : undefined);
  const stepOf = (title: string, description: string, content: React.ReactNode, at: number) => {
    const errorText = errorOf(at);
    return { title, description, content, ...(errorText ? { errorText } : {}) };
  };
  return (
    <>
      {create.error && <ProblemAlert error={create.error} />}
      <Wizard
        i18nStrings={{ ...texts, submitButton: existing ? 'Change campaign' : 'Create campaign' }}
        activeStepIndex={step}
        isLoadingNextStep={create.isPending}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => router.history.push(existing ? paths.campaign(existing.id) : paths.campaigns())}
        onSubmit={() => {
          setTried(true);
          if (!fault) create.mutate();
        }}
        steps={[
          stepOf('Release', 'What is shipped, and what vehicles go back to', <ReleaseStep {...props} />, 0),
          stepOf('Target', 'Which vehicles; the list is frozen later', <TargetStep {...props} />, 1),
          stepOf('Waves', 'Rings, and when each lets the next begin or stops', <WavesStep {...props} />, 2),
          stepOf('Pace', 'Rate, windows, time-outs, further attempts', <PaceStep {...props} />, 3),
          stepOf('When it goes wrong', 'What counts as an error, and what happens then', <StopStep {...props} />, 4),
          stepOf(
            'Review',
            'The consequence first',
            <ReviewStep draft={draft} typed={typed} onTyped={setTyped} plan={plan} onPlan={setPlan} />,
            5,
          ),
        ]}
      />
    </>
  );
}

/** A campaign from the first word to the frozen list. */
export function NewCampaignPage() {
  useTitle('Prepare a campaign');
  const [release] = useSearchValue('release');
  return (
    <Gate permission="updates.write" what="the preparation of campaigns" title="Prepare a campaign">
      <h1 className="bh-hidden">Prepare a campaign</h1>
      <CampaignWizard first={{ ...newDraft, releaseId: release ?? '' }} />
    </Gate>
  );
}

/** The same steps for a campaign that has not started; a frozen list is dropped. */
export function ChangeCampaignPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getCampaign', { params: { id } }));
  useTitle('Change a campaign');
  return (
    <Gate permission="updates.write" what="the preparation of campaigns" title="Change a campaign">
      <h1 className="bh-hidden">Change a campaign</h1>
      <Loaded answer={answer} label="campaign" lines={10}>
        {(campaign) => <CampaignWizard key={campaign.id} existing={campaign} first={draftOfCampaign(campaign)} />}
      </Loaded>
    </Gate>
  );
}
