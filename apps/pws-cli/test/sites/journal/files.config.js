// The same with each page a file beside the folder of what is below it.
import usual from './astro.config.js';

export default { ...usual, build: { ...usual.build, format: 'file' } };
