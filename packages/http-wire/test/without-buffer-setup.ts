/**
 * Makes a test file run without Node's `Buffer`: it is away while `src/octets.ts` looks for it,
 * and back for the tests, which use it themselves. Each test file has modules of its own, and all
 * of them get this `octets.ts`.
 */
import { expect } from 'vitest';

const { Buffer: NodeBuffer } = globalThis;
Reflect.deleteProperty(globalThis, 'Buffer');
const octets = await import('../src/octets.ts').finally(() => {
  globalThis.Buffer = NodeBuffer;
});

// Were one of these a Buffer, the tests below would show the other path once more.
expect(octets.allocate(1)).not.toBeInstanceOf(Buffer);
expect(octets.encodeLatin1('a')).not.toBeInstanceOf(Buffer);
