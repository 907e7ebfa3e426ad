import { channelKinds, chatDialects } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import Tiles from '@cloudscape-design/components/tiles';
import Toggle from '@cloudscape-design/components/toggle';
import { Section } from '../../ui/section.tsx';
import type { DraftProps, NotificationSettings } from './channel-draft.ts';
import { dialectNames, kindNames } from './channel-words.ts';

const kinds = channelKinds.map((value) => ({
  value,
  label: kindNames[value].title,
  description: kindNames[value].text,
}));
const dialects = chatDialects.map((value) => ({ value, label: dialectNames[value] }));

interface WhereProps extends DraftProps {
  readonly isNew: boolean;
  readonly target: string | undefined;
  readonly settings: NotificationSettings;
}

function Address({ draft, change, isNew, target }: Omit<WhereProps, 'settings'>) {
  if (draft.kind === 'smtp')
    return (
      <FormField label="Mail addresses" description="One on each line, at most 50.">
        <Textarea
          rows={3}
          spellcheck={false}
          value={draft.addresses}
          placeholder="security-team@example.com"
          onChange={({ detail }) => change({ addresses: detail.value })}
        />
      </FormField>
    );
  return (
    <FormField
      label="Address"
      description={
        isNew
          ? 'Where messages are posted. It is stored encrypted, and private networks are refused.'
          : `Now ${target ?? 'unknown'}. Leave it empty to keep it.`
      }
      stretch
    >
      <Input
        type="url"
        spellcheck={false}
        value={draft.url}
        placeholder={draft.kind === 'chat' ? 'https://hooks.slack.com/services/…' : 'https://soar.example.com/bulkhead'}
        onChange={({ detail }) => change({ url: detail.value })}
      />
    </FormField>
  );
}

/** Name, kind and address. The kind of a channel stays: its secrets and its log belong to it. */
export function WhereSection({ draft, change, isNew, target, settings }: WhereProps) {
  return (
    <Section title="Where">
      <SpaceBetween size="m">
        <FormField label="Name" description="As it stands in lists and in the audit log.">
          <Input
            value={draft.name}
            placeholder="VSOC on duty"
            onChange={({ detail }) => change({ name: detail.value })}
          />
        </FormField>
        {isNew && (
          <FormField label="Kind">
            <Tiles
              ariaLabel="Kind"
              columns={3}
              value={draft.kind}
              items={kinds}
              onChange={({ detail }) =>
                change({ kind: kinds.find(({ value }) => value === detail.value)?.value ?? 'webhook' })
              }
            />
          </FormField>
        )}
        {draft.kind === 'smtp' && settings.mail.reason !== null && (
          <Alert type="warning" header="Mail cannot be sent yet">
            {settings.mail.reason}
          </Alert>
        )}
        {draft.kind === 'chat' && (
          <FormField label="Service" description="Decides the form of the messages.">
            <Select
              ariaLabel="Service"
              options={dialects}
              selectedOption={dialects.find(({ value }) => value === draft.dialect) ?? null}
              onChange={({ detail }) =>
                change({
                  dialect: dialects.find(({ value }) => value === detail.selectedOption.value)?.value ?? 'slack',
                })
              }
            />
          </FormField>
        )}
        <Address draft={draft} change={change} isNew={isNew} target={target} />
        <Toggle checked={draft.enabled} onChange={({ detail }) => change({ enabled: detail.checked })}>
          {draft.enabled ? 'On: messages are sent' : 'Off: nothing new is kept for it, and what waits stays'}
        </Toggle>
      </SpaceBetween>
    </Section>
  );
}
