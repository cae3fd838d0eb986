// As people have it, but for two things. Images are files of their own, however small they are. And
// the build says which names it has hashed: of the others a few in a hundred look like words, and are
// asked for again, so that with another version of Vite another test would fail.
import { defineConfig } from 'vite';

export default defineConfig({ build: { assetsInlineLimit: 0, manifest: true } });
