import type { chatDialects } from '@bulkhead/contract';
import type { Outcome, Parcel } from './parcel.ts';
import { type PostDeps, postJson } from './post.ts';
import { entryText, escapeHtml, headlineOf, moreLineOf, shorten, titleOf } from './render.ts';

type Dialect = (typeof chatDialects)[number];

interface Block {
  readonly title: string;
  readonly text: string;
  readonly link: { readonly address: string; readonly text: string } | undefined;
}

/** The services take 4,000 (Slack, recommended) to 28,000 bytes (Teams); what is longer is read in the console. */
const longestText = 2_500;
const digestText = 100;
const digestEntries = 12;

function blocksOf(whole: Parcel): Block[] {
  const beyond = Math.max(0, whole.entries.length - digestEntries);
  const parcel = { ...whole, entries: whole.entries.slice(0, digestEntries), more: whole.more + beyond };
  const blocks: Block[] = parcel.entries.map((entry) => ({
    title: titleOf(entry),
    text: shorten(entryText(entry, parcel.digest), parcel.digest ? digestText : longestText),
    link: entry.link ? { address: entry.link, text: 'Open in Bulkhead' } : undefined,
  }));
  if (parcel.more > 0)
    blocks.push({ title: moreLineOf(parcel), text: '', link: { address: parcel.moreLink, text: 'Open the list' } });
  return blocks;
}

/** Slack: `&`, `<` and `>` stand for mentions and links unless escaped (Slack, "Formatting text for app surfaces"). */
const escapeSlack = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const slackLine = ({ title, text, link }: Block) =>
  [
    `*${escapeSlack(title).replaceAll('*', '∗')}*`,
    escapeSlack(text),
    link && `<${escapeSlack(link.address).replaceAll('|', '%7C')}|${link.text}>`,
  ]
    .filter(Boolean)
    .join('\n');

/** Markdown with every mark escaped, and no `@channel`: a zero-width space parts the mark from the name. */
const escapeMarkdown = (text: string) =>
  text.replaceAll(/[\\`*_{}[\]()#+\-.!|~<>:]/g, '\\$&').replaceAll('@', '@\u200b');
const mattermostLine = ({ title, text, link }: Block) =>
  [
    `**${escapeMarkdown(title)}**`,
    escapeMarkdown(text),
    link && `[${link.text}](${link.address.replaceAll(/[()]/g, (mark) => (mark === '(' ? '%28' : '%29'))})`,
  ]
    .filter(Boolean)
    .join('\n');

/** A TextRun of a RichTextBlock is plain text, unlike a TextBlock, which reads Markdown (Adaptive Cards 1.4). */
const teamsRun = (text: string, bold: boolean) => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', text, ...(bold ? { weight: 'Bolder' } : {}) }],
});
const teamsBlock = ({ title, text, link }: Block) => [
  teamsRun(title, true),
  ...(text === '' ? [] : [teamsRun(text, false)]),
  ...(link ? [{ type: 'ActionSet', actions: [{ type: 'Action.OpenUrl', title: link.text, url: link.address }] }] : []),
];

/** Text of a card is HTML, where a mention has no form; plain `text` would read `<users/all>` as one (Google Chat). */
const googleSection = ({ title, text, link }: Block) => ({
  header: shorten(escapeHtml(title), 200),
  widgets: [
    ...(text === '' ? [] : [{ textParagraph: { text: escapeHtml(text).replaceAll('\n', '<br>') } }]),
    ...(link ? [{ buttonList: { buttons: [{ text: link.text, onClick: { openLink: { url: link.address } } }] } }] : []),
  ],
});

const bodies: Readonly<Record<Dialect, (parcel: Parcel, blocks: Block[]) => unknown>> = {
  slack: (_, blocks) => ({ text: blocks.map(slackLine).join('\n\n') }),
  mattermost: (_, blocks) => ({ text: blocks.map(mattermostLine).join('\n\n') }),
  teams: (_, blocks) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: blocks.flatMap(teamsBlock),
        },
      },
    ],
  }),
  'google-chat': (parcel, blocks) => ({
    cardsV2: [
      { cardId: parcel.id, card: { header: { title: headlineOf(parcel) }, sections: blocks.map(googleSection) } },
    ],
  }),
};

export const chatBody = (dialect: Dialect, parcel: Parcel): string =>
  JSON.stringify(bodies[dialect](parcel, blocksOf(parcel)));

export const sendChat = (deps: PostDeps, dialect: Dialect, url: string, parcel: Parcel): Promise<Outcome> =>
  postJson(deps, url, chatBody(dialect, parcel), { 'webhook-id': parcel.id });
