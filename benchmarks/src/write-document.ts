/** `pnpm bench:document`: the recorded figures into docs/performance.md. */
import { writeDocument } from './recorded.ts';

console.log(writeDocument() ? 'docs/performance.md was written' : 'docs/performance.md is right');
