import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

/**
 * Moves the clocks of whatever Node process or thread it is imported into (NODE_OPTIONS, which threads inherit) by what
 * stands in the file HEYCAT_MOVED_CLOCK: `{"sleptMs": 0, "setByMs": 0}`. Looked at in turns of its own, so that all
 * clocks of one turn are moved alike.
 */
let moved = { sleptMs: 0, setByMs: 0 };

function look() {
  try {
    moved = JSON.parse(readFileSync(process.env.HEYCAT_MOVED_CLOCK, 'utf8'));
  } catch {
    // Not there yet, or just being written.
  }
}

look();
setInterval(look, 20).unref();

const RealDate = Date;
const now = () => RealDate.now() + moved.sleptMs + moved.setByMs;

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }

  static now() {
    return now();
  }
};

const { uptime } = os;
os.uptime = () => uptime() + moved.sleptMs / 1_000;
syncBuiltinESMExports();
