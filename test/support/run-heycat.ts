// Runs the service without a socket, one command and its status: `run-heycat.ts DATA_DIR [BINARY]`.
import { createHeycat } from '../../src/heycat.ts';

const [dataDir, binary] = process.argv.slice(2);
Object.assign(process.env, {
  PATH: '',
  HOME: dataDir,
  HEYCAT_DATA_DIR: dataDir,
  HEYCAT_SPACETIMEDB_BIN: binary ?? '',
});
const heycat = await createHeycat({ dataDir: dataDir!, listen: false });
const { seq } = await heycat.call<{ seq: number }>('save_setting', {
  key: 'theme',
  value: 'dark',
  wait_ms: 30_000,
});
const { engine } = await heycat.call<{ engine: object }>('get_status');
const { settings } = await heycat.call<{ settings: object }>('get_settings');
process.stdout.write(`${JSON.stringify({ seq, engine, settings })}\n`);
await heycat.close();
