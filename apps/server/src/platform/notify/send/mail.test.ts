import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SmtpOptions, startSmtp, subjectOf } from '../testing-smtp.ts';
import { testCertificate } from '../testing-tls.ts';
import { type MailSettings, sendMail } from './mail.ts';
import type { Entry, Parcel } from './parcel.ts';

const entry: Entry = {
  topic: 'fleet.alarm',
  severity: 'high',
  subject: 'Brake ECU',
  text: 'Line 1\n.\nLine 3',
  link: 'https://bulkhead.example/vehicles',
  data: null,
  at: new Date('2026-11-20T12:00:00Z'),
};
const parcelOf = (change: Partial<Entry> = {}): Parcel => ({
  id: '0193-test',
  digest: false,
  more: 0,
  moreLink: 'https://bulkhead.example/list',
  entries: [{ ...entry, ...change }],
});

async function mailServer(t: { after(fn: () => unknown): void }, options: SmtpOptions = {}) {
  const server = await startSmtp(options);
  t.after(server.close);
  const settings: MailSettings = {
    host: '127.0.0.1',
    port: server.port,
    secure: 'none',
    user: '',
    password: '',
    from: 'Bulkhead <bulkhead@corp.example>',
    timeout: 2_000,
  };
  return { server, settings };
}

test('a mail has text and HTML, a stable id, and says that a machine wrote it', async (t) => {
  const { server, settings } = await mailServer(t);

  const outcome = await sendMail(settings, ['a@corp.example', 'b@corp.example'], parcelOf());

  assert.equal(outcome.delivered, true);
  const [mail] = server.mails as [(typeof server.mails)[0]];
  assert.equal(mail.from, 'bulkhead@corp.example');
  assert.deepEqual(mail.to, ['a@corp.example', 'b@corp.example']);
  assert.equal(subjectOf(mail), '[high] Brake ECU');
  assert.match(mail.data, /^Message-ID: <0193-test@corp\.example>$/m);
  assert.match(mail.data, /^X-Bulkhead-Delivery: 0193-test$/m);
  assert.match(mail.data, /^Auto-Submitted: auto-generated$/m);
  assert.match(mail.data, /^Line 1\n\.\nLine 3\nhttps:\/\/bulkhead\.example\/vehicles$/m);
  assert.match(mail.data, /Content-Type: text\/html/);
});

