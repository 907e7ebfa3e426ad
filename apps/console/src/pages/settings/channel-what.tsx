import { notificationSeverities } from '@bulkhead/contract';
import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Select from '@cloudscape-design/components/select';
import { Section } from '../../ui/section.tsx';
import { statusText } from '../../ui/status.tsx';
import type { DraftProps, DraftSubscription, NotificationSettings } from './channel-draft.ts';

type Topics = NotificationSettings['topics'];

/** Everything, then each area as a whole, then each topic. */
function topicOptions(topics: Topics) {
  const areas = [...new Set(topics.map(({ name }) => name.slice(0, name.indexOf('.'))))];
  return [
    { value: '*', label: 'Everything', description: 'All topics, also those that come with later versions' },
    ...areas.map((area) => ({ value: `${area}.*`, label: `All of ${area}`, description: `Every topic of ${area}` })),
    ...topics.map(({ name, title, description }) => ({ value: name, label: title, labelTag: name, description })),
  ];
}

const severities = notificationSeverities.map((value) => ({
  value,
  label:
    value === 'critical' ? 'Critical only' : value === 'info' ? 'Info and above' : `${statusText(value)} and above`,
}));

/** Which topics the channel hears, each with its least severity. */
export function WhatSection({ draft, change, topics }: DraftProps & { topics: Topics }) {
  const options = topicOptions(topics);
  const set = (at: number, part: Partial<DraftSubscription>) =>
    change({ subscriptions: draft.subscriptions.map((one, i) => (i === at ? { ...one, ...part } : one)) });
  const free = options.find(({ value }) => !draft.subscriptions.some(({ topic }) => topic === value));
  return (
    <Section title="What" description="A message is sent once, also when it fits several lines.">
      <AttributeEditor<DraftSubscription>
        items={draft.subscriptions}
        addButtonText="Add a topic"
        removeButtonText="Remove"
        removeButtonAriaLabel={(one) => `Remove ${one.topic}`}
        empty="Nothing is subscribed to."
        disableAddButton={free === undefined || draft.subscriptions.length >= 50}
        onAddButtonClick={() =>
          free && change({ subscriptions: [...draft.subscriptions, { topic: free.value, minSeverity: 'high' }] })
        }
        onRemoveButtonClick={({ detail }) =>
          change({ subscriptions: draft.subscriptions.filter((_, i) => i !== detail.itemIndex) })
        }
        definition={[
          {
            label: 'Topic',
            control: ({ topic }, at) => (
              <Select
                ariaLabel="Topic"
                options={options}
                selectedOption={options.find(({ value }) => value === topic) ?? { value: topic, label: topic }}
                onChange={({ detail }) => set(at, { topic: detail.selectedOption.value ?? topic })}
              />
            ),
          },
          {
            label: 'Severity',
            control: ({ minSeverity }, at) => (
              <Select
                ariaLabel="Severity"
                options={severities}
                selectedOption={severities.find(({ value }) => value === minSeverity) ?? null}
                onChange={({ detail }) => {
                  const chosen = severities.find(({ value }) => value === detail.selectedOption.value);
                  if (chosen) set(at, { minSeverity: chosen.value });
                }}
              />
            ),
          },
        ]}
      />
    </Section>
  );
}
