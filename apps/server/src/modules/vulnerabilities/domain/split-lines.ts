/** The lines of a text file, chunk by chunk; of a line longer than the bound only its beginning is given. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, maxLength: number): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, maxLength + 1);
    if (lines.length > 0) yield lines.map((line) => line.slice(0, maxLength + 1));
  }
  if (rest !== '') yield [rest];
}
