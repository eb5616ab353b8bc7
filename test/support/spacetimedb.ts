import { findServer, type ServerBinary } from '../../src/infra/database/sidecar/server-binary.ts';

const found: ServerBinary | undefined = await findServer();

/** The real server's executable. @throws where there is none; only called inside {@link describeWithServer}. */
export function serverBinary(): string {
  if (found === undefined) throw new Error('No SpacetimeDB server; run `heycat spacetimedb install`.');
  return found.path;
}

/**
 * A describe block that needs the real server. Without one it fails in CI, and elsewhere is skipped with a line that
 * says how to get it.
 */
export function describeWithServer(name: string, tests: () => void): void {
  if (found !== undefined) {
    describe(name, tests);
    return;
  }
  if (process.env['CI']) {
    describe(name, () => {
      it('ENG19 a SpacetimeDB server is found: run `heycat spacetimedb install` or set HEYCAT_SPACETIMEDB_BIN', () => {
        serverBinary();
      });
    });
    return;
  }
  process.stderr.write(
    `Skipped «${name}»: no SpacetimeDB server; get one with \`heycat spacetimedb install\`.\n`,
  );
  describe.skip(name, tests);
}
