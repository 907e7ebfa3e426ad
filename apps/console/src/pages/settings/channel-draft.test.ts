import type { NotificationChannel } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import {
  addressesIn,
  type ChannelDraft,
  changeIn,
  draftOf,
  emptyDraft,
  missingIn,
  newChannelIn,
} from './channel-draft.ts';

const hook: ChannelDraft = { ...emptyDraft, name: ' ops ', url: ' https://hooks.example.com/x ' };
const mail: ChannelDraft = { ...hook, kind: 'smtp', addresses: 'a@b.example, c@d.example\n\ne@f.example;' };

test('only what belongs to the kind and the mode is sent', () => {
  expect(newChannelIn(hook)).toEqual({
    kind: 'webhook',
    name: 'ops',
    enabled: true,
    mode: 'immediate',
    url: 'https://hooks.example.com/x',
    subscriptions: [{ topic: '*', minSeverity: 'high' }],
  });
  expect(newChannelIn(mail)).toMatchObject({ addresses: ['a@b.example', 'c@d.example', 'e@f.example'] });
  expect(newChannelIn(mail)).not.toHaveProperty('url');
  expect(newChannelIn({ ...hook, kind: 'chat', dialect: 'teams' })).toMatchObject({ dialect: 'teams' });
  expect(newChannelIn({ ...hook, mode: 'digest', every: 'hour' }).digest).toEqual({ every: 'hour' });
  expect(newChannelIn({ ...hook, mode: 'digest', every: 'day' }).digest).toEqual({ every: 'day', at: '08:00' });
  expect(newChannelIn({ ...hook, mode: 'digest', every: 'week', weekday: 5 }).digest).toEqual({
    every: 'week',
    at: '08:00',
    weekday: 5,
  });
});

test('the form says what is missing, one thing at a time', () => {
  const cases: [ChannelDraft, RegExp][] = [
    [{ ...hook, name: ' ' }, /name/],
    [{ ...hook, url: '' }, /address/],
    [{ ...hook, url: 'hooks.example.com' }, /https/],
    [{ ...mail, addresses: ' ' }, /mail address/],
    [{ ...mail, addresses: 'a@b.example nobody' }, /nobody is not/],
    [{ ...hook, subscriptions: [] }, /topic/],
    [{ ...hook, subscriptions: [...hook.subscriptions, ...hook.subscriptions] }, /twice/],
    [{ ...hook, mode: 'digest', every: 'day', at: '25:00' }, /HH:MM/],
  ];
  for (const [draft, text] of cases) expect(missingIn(draft, true)).toMatch(text);
  for (const draft of [hook, mail, { ...hook, mode: 'digest', every: 'hour', at: '' } as const])
    expect(missingIn(draft, true)).toBeUndefined();
});

test('an address that was not typed again stays as the server has it', () => {
  const channel = {
    ...hook,
    dialect: null,
    addresses: [],
    digest: null,
    target: 'https://hooks.example.com/…',
  } as unknown as NotificationChannel;

  const draft = draftOf(channel);

  expect(draft.url).toBe('');
  expect(missingIn(draft, false)).toBeUndefined();
  expect(changeIn(draft)).not.toHaveProperty('url');
  expect(changeIn(draft)).not.toHaveProperty('kind');
});

test('addresses are parted by lines, spaces, commas and semicolons', () => {
  expect(addressesIn('\n a@b\tc@d,e@f; ;g@h\n')).toEqual(['a@b', 'c@d', 'e@f', 'g@h']);
});
