import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { LevelMeter, QualityWatch } from '../rules/levels.ts';
import { VoiceActivityDetector, type SpeechListening } from '../ports/voice-activity-detector.ts';
import { SilenceTimer, type SpeechReport } from '../rules/take/silence-timer.ts';
import { LiveEvent } from '../../events/live-event.ts';
import type { DeviceProblem, QualityWarning } from '../../events/take-events.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { readTakeSettings } from './take-settings.ts';

/** Monitors the sound of one take; none of these throws. */
export interface MonitoredSound {
  /** @returns a promise if speech is being detected, as CaptureListener.samples does. */
  samples(pcm: Int16Array, sampleRate: number): void | Promise<void>;
  ended(): void;
  interrupted(message: string): void;
  resumed(): void;
}

/** Monitors the sound of takes: publishes level and quality, and reports the start and end of speech if the user wants that. */
@Injectable()
export class SoundMonitor {
  readonly #logger = new Logger(SoundMonitor.name);
  #isDeaf = false;

  constructor(
    private readonly models: ReadModels,
    private readonly detector: VoiceActivityDetector,
    private readonly events: EventBus,
  ) {}

  listen(report: (type: SpeechReport) => void): MonitoredSound {
    const meter = new LevelMeter();
    const quality = new QualityWatch();
    const { silenceStop } = readTakeSettings(this.models);
    let speech: SpeechListening | undefined;
    return {
      samples: (pcm, sampleRate) => {
        const level = meter.add(pcm, performance.now());
        if (level !== undefined) this.events.publish(new LiveEvent('audio_level', { level }));
        const warning = quality.add(pcm);
        if (warning !== undefined) this.#warn(warning);
        if (!silenceStop) return undefined;
        speech ??= this.#listenForSpeech(sampleRate, report);
        return speech.feed(pcm);
      },
      ended: () => {
        speech?.end();
        if (quality.isTooQuiet) this.#warn('too_quiet');
      },
      interrupted: (message) => this.#publishDevice('device_disconnected', message),
      resumed: () => this.#publishDevice('device_back', 'The recording continues.'),
    };
  }

  close(): Promise<void> {
    return this.detector.close();
  }

  #listenForSpeech(sampleRate: number, report: (type: SpeechReport) => void): SpeechListening {
    const timer = new SilenceTimer();
    return this.detector.listen(sampleRate, {
      progress: (soFar) => {
        this.#isDeaf = false;
        const means = timer.look(soFar);
        if (means !== undefined) report(means);
      },
      failed: (message) => {
        // Reported once until it works again, and not for each take.
        if (this.#isDeaf) return;
        this.#isDeaf = true;
        this.#logger.warn(`Silence is not detected, so takes end by key only: ${message}`);
        this.#warn('silence_unnoticed');
      },
    });
  }

  #warn(warning: QualityWarning): void {
    this.events.publish(new LiveEvent('recording_quality_warning', { warning }));
  }

  #publishDevice(type: DeviceProblem, message: string): void {
    this.events.publish(new LiveEvent('audio_device_error', { type, message }));
  }
}
