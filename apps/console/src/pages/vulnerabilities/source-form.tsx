import type { Source } from '@bulkhead/contract';
import Checkbox from '@cloudscape-design/components/checkbox';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { type Draft, draftOf, missingIn, newDraft, settingsOf } from './source-draft.ts';
import { everyInWords, kindHelp, kindWords, originWords } from './source-words.ts';

const kinds = ['advisories', 'kev', 'epss', 'vex'] as const;
const origins = ['url', 'directory', 'upload'] as const;
const intervals = [15, 60, 360, 720, 1_440, 10_080] as const;
const onlyWhenAsked = 'none';

interface FieldsProps {
  readonly draft: Draft;
  readonly change: (change: Partial<Draft>) => void;
}

/** What cannot be changed later. */
function Identity({ draft, change }: FieldsProps) {
  const kindOption = (kind: Source['kind']) => ({ value: kind, label: kindWords[kind], description: kindHelp[kind] });
  const originOption = (origin: Source['origin']) => ({ value: origin, label: originWords[origin] });
  return (
    <>
      <FormField label="It carries">
        <Select
          selectedOption={kindOption(draft.kind)}
          options={kinds.map(kindOption)}
          onChange={({ detail }) => change({ kind: detail.selectedOption.value as Draft['kind'] })}
        />
      </FormField>
      <FormField label="It comes from">
        <Select
          selectedOption={originOption(draft.origin)}
          options={origins.map(originOption)}
          onChange={({ detail }) => change({ origin: detail.selectedOption.value as Draft['origin'] })}
        />
      </FormField>
    </>
  );
}

function Location({ draft, change }: FieldsProps) {
  if (draft.origin !== 'url' && draft.origin !== 'directory') return null;
  const url = draft.origin === 'url';
  return (
    <FormField
      label={url ? 'URL' : 'Directory'}
      description={
        url
          ? 'https://, answered as JSON, NDJSON or CSV, also packed (gzip, zip, tar, zstd)'
          : 'Below vulnerabilities.directory of the configuration; read with all folders in it'
      }
    >
      <Input
        value={draft.location}
        placeholder={url ? 'https://feeds.example.org/all.zip' : 'cve'}
        onChange={({ detail }) => change({ location: detail.value })}
        spellcheck={false}
      />
    </FormField>
  );
}

function Schedule({ draft, change }: FieldsProps) {
  if (draft.origin !== 'url' && draft.origin !== 'directory') return null;
  const option = (minutes: number | null) => ({
    value: minutes === null ? onlyWhenAsked : String(minutes),
    label: minutes === null ? 'Only when asked' : `Every ${everyInWords(minutes).replace('every ', '')}`,
  });
  const known = new Set<number | null>([...intervals, draft.everyMinutes, null]);
  return (
    <FormField label="Read" description="After a failure it is tried again sooner">
      <Select
        selectedOption={option(draft.everyMinutes)}
        options={[...known].map(option)}
        onChange={({ detail }) => {
          const { value = onlyWhenAsked } = detail.selectedOption;
          change({ everyMinutes: value === onlyWhenAsked ? null : Number(value) });
        }}
      />
    </FormField>
  );
}

function Alarms({ draft, change }: FieldsProps) {
  const number = (key: 'staleAfterHours' | 'quietAfterDays', label: string, description: string) => (
    <FormField label={label} description={description}>
      <Input
        type="number"
        inputMode="numeric"
        value={draft[key]}
        onChange={({ detail }) => change({ [key]: detail.value })}
      />
    </FormField>
  );
  return (
    <ExpandableSection headerText="When people are told, and what is removed">
      <SpaceBetween size="m">
        {number('staleAfterHours', 'Out of date after', 'Hours without a successful reading; empty takes the default')}
        {number('quietAfterDays', 'Suspiciously quiet after', 'Days without anything new; empty never tells')}
        {draft.origin === 'url' && (
          <Checkbox
            checked={draft.removeMissing}
            description="Only for a URL that always gives everything. Never for one that gives what is new."
            onChange={({ detail }) => change({ removeMissing: detail.checked })}
          >
            Remove records that the file no longer holds
          </Checkbox>
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}

/** Adds a source, or changes the settings of one. */
export function SourceForm({ source, onClose }: { source?: Source; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => (source ? draftOf(source) : newDraft()));
  const change = (more: Partial<Draft>) => setDraft((before) => ({ ...before, ...more }));
  const save = useMutation({
    mutationFn: () => {
      const settings = settingsOf(draft, source === undefined);
      if (source) return client.updateSource({ params: { id: source.id }, body: settings });
      const { kind, origin } = draft;
      return client.createSource({ body: { kind, origin: origin === 'own' ? 'upload' : origin, ...settings } });
    },
    onSuccess: async ({ name }) => {
      flash('success', source ? `Source ${name} is changed` : `Source ${name} is added`);
      await queryClient.invalidateQueries({ queryKey: [areaOf('listSources')] });
      onClose();
    },
  });
  return (
    <FormModal
      title={source ? `Change ${source.name}` : 'Add a source'}
      action={source ? 'Save' : 'Add source'}
      missing={missingIn(draft)}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {!source && <Identity draft={draft} change={change} />}
      <FormField label="Name">
        <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value })} />
      </FormField>
      <Location draft={draft} change={change} />
      <Schedule draft={draft} change={change} />
      {source && source.origin !== 'own' && (
        <Checkbox checked={draft.enabled} onChange={({ detail }) => change({ enabled: detail.checked })}>
          It is read on its schedule
        </Checkbox>
      )}
      <Alarms draft={draft} change={change} />
    </FormModal>
  );
}
