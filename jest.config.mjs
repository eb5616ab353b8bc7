const project = (displayName, extra = {}) => ({
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.spec.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/setup.ts'],
  ...extra,
});

// One project per need: unit and repo need nothing, sidecar needs a SpacetimeDB server, e2e and fault the
// built service; fault kills it. voice needs a sound server and a display.
export default {
  projects: [
    project('unit'),
    project('repo'),
    project('sidecar'),
    project('e2e'),
    project('voice'),
    project('fault'),
  ],
  testTimeout: 60_000,
  maxWorkers: 2,
};
