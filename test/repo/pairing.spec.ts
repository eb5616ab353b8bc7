import { readRepoFiles } from '../support/repo-files.ts';

const controllers = textOf(/^src\/infra\/ipc\/.*controller\.ts$/);
const unitTests = textOf(/^test\/unit\/.*\.ts$/);
const specs = textOf(/^test\/(?:unit|sidecar|e2e)\/.*\.spec\.ts$/);

function textOf(pattern: RegExp): string {
  return readRepoFiles(pattern)
    .map(([, text]) => text)
    .join('\n');
}

/** Messages that have a handler, by the decorator that joins them. */
function messages(decorator: string, folder: RegExp): string[] {
  const joined = new RegExp(`@${decorator}\\((\\w+)\\)`, 'g');
  return readRepoFiles(folder).flatMap(([, text]) => [...text.matchAll(joined)].map((match) => match[1]!));
}

function namedIn(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

const COMMANDS = messages('CommandHandler', /^src\/commands\/[\w-]+\/.*\.ts$/);
const QUERIES = messages('QueryHandler', /^src\/queries\/[\w-]+\/.*\.ts$/);
/** Commands that only the service itself gives. */
const INTERNAL = new Set(['BeginTake']);
const ENGINES = readRepoFiles(/^src\/infra\/database\/.*\.ts$/)
  .filter(([, text]) => /class \w+[^{]* implements [^{]*\bEngine\b/.test(text))
  .map(([path, text]) => /\bkind: '(\w+)'/.exec(text)?.[1] ?? path);

describe('what belongs together', () => {
  it('REP5 is found at all', () => {
    expect(COMMANDS).toContain('DeleteRecording');
    expect(QUERIES).toContain('ListRecordings');
    expect(ENGINES.toSorted()).toEqual(['embedded', 'sidecar']);
    expect(namedIn(controllers, 'DeleteRecordings')).toBe(false);
  });

  it.each([...COMMANDS, ...QUERIES])('REP5 %s has a method and a unit test', (message) => {
    if (!INTERNAL.has(message)) expect(controllers).toMatch(new RegExp(`@Payload\\(\\) \\w+: ${message}\\b`));
    expect(namedIn(unitTests, message)).toBe(true);
  });

  it.each(ENGINES)('REP5 the %s engine runs the engine contract', (kind) => {
    expect(specs).toContain(`describeEngineContract('${kind}'`);
  });
});
