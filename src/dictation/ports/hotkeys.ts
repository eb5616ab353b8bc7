/** A key press or release as the system told it. */
export interface HotkeyEvent {
  action: 'press' | 'release';
  /** Milliseconds of the process's monotonic clock, when the key moved rather than when it was heard of. */
  at: number;
}

/** Listens to one key combination wherever the keyboard's focus is. */
export abstract class Hotkeys {
  /** Takes the place of the combination registered before. @throws HeycatError INVALID_ARGUMENT, DEVICE_UNAVAILABLE */
  abstract register(combination: string, listener: (event: HotkeyEvent) => void): Promise<void>;
  /** The computer has slept, which some systems take for the end of listening. */
  rearm?(): void;
  abstract close(): Promise<void>;
}
