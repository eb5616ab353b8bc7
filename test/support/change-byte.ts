import { open, readFile } from 'node:fs/promises';

/** Changes one bit of a file a little behind each place where a text begins. */
export async function changeBytesBehind(path: string, text: string): Promise<void> {
  const bytes = await readFile(path);
  await using file = await open(path, 'r+');
  let begin = bytes.indexOf(text);
  expect(begin).toBeGreaterThan(0);
  for (; begin >= 0; begin = bytes.indexOf(text, begin + 1)) {
    const at = begin + text.length + 5;
    await file.write(Buffer.from([bytes[at]! ^ 1]), 0, 1, at);
  }
}
