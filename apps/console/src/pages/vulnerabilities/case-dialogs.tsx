import type { CaseDetail } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, compact, query, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';

interface DialogProps {
  readonly item: CaseDetail;
  readonly onClose: () => void;
}

function useChange(work: () => Promise<unknown>, done: string, onClose: () => void) {
  return useMutation({
    mutationFn: work,
    onSuccess: async () => {
      flash('success', done);
      await queryClient.invalidateQueries({ queryKey: ['vulnerabilities'] });
      onClose();
    },
  });
}

export function PauseDialog({ item, onClose }: DialogProps) {
  const [reason, setReason] = useState('');
  const change = useChange(
    () => client.pauseCase({ params: { id: item.id }, body: { reason } }),
    'The clock stands',
    onClose,
  );
  return (
    <FormModal
      title="Stop the clock"
      action="Stop the clock"
      missing={reason.trim() === '' ? 'A reason is needed: it stands in the timeline' : undefined}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <FormField label="Reason" description="The time that the clock stands is added to the due date.">
        <Textarea value={reason} onChange={({ detail }) => setReason(detail.value)} />
      </FormField>
    </FormModal>
  );
}

export function FixDialog({ item, onClose }: DialogProps) {
  const [softwareId, setSoftwareId] = useState('');
  const [campaign, setCampaign] = useState('');
  const change = useChange(
    () => client.linkFix({ params: { id: item.id }, body: { softwareId, ...compact({ campaign }) } }),
    'The fix is named',
    onClose,
  );
  const options = item.fixedVersions.map((one) => ({
    value: one.softwareId,
    label: `${item.software} ${one.version}`,
  }));
  return (
    <FormModal
      title="Name the version that fixes it"
      action="Name the fix"
      missing={softwareId === '' ? 'Choose a version' : undefined}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <FormField label="Version" description="Versions whose SBOM does not carry the vulnerability.">
        <Select
          selectedOption={options.find(({ value }) => value === softwareId) ?? null}
          options={options}
          placeholder="Choose a version"
          empty="No version of this program is free of it yet: register one with its SBOM"
          onChange={({ detail }) => setSoftwareId(detail.selectedOption.value ?? '')}
        />
      </FormField>
      <FormField label="Campaign that ships it" description="Optional.">
        <Input value={campaign} onChange={({ detail }) => setCampaign(detail.value)} />
      </FormField>
    </FormModal>
  );
}

export function RequestDialog({ item, onClose }: DialogProps) {
  const [question, setQuestion] = useState('');
  const [days, setDays] = useState('14');
  const change = useChange(
    () => client.requestSupplier({ params: { id: item.id }, body: { question, days: Number(days) } }),
    `${item.supplier} is asked`,
    onClose,
  );
  const wrong = /^[1-9]\d{0,2}$/.test(days) ? undefined : 'Give the days as a whole number';
  return (
    <FormModal
      title={`Ask ${item.supplier}`}
      action="Ask"
      missing={question.trim() === '' ? 'Write the question' : wrong}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <FormField label="Question" description="The answer is a VEX statement of the supplier about this vulnerability.">
        <Textarea value={question} onChange={({ detail }) => setQuestion(detail.value)} />
      </FormField>
      <FormField label="Days to answer">
        <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} />
      </FormField>
    </FormModal>
  );
}

export function NoteDialog({ item, onClose }: DialogProps) {
  const [text, setText] = useState('');
  const change = useChange(
    () => client.commentCase({ params: { id: item.id }, body: { text } }),
    'The note is in the timeline',
    onClose,
  );
  return (
    <FormModal
      title="Add a note"
      action="Add note"
      missing={text.trim() === '' ? 'Write the note' : undefined}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <FormField label="Note">
        <Textarea value={text} onChange={({ detail }) => setText(detail.value)} />
      </FormField>
    </FormModal>
  );
}

export function OwnerDialog({ item, onClose }: DialogProps) {
  const operators = useQuery(query('listOperators', { query: { limit: 200 } }));
  const [owner, setOwner] = useState(item.owner?.id ?? '');
  const change = useChange(
    () => client.assignCase({ params: { id: item.id }, body: { operatorId: owner === '' ? null : owner } }),
    'The owner is set',
    onClose,
  );
  const active = operators.data?.items.filter(({ state }) => state === 'active') ?? [];
  const options = [{ value: '', label: 'Nobody' }, ...active.map(({ id, name }) => ({ value: id, label: name }))];
  return (
    <FormModal
      title="Give the case to somebody"
      action="Save"
      missing={undefined}
      busy={change.isPending}
      error={change.error ?? operators.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <FormField label="Owner">
        <Select
          selectedOption={options.find(({ value }) => value === owner) ?? null}
          options={options}
          onChange={({ detail }) => setOwner(detail.selectedOption.value ?? '')}
        />
      </FormField>
    </FormModal>
  );
}
