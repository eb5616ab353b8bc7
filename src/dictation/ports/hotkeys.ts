/** A key press or release as the system reported it. */
export interface HotkeyEvent {
  action: 'press' | 'release';
  /** When the key moved, not when it was reported, in ms of the process's monotonic clock. */
  at: number;
}

/** Listens to one key combination, whichever window has the keyboard focus. */
export abstract class Hotkeys {
  /** Replaces the previously registered combination. @throws HeycatError INVALID_ARGUMENT, DEVICE_UNAVAILABLE */
  abstract register(combination: string, listener: (event: HotkeyEvent) => void): Promise<void>;
  /** Registers the combination again after the computer slept, when some systems stop listening. */
  rearm?(): void;
  abstract close(): Promise<void>;
}
