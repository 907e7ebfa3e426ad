import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

export interface SmtpOptions {
  readonly port?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Another answer than the usual one to a command line (`RCPT TO:<a@b>`), or to the mail itself (`.`). */
  readonly answer?: (line: string) => string | undefined;
  /** The server takes the connection and says one byte of its greeting each time. */
  readonly dripMs?: number;
  /** User and password that AUTH PLAIN must bring. */
  readonly credentials?: string;
}

/** A mail server after RFC 5321 that keeps what it is sent; enough of it for a real client. */
export async function startSmtp(options: SmtpOptions = {}) {
  const mails: ReceivedMail[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    if (options.dripMs !== undefined) return drip(socket, options.dripMs);
    converse(socket, { options, mails, lines });
    socket.write('220 test.example ESMTP\r\n');
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    mails,
    /** Every command line that came. */
    lines,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Conversation {
  readonly options: SmtpOptions;
  readonly mails: ReceivedMail[];
  readonly lines: string[];
}

const pathIn = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? '';

function converse(socket: Socket, conversation: Conversation) {
  const { options, mails, lines } = conversation;
  const mail = { from: '', to: [] as string[] };
  let rest = '';
  let data: string[] | undefined;
  const say = (text: string) => void socket.write(`${text}\r\n`);
  const command = (line: string) => {
    lines.push(line);
    const answer = options.answer?.(line) ?? usualAnswer(line, options, socket instanceof TLSSocket);
    say(answer);
    if (/^MAIL FROM:/i.test(line)) Object.assign(mail, { from: pathIn(line), to: [] });
    if (/^RCPT TO:/i.test(line) && answer.startsWith('2')) mail.to.push(pathIn(line));
    if (answer.startsWith('354')) data = [];
    if (/^STARTTLS$/i.test(line) && answer.startsWith('220')) upgrade(socket, conversation);
    if (answer.startsWith('221') || answer.startsWith('421')) socket.end();
  };
  const endOfMail = () => {
    const other = options.answer?.('.');
    if (other === undefined) mails.push({ ...mail, data: (data ?? []).join('\n') });
    data = undefined;
    say(other ?? '250 kept');
  };
  socket.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('latin1')).split('\r\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      if (data === undefined) command(line);
      else if (line === '.') endOfMail();
      else data.push(line.replace(/^\.\./, '.'));
    }
  });
}

function usualAnswer(line: string, { tls, credentials }: SmtpOptions, secure: boolean): string {
  const verb = line.toUpperCase();
  if (verb.startsWith('EHLO')) {
    const offers = [tls && !secure ? 'STARTTLS' : '', credentials ? 'AUTH PLAIN' : ''].filter(Boolean);
    return [...offers.map((word) => `250-${word}`), '250 SIZE 1000000'].join('\r\n');
  }
  if (verb.startsWith('AUTH PLAIN')) {
    const given = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString();
    return given === `\0${credentials?.replace(':', '\0')}` ? '235 ok' : '535 5.7.8 wrong';
  }
  const answers: Readonly<Record<string, string>> = { STARTTLS: '220 go', DATA: '354 go ahead', QUIT: '221 bye' };
  return answers[verb] ?? '250 ok';
}

function upgrade(socket: Socket, conversation: Conversation) {
  socket.removeAllListeners('data');
  const secureContext = createSecureContext(conversation.options.tls);
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  secure.on('error', () => {});
  converse(secure, conversation);
}

/** Never silent for long and never done: what a time-out of silence does not notice. */
function drip(socket: Socket, everyMs: number) {
  socket.write('220-');
  const timer = setInterval(() => socket.write('.'), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** The subject of a received mail, decoded (RFC 2047 words in quoted-printable or base64, folded lines). */
export function subjectOf({ data }: ReceivedMail): string {
  const folded = /^Subject: ((?:.|\n[ \t])*)$/im.exec(data)?.[1] ?? '';
  const joined = folded.replaceAll(/\?=\n[ \t]=\?[^?]+\?[QB]\?/gi, '').replaceAll(/\n[ \t]/g, ' ');
  return joined.replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
    kind.toUpperCase() === 'B'
      ? Buffer.from(text, 'base64').toString()
      : Buffer.from(
          text
            .replaceAll('_', ' ')
            .replaceAll(/=([0-9A-F]{2})/gi, (_hex, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
          'latin1',
        ).toString(),
  );
}
