/**
 * A Nest HTTP application with the whole service inside it: its own controllers use the command bus and the read models,
 * and a microphone of its own takes the place of the computer's. `heycat` and other clients reach the service over its
 * socket as ever. The first argument is a data folder, the second a port; SIGTERM and Ctrl-C end both.
 */
import { Body, Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import {
  AddDictionaryEntry,
  dictionary,
  HeycatModule,
  heycatTransport,
  Microphone,
  ReadModels,
  recordings,
  StartRecording,
  StopRecording,
  type AudioDevice,
  type Capture,
  type CaptureListener,
  type CaptureRequest,
} from '../src/nest.ts'; // in your own project: 'heycat-backend/nest'

const RATE = 16_000;

/** Hums; a real host would bring what its own audio stack gives it. */
@Injectable()
class HummingMicrophone extends Microphone {
  async devices(): Promise<AudioDevice[]> {
    return [{ name: 'hum', host_api: null, is_default: true, channels: 1, sample_rate: RATE }];
  }

  async open(_request: CaptureRequest, listener: CaptureListener): Promise<Capture> {
    const hum = Int16Array.from({ length: RATE / 10 }, (_, at) => 3_000 * Math.sin((at * Math.PI) / 40));
    const timer = setInterval(() => void listener.samples(hum), 100);
    const stop = async (): Promise<void> => {
      clearInterval(timer);
      listener.ended({ reason: 'stopped' });
    };
    return { sampleRate: RATE, stop };
  }

  async close(): Promise<void> {}
}

@Controller()
class WordsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly models: ReadModels,
  ) {}

  @Get('words')
  words(): { trigger: string; replacement: string }[] {
    return this.models.read(dictionary).all.map(({ trigger, replacement }) => ({ trigger, replacement }));
  }

  @Post('words')
  add(@Body() { trigger, replacement }: AddDictionaryEntry): Promise<object> {
    return this.commands.execute(Object.assign(new AddDictionaryEntry(), { trigger, replacement }));
  }

  @Post('take')
  async take(): Promise<object[]> {
    await this.commands.execute(new StartRecording());
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await this.commands.execute(new StopRecording());
    return this.models.read(recordings).all.map(({ file_path, status }) => ({ file_path, status }));
  }
}

@Module({
  imports: [
    HeycatModule.forRoot({
      dataDir: process.argv[2],
      overrides: [{ provide: Microphone, useClass: HummingMicrophone }],
    }),
  ],
  controllers: [WordsController],
})
class HostModule {}

const app = await NestFactory.create(HostModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
app.connectMicroservice(heycatTransport);
await app.startAllMicroservices();
await app.listen(Number(process.argv[3] ?? 3000), '127.0.0.1');
console.log(`listening on ${await app.getUrl()}`);
