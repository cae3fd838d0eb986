import { type ViteUserConfig, defineConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({ test: { include: ['src/**/*.test.ts'] } });

export default config;
