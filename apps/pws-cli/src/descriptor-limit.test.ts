import { expect, it, test } from 'vitest';
import { connectionsFor, descriptorLimit } from './descriptor-limit.ts';

test.each([
  [undefined, 4096],
  [1_048_576, 4096],
  [8256, 4096],
  [1024, 480],
  [128, 32],
  [64, 1],
  [10, 1],
])('%j descriptors are good for %i connections', (descriptors, connections) => {
  expect(connectionsFor(descriptors)).toBe(connections);
});

it.runIf(process.platform === 'linux')('the kernel tells the limit (Linux)', () => {
  expect(descriptorLimit()).toBeGreaterThan(64);
});