test('no subject, address or text can add a header, a recipient or a tag', async (t) => {
  const { server, settings } = await mailServer(t);
  const hostile = [
    'x\r\nBcc: evil@example.com',
    'x\nBcc: evil@example.com\n\nbody',
    'x\rBcc: evil@example.com',
    'x\u2028Bcc: evil@example.com',
    'x\0Bcc: evil@example.com',
    '=?utf-8?Q?x=0D=0ABcc:_evil@example.com?=',
    'ü\r\nBcc: evil@example.com',
    `${'long '.repeat(200)}\r\nBcc: evil@example.com`,
  ];
  for (const text of hostile)
    await sendMail(settings, ['a@corp.example'], parcelOf({ subject: text, text: `${text}<script>alert(1)</script>` }));

  assert.equal(server.mails.length, hostile.length);
  for (const mail of server.mails) {
    const [headers = ''] = mail.data.split('\n\n');
    assert.doesNotMatch(headers, /^Bcc:/im);
    assert.deepEqual(mail.to, ['a@corp.example']);
    const html = mail.data.slice(mail.data.indexOf('text/html'));
    assert.doesNotMatch(html, /<script>/);
    assert.match(html.replaceAll('=\n', ''), /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  }
});

test('a subject in any script arrives as it was written', async (t) => {
  const { server, settings } = await mailServer(t);
  const subject = 'Prüfung 車両 🚗 "quoted" <angle> =?odd?=';

  await sendMail(settings, ['a@corp.example'], parcelOf({ subject }));

  assert.equal(subjectOf(server.mails[0] as (typeof server.mails)[0]), `[high] ${subject}`);
});

test('a refusal blames the mail when it is about the mail, and the server otherwise', async (t) => {
  const cases: readonly (readonly [pattern: RegExp, answer: string, blame: string])[] = [
    [/^MAIL FROM/, '550 5.7.1 sender refused', 'message'],
    [/^RCPT TO/, '550 5.1.1 no such user', 'message'],
    [/^RCPT TO/, '451 4.7.1 greylisted', 'unclear'],
    [/^DATA/, '554 5.6.0 no', 'message'],
    [/^\.$/, '554 5.7.1 spam', 'message'],
    [/^\.$/, '452 4.3.1 disk full', 'unclear'],
    [/^EHLO|^HELO/, '554 5.7.1 go away', 'receiver'],
    [/^MAIL FROM/, '421 4.3.2 closing', 'receiver'],
  ];
  for (const [pattern, answer, blame] of cases) {
    const { server, settings } = await mailServer(t, { answer: (line) => (pattern.test(line) ? answer : undefined) });
    const outcome = await sendMail(settings, ['a@corp.example'], parcelOf());
    assert.equal(outcome.delivered, false, answer);
    assert.deepEqual(outcome.delivered ? undefined : outcome.blame, blame, `${answer}: ${outcome.detail}`);
    assert.match(outcome.detail, new RegExp(answer.slice(0, 3)));
    assert.equal(server.mails.length, 0);
  }
  assert.equal(cases.length, 8);
});

test('when some addresses are refused only those remain to be tried', async (t) => {
  const { server, settings } = await mailServer(t, {
    answer: (line) => (line.startsWith('RCPT TO:<gone@') ? '550 5.1.1 no such user' : undefined),
  });

  const outcome = await sendMail(settings, ['a@corp.example', 'gone@corp.example', 'b@corp.example'], parcelOf());

  assert.deepEqual(server.mails[0]?.to, ['a@corp.example', 'b@corp.example']);
  assert.equal(outcome.delivered, false);
  assert.ok(!outcome.delivered);
  assert.deepEqual(outcome.remaining, ['gone@corp.example']);
  assert.equal(outcome.blame, 'message');
  assert.match(outcome.detail, /gone@corp\.example.*no such user/);
});

test('a server that says a byte from time to time is left when the time is over', async (t) => {
  const { settings } = await mailServer(t, { dripMs: 30 });
  const started = performance.now();

  const outcome = await sendMail({ ...settings, timeout: 500 }, ['a@corp.example'], parcelOf());

  assert.deepEqual(outcome, {
    delivered: false,
    detail: 'The mail server at 127.0.0.1 did not end within 0.5 s',
    blame: 'receiver',
  });
  assert.ok(performance.now() - started < 3_000);
});

test('an answer without end is cut', async (t) => {
  const { settings } = await mailServer(t, {
    answer: (line) => (line.startsWith('EHLO') ? `${'250-x\r\n'.repeat(100_000)}250 ok` : undefined),
  });

  const outcome = await sendMail(settings, ['a@corp.example'], parcelOf());

  assert.equal(outcome.delivered, false);
  assert.match(outcome.detail, /maximum allowed size/);
});

test('a server that is down is a failure of the receiver with its reason', async (t) => {
  const { server, settings } = await mailServer(t);
  await server.close();

  const outcome = await sendMail(settings, ['a@corp.example'], parcelOf());

  assert.equal(outcome.delivered ? '' : outcome.blame, 'receiver');
  assert.match(outcome.detail, /ECONNREFUSED/);
});

test('with starttls no mail and no password goes out before the connection is encrypted and trusted', async (t) => {
  const tls = testCertificate('localhost');
  const login = { user: 'u', password: 'p4ssword' };
  const plain = await mailServer(t, { credentials: 'u:p4ssword' });
  const offered = await mailServer(t, { tls, credentials: 'u:p4ssword' });

  const stripped = await sendMail({ ...plain.settings, ...login, secure: 'starttls' }, ['a@b.example'], parcelOf());
  assert.equal(stripped.delivered, false);
  assert.deepEqual(
    plain.server.lines.filter((line) => /AUTH|MAIL/.test(line)),
    [],
  );
  const untrusted = await sendMail({ ...offered.settings, ...login, secure: 'starttls' }, ['a@b.example'], parcelOf());
  assert.match(untrusted.detail, /self-signed/);
  const trusting = { ...offered.settings, ...login, host: 'localhost', secure: 'starttls', ca: tls.cert } as const;
  const wrong = await sendMail({ ...trusting, password: 'other' }, ['a@b.example'], parcelOf());
  assert.match(wrong.detail, /535/);
  assert.equal(wrong.delivered ? '' : wrong.blame, 'receiver');
  assert.equal(offered.server.mails.length, 0);
  const sent = await sendMail(trusting, ['a@b.example'], parcelOf());
  assert.equal(sent.delivered, true, sent.detail);
  assert.equal(offered.server.mails.length, 1);
});

test('a password is not kept back in silence when the server does not ask for it', async (t) => {
  const { server, settings } = await mailServer(t);

  const outcome = await sendMail({ ...settings, user: 'u', password: 'p' }, ['a@b.example'], parcelOf());

  assert.ok(server.lines.some((line) => line.startsWith('AUTH')));
  assert.match(outcome.detail, /535/);
  assert.equal(server.mails.length, 0);
});
