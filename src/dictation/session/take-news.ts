import { Injectable } from '@nestjs/common';
import type { TakeEvent } from '../rules/take/take-effect.ts';
import type { TakeMode } from '../rules/take/take-input.ts';
import type { LiveTake } from './live-take.ts';
import type { TakeRow } from './take-row.ts';
import { TakeTeller } from './take-teller.ts';

/** What is known of a take that something is told about. */
interface ToldTake {
  mode: TakeMode;
  live: LiveTake;
  row?: TakeRow;
  file?: { path: string };
  closed?: { duration_ms: number };
}

/** The events of a take, from what the state machine decided. */
@Injectable()
export class TakeNewsTeller {
  constructor(private readonly teller: TakeTeller) {}

  async tell(news: TakeEvent, take: ToldTake): Promise<void> {
    const { live, row, file, closed } = take;
    const about = { take: news.take, file_path: file?.path ?? null };
    switch (news.type) {
      case 'started': {
        const { mode, device } = news;
        const started_at = live.startedAt.toISOString();
        return this.teller.tell('recording_started', {
          ...about,
          mode,
          device,
          started_at,
          times: live.times,
        });
      }
      case 'stopping':
        return;
      case 'stopped': {
        const { overflows, times } = live;
        const recording_id = (await row?.knownId()) ?? null;
        const sound = { duration_ms: closed?.duration_ms ?? 0, overflows, times };
        return this.teller.tell('recording_stopped', {
          ...about,
          recording_id,
          stop_reason: news.stop_reason,
          ...sound,
        });
      }
      case 'cancelled':
        return this.teller.tell('recording_cancelled', { ...about, reason: news.reason, kept: news.kept });
      case 'error':
        return this.teller.tell('recording_error', { ...about, code: news.code, message: news.message });
    }
  }
}
