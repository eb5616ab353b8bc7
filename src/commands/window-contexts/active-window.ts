import { Injectable } from '@nestjs/common';
import type { ActiveWindow } from '../../dictation/rules/window-context-matching.ts';

/** The window that has the keyboard, as the host last reported it; null before the first report. */
@Injectable()
export class ActiveWindowHolder {
  current: ActiveWindow | null = null;
}
