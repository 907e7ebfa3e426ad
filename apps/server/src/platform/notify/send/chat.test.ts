import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatDialects } from '@bulkhead/contract';
import { chatBody } from './chat.ts';
import type { Entry, Parcel } from './parcel.ts';
import { headlineOf, htmlOf, plainTextOf } from './render.ts';

const entry: Entry = {
  topic: 'fleet.alarm',
  severity: 'critical',
  subject: 'Brake ECU',
  text: 'Look at it',
  link: 'https://bulkhead.example/vehicles',
  data: null,
  at: new Date('2026-11-20T12:00:00Z'),
};
const parcelOf = (...entries: Entry[]): Parcel => ({
  id: 'id-1',
  digest: false,
  more: 0,
  moreLink: 'https://bulkhead.example/list',
  entries,
});
const digest: Parcel = {
  ...parcelOf(entry, { ...entry, severity: 'low', subject: 'Two', link: null }),
  digest: true,
  more: 7,
};
const hostile =
  '<!channel> <@U1> <users/all> @channel @here [x](https://evil.example) *b* <https://evil.example|ok> & </p><a href=x>';

test('each chat service gets the message in its own form, with a link to the console', () => {
  const bodies = Object.fromEntries(
    chatDialects.map((dialect) => [dialect, JSON.parse(chatBody(dialect, parcelOf(entry))) as unknown]),
  );

  assert.deepEqual(bodies, {
    slack: { text: '*[critical] Brake ECU*\nLook at it\n<https://bulkhead.example/vehicles|Open in Bulkhead>' },
    mattermost: {
      text: '**\\[critical\\] Brake ECU**\nLook at it\n[Open in Bulkhead](https://bulkhead.example/vehicles)',
    },
    teams: {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            body: [
              {
                type: 'RichTextBlock',
                inlines: [{ type: 'TextRun', text: '[critical] Brake ECU', weight: 'Bolder' }],
              },
              { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'Look at it' }] },
              {
                type: 'ActionSet',
                actions: [
                  { type: 'Action.OpenUrl', title: 'Open in Bulkhead', url: 'https://bulkhead.example/vehicles' },
                ],
              },
            ],
          },
        },
      ],
    },
    'google-chat': {
      cardsV2: [
        {
          cardId: 'id-1',
          card: {
            header: { title: '[critical] Brake ECU' },
            sections: [
              {
                header: '[critical] Brake ECU',
                widgets: [
                  { textParagraph: { text: 'Look at it' } },
                  {
                    buttonList: {
                      buttons: [
                        {
                          text: 'Open in Bulkhead',
                          onClick: { openLink: { url: 'https://bulkhead.example/vehicles' } },
                        },
                      ],
                    },
                  },
                ],
              },
            ],
          },
        },
      ],
    },
  });
});

test('a foreign text can neither call a whole room nor bring in a link of its own', () => {
  const of = (dialect: (typeof chatDialects)[number]) =>
    chatBody(dialect, parcelOf({ ...entry, subject: hostile, text: hostile, link: null }));

  assert.doesNotMatch(of('slack'), /<[!@h]/);
  assert.doesNotMatch(of('mattermost'), /@(channel|here)|[^\\]\]\(|[^\\]</);
  assert.doesNotMatch(of('google-chat').replace(/"header":\{"title":"[^"]*"\}/, ''), /<users|<a /);
  const { attachments } = JSON.parse(of('teams')) as {
    attachments: [{ content: { body: { type: string; inlines: { text: string }[] }[] } }];
  };
  assert.deepEqual(
    attachments[0].content.body.map(({ type, inlines }) => [type, inlines[0]?.text]),
    [
      ['RichTextBlock', `[critical] ${hostile}`],
      ['RichTextBlock', hostile],
    ],
  );
});

test('the longest message and the longest digest stay within what the services take', () => {
  const long = { ...entry, subject: '<'.repeat(200), text: '&'.repeat(8_000) };
  const many: Parcel = { ...parcelOf(...Array<Entry>(50).fill(long)), digest: true, more: 1_000_000 };
  for (const parcel of [parcelOf(long), many])
    for (const dialect of chatDialects) {
      const body = chatBody(dialect, parcel);
      assert.ok(Buffer.byteLength(body) <= 20_000, `${dialect}: ${Buffer.byteLength(body)} bytes`);
      if (parcel.digest) assert.match(body, /and 1000038 more/);
    }
  const { text } = JSON.parse(chatBody('mattermost', many)) as { text: string };
  assert.ok(text.length < 16_383, `${text.length} characters`);
});

test('a digest names its worst severity and its number, and what it leaves out', () => {
  assert.equal(headlineOf(digest), '[critical] 9 notifications');
  assert.match(plainTextOf(digest), /\[low\] Two\nLook at it\n\nand 7 more\nhttps:\/\/bulkhead\.example\/list\n$/);
  assert.match(htmlOf(digest), /<a href="https:\/\/bulkhead\.example\/list">and 7 more<\/a>/);
  assert.match(chatBody('slack', digest), /\*and 7 more\*\\n<https:\/\/bulkhead\.example\/list\|Open the list>/);
});
