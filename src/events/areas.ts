/** The parts of a user's data; also the folders inside commands/ and queries/ and the module's files. */
export const AREAS = ['recordings', 'settings', 'dictionary', 'voice_commands', 'window_contexts'] as const;

export type Area = (typeof AREAS)[number];
