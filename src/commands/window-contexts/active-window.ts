import { Injectable } from '@nestjs/common';
import type { ActiveWindow } from '../../dictation/rules/window-context-matching.ts';

/** The window that has the keyboard, as the host told last; null before it has told any. */
@Injectable()
export class ActiveWindowHolder {
  current: ActiveWindow | null = null;
}
