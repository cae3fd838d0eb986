import { describe, expect, it } from 'vitest';
import { JoinBuffer } from './join-buffer.ts';

const octets = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

describe('pieces of a small write', () => {
  it('are joined in the same memory again', () => {
    const buffer = new JoinBuffer();
    const first = buffer.join(octets('head ', 'content'));
    expect(String(first)).toBe('head content');
    expect(buffer.join(octets('HEAD ', 'CONTENT'))).toBe(first);
    expect(String(first)).toBe('HEAD CONTENT');
    expect(String(buffer.join(octets('', 'short')))).toBe('short');
  });

  it('stay as they were joined where they are given away', () => {
    const buffer = new JoinBuffer();
    const first = buffer.join(octets('head ', 'content'));
    buffer.giveAway();
    buffer.join(octets('HEAD ', 'CONTENT'));
    expect(String(first)).toBe('head content');
  });

  it('are not joined where they are many octets', () => {
    const buffer = new JoinBuffer();
    const most = Buffer.alloc(6 * 1024 - 1);
    expect(buffer.join([most, Buffer.alloc(1)])).toHaveLength(6 * 1024);
    expect(buffer.join([most, Buffer.alloc(2)])).toBeUndefined();
  });

  it('are right for any lengths, one after the other', () => {
    const buffer = new JoinBuffer();
    for (let length = 0; length < 1000; length += 1) {
      const joined = buffer.join([Buffer.alloc(length, 'a'), Buffer.from('b')]);
      expect(String(joined)).toBe(`${'a'.repeat(length)}b`);
    }
  });
});
