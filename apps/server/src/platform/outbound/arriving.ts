import type { IncomingMessage } from 'node:http';

const mostWaiting = 4 * 1024 * 1024;

/**
 * The chunks of an answer, up to the last one that arrived: when a connection breaks, a stream that is iterated drops
 * what it holds, and a download that is cut off often would never come further. Call it as soon as the answer is here,
 * for what happens is listened to from now on.
 */
export function arriving(response: IncomingMessage): AsyncIterable<Buffer> {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let ended = false;
  let error: Error | undefined;
  let wake = () => {};
  const end = (why?: Error) => {
    ended = true;
    error ??= why;
    wake();
  };
  response.on('data', (chunk: Buffer) => {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes > mostWaiting) response.pause();
    wake();
  });
  response.once('end', () => end());
  response.on('error', end);
  response.once('close', () => end(response.complete ? undefined : new Error('the connection was closed')));
  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk) {
        bytes -= chunk.length;
        if (bytes <= mostWaiting) response.resume();
        yield chunk;
      } else if (!ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      else if (error) throw error;
      else return;
    }
  }
  return chunks();
}
