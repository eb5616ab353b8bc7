// Runs a sidecar engine until its process is killed: `run-engine.ts DATA_DIR BINARY`. Ends at once on `exit` in stdin.
import { SidecarEngine } from '../../src/infra/database/sidecar/sidecar-engine.ts';

const [dataDir, binary] = process.argv.slice(2);
const engine = new SidecarEngine({ dataDir: dataDir!, binary: binary! });
process.stdin.on('data', () => process.exit(0));
await engine.start();
process.stdout.write(`${JSON.stringify(engine.status)}\n`);
