// As Astro does it by itself, each page the index file of a folder, but for two things. Style
// sheets and scripts are files of their own, however small they are, and pictures stay as they came.
import { defineConfig, passthroughImageService } from 'astro/config';

export default defineConfig({
  build: { inlineStylesheets: 'never' },
  image: { service: passthroughImageService() },
  vite: { build: { assetsInlineLimit: 0 }, envPrefix: 'VITE_' },
});
