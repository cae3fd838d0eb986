// A static export: each page a file, and one more that is the shell of all others.
import adapter from '@sveltejs/adapter-static';

export default {
  kit: {
    adapter: adapter({ fallback: '200.html' }),
    version: { name: process.env.VITE_RELEASE },
  },
};
