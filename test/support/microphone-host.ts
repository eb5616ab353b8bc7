import { NaudiodonSource } from '../../src/infra/voice/microphone/naudiodon/naudiodon-source.ts';
import { SourceMicrophone } from '../../src/infra/voice/microphone/source-microphone.ts';
import { childrenWith } from './child-processes.ts';

/** Records until it is killed; says the process that records for it once there is sound. */
const source = new NaudiodonSource();
let hasTold = false;
const samples = () => {
  if (!hasTold) process.stdout.write(`${childrenWith('naudiodon/child').join()}\n`);
  hasTold = true;
};
const nothing = () => undefined;
await new SourceMicrophone(() => source).open(
  { device: null },
  { samples, overflow: nothing, interrupted: nothing, resumed: nothing, ended: nothing },
);
