import type { ReleaseDetail } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { flash } from '../../ui/flash.tsx';
import { Actions, Page, Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { type ContentsDraft, contentsOf, draftOfContents, emptyImage, emptyRule, missingOf } from './contents-draft.ts';
import { ImageForm } from './contents-image.tsx';
import { RulesForm } from './contents-rules.tsx';
import { lockedText } from './dossier-sections.ts';
import { Block, Line, replaced } from './fields.tsx';
import { VoidWarning } from './void-warning.tsx';

interface PartProps {
  readonly draft: ContentsDraft;
  readonly onChange: (change: Partial<ContentsDraft>) => void;
}

/** Several of a list, by name. */
function Several(props: {
  label: string;
  description: string;
  options: readonly { readonly value: string; readonly label: string; readonly description?: string }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  const known = new Set(props.options.map(({ value }) => value));
  const options = [
    ...props.options,
    ...props.chosen.filter((value) => !known.has(value)).map((value) => ({ value, label: value })),
  ];
  return (
    <FormField label={props.label} description={props.description}>
      <Multiselect
        ariaLabel={props.label}
        filteringType="auto"
        placeholder="Choose"
        options={options}
        selectedOptions={options.filter(({ value }) => props.chosen.includes(value))}
        deselectAriaLabel={({ label }) => `Remove ${label ?? ''}`}
        onChange={({ detail }) => props.onChange(detail.selectedOptions.map(({ value }) => value ?? ''))}
      />
    </FormField>
  );
}

function General({ draft, onChange }: PartProps) {
  const models = useQuery(query('listModels', { query: { limit: 200 } }));
  const rxswins = useQuery(query('listRxswins', { query: { filter: 'state != superseded', limit: 200 } }));
  const definitions = (rxswins.data?.items ?? []).map(({ id, rxswin, version, model, state }) => ({
    value: id,
    label: `${rxswin} version ${version}`,
    description: `${model}, ${state}`,
  }));
  return (
    <Section title="What it is">
      <Stack>
        <Line label="Name" value={draft.name} onChange={(name) => onChange({ name })} />
        <Block
          label="Description"
          value={draft.description}
          rows={2}
          onChange={(description) => onChange({ description })}
        />
        <Checkbox checked={draft.security} onChange={({ detail }) => onChange({ security: detail.checked })}>
          It closes a security hole
        </Checkbox>
        <Several
          label="Models"
          description="Vehicle types it is for (UN R156 7.1.1.6)"
          options={(models.data?.items ?? []).map(({ code, name }) => ({
            value: code,
            label: name,
            description: code,
          }))}
          chosen={draft.models}
          onChange={(chosen) => onChange({ models: chosen })}
        />
        <Block
          label="Fixes vulnerabilities"
          description="One identifier per line, such as CVE-2026-1234"
          value={draft.fixes}
          onChange={(fixes) => onChange({ fixes })}
        />
        <Several
          label="RXSWIN definitions that hold afterwards"
          description="They must be released before the release is published (7.1.1.3)"
          options={definitions}
          chosen={draft.rxswins}
          onChange={(chosen) => onChange({ rxswins: chosen })}
        />
      </Stack>
    </Section>
  );
}

function Images({ draft, onChange }: PartProps) {
  const add = () => onChange({ items: [...draft.items, emptyImage] });
  return (
    <Section
      title="Images"
      counter={`(${draft.items.length})`}
      description="One image per ECU role and hardware: a vehicle never has to choose"
      actions={<Button onClick={add}>Add an image</Button>}
    >
      <Stack>
        {draft.items.length === 0 && 'No images yet.'}
        {draft.items.map((item, i) => (
          // rows of a draft have no identity but their place
          <ImageForm
            key={i}
            number={i + 1}
            image={item}
            onChange={(change) => onChange({ items: replaced(draft.items, i, change) })}
            onRemove={() => onChange({ items: draft.items.filter((_, k) => k !== i) })}
          />
        ))}
      </Stack>
    </Section>
  );
}

function Editor({ release }: { release: ReleaseDetail }) {
  const router = useRouter();
  const denial = useDenial('updates.write');
  const [draft, setDraft] = useState(() => draftOfContents(release));
  const [before] = useState(draft);
  const change = (next: Partial<ContentsDraft>) => setDraft({ ...draft, ...next });
  const save = useMutation({
    mutationFn: () => client.putReleaseContents({ params: { id: release.id }, body: contentsOf(draft) }),
    onSuccess: async () => {
      flash('success', 'The contents are saved');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      router.history.push(paths.release(release.id));
    },
  });
  const same = JSON.stringify(before) === JSON.stringify(draft) ? 'Nothing has been changed' : undefined;
  return (
    <Stack>
      <VoidWarning release={release} changed={same === undefined} />
      <General draft={draft} onChange={change} />
      <Images draft={draft} onChange={change} />
      <RulesForm
        rules={draft.rules}
        onAdd={() => change({ rules: [...draft.rules, emptyRule] })}
        onChange={(rules) => change({ rules })}
      />
      {save.error && <ProblemAlert error={save.error} />}
      <Actions>
        <Button onClick={() => router.history.push(paths.release(release.id))}>Back without saving</Button>
        <PermittedButton
          variant="primary"
          denial={denial ?? lockedText(release) ?? same ?? missingOf(draft)}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          Save contents
        </PermittedButton>
      </Actions>
    </Stack>
  );
}

/** What a release brings: models, images, rules, what it fixes. */
export function ReleaseContentsPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getRelease', { params: { id } }));
  return (
    <Page
      title={answer.data ? `Contents of ${answer.data.name}` : 'Contents'}
      description={<RuleLine rule={4} about="What is installed where, and what must be beside it." />}
    >
      <Loaded answer={answer} label="release" lines={10}>
        {(release) => <Editor key={release.id} release={release} />}
      </Loaded>
    </Page>
  );
}
