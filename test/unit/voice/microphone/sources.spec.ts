import {
  describeChildMicrophoneContract,
  describeMicrophoneContract,
  type ChildMicrophoneHarness,
} from '../../../contract/microphone.contract.ts';
import { openMicrophones } from '../../../../src/infra/voice/microphone/open-microphones.ts';
import { PreRollMicrophone } from '../../../../src/infra/voice/microphone/pre-roll-microphone.ts';
import { childrenWith } from '../../../support/child-processes.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { toneFile } from '../../../support/tone.ts';

/** Repeats a WAV file's sound as it would come from a microphone; the kernel's pipe holds only a little of it. */
const speaker = (path: string) => [
  process.execPath,
  '-e',
  `const sound = require('node:fs').readFileSync(${JSON.stringify(path)}).subarray(44);
   setInterval(() => process.stdout.write(sound.subarray(0, 3200)), 100);`,
];

async function harness(parts: {
  standard?: (folder: string) => Promise<string>;
  device?: (folder: string) => Promise<string>;
  missing: string;
  preRoll?: boolean;
}): Promise<ChildMicrophoneHarness> {
  const folder = await tempFolder();
  const standard = (await parts.standard?.(folder.path)) ?? '';
  const device = (await parts.device?.(folder.path)) ?? null;
  const inner = openMicrophones({ env: { ...process.env, HEYCAT_MICROPHONE: standard } });
  const microphone = parts.preRoll ? new PreRollMicrophone(inner) : inner;
  if (microphone instanceof PreRollMicrophone) await microphone.keepOpen(device);
  return {
    microphone,
    device,
    missing: parts.missing,
    crash: () => childrenWith('setInterval').forEach((pid) => process.kill(pid, 'SIGKILL')),
    [Symbol.asyncDispose]: async () => {
      await microphone.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const file = async (folder: string) => `file:${await toneFile(folder, { seconds: 5 })}`;
const command = async (folder: string) => JSON.stringify(speaker(await toneFile(folder)));

describeMicrophoneContract('WAV file', () =>
  harness({ standard: file, device: file, missing: 'file:/no/such.wav' }),
);
describeMicrophoneContract('WAV file, fast', () =>
  harness({
    standard: file,
    device: async (folder) => `file:${await toneFile(folder, { seconds: 20 })}?fast`,
    missing: 'file:/no/such.wav',
  }),
);
describeChildMicrophoneContract('command', () => harness({ standard: command, missing: 'file:/no' }));
describeChildMicrophoneContract('command, with pre-roll', () =>
  harness({ standard: command, missing: 'pipe:/no/such', preRoll: true }),
);
