// As Astro does it by itself, each page the index file of a folder, but for three things. Style
// sheets and scripts are files of their own, however small they are. Pictures stay as they came.
// And what Astro remembers is not below node_modules, which other builds have at the same time.
import { defineConfig, passthroughImageService } from 'astro/config';

export default defineConfig({
  build: { inlineStylesheets: 'never' },
  cacheDir: './remembered',
  image: { service: passthroughImageService() },
  vite: { build: { assetsInlineLimit: 0 }, envPrefix: 'VITE_' },
});
