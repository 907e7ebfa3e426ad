import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { type ChannelDraft, missingIn, type NotificationSettings } from './channel-draft.ts';
import { WhatSection } from './channel-what.tsx';
import { WhenSection } from './channel-when.tsx';
import { WhereSection } from './channel-where.tsx';

interface ChannelFormProps {
  readonly initial: ChannelDraft;
  readonly isNew: boolean;
  /** Where it goes now, shown in place of an address that is kept secret. */
  readonly target?: string;
  readonly settings: NotificationSettings;
  readonly action: string;
  readonly denial: string | undefined;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSubmit: (draft: ChannelDraft) => void;
  readonly onCancel?: () => void;
}

/** The form of a channel: where it goes, what it hears, and when. */
export function ChannelForm(props: ChannelFormProps) {
  const { initial, isNew, target, settings, action, denial, busy, error, onSubmit, onCancel } = props;
  const [draft, setDraft] = useState(initial);
  const change = (part: Partial<ChannelDraft>) => setDraft((before) => ({ ...before, ...part }));
  const noMail = draft.kind === 'smtp' && isNew ? (settings.mail.reason ?? undefined) : undefined;
  const missing = denial ?? noMail ?? missingIn(draft, isNew);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === undefined) onSubmit(draft);
      }}
    >
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {onCancel && (
              <Button variant="link" formAction="none" onClick={onCancel}>
                Cancel
              </Button>
            )}
            <PermittedButton denial={missing} variant="primary" formAction="submit" loading={busy}>
              {action}
            </PermittedButton>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <WhereSection draft={draft} change={change} isNew={isNew} target={target} settings={settings} />
          <WhatSection draft={draft} change={change} topics={settings.topics} />
          <WhenSection draft={draft} change={change} />
          {Boolean(error) && <ProblemAlert error={error} />}
        </SpaceBetween>
      </Form>
    </form>
  );
}
