import { type ViteUserConfig, defineConfig } from 'vitest/config';

/** What holds wherever octets become text or text octets: these run without `Buffer` too. */
const BOTH_PATHS = [
  'src/**/*.test.ts',
  'test/transcripts.test.ts',
  'test/properties.test.ts',
  'test/limits.test.ts',
];
const WITHOUT_BUFFER = 'test/without-buffer*.test.ts';

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: ['@pws/source'] },
  ssr: { resolve: { conditions: ['@pws/source'] } },
  test: {
    // One worker for all files, each with modules of its own: less than half the time.
    isolate: false,
    setupFiles: ['test/same-cases.ts'],
    // Bounds for what hangs, not measures: a machine may be busy with something else.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/**/*.test.ts'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'with Buffer',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'fuzz/*.test.ts'],
          exclude: [WITHOUT_BUFFER],
        },
      },
      {
        extends: true,
        test: {
          name: 'without Buffer',
          include: [...BOTH_PATHS, WITHOUT_BUFFER],
          setupFiles: ['test/without-buffer-setup.ts'],
          // The modules run in a realm that has nothing of Node's: test/without-buffer.test.ts.
          execArgv: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        },
      },
    ],
  },
});

export default config;
