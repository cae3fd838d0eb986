import { describe, expect, it } from 'vitest';
import { ToldFiles } from './told-files.ts';

describe('what several processes say of a file', () => {
  it('is told once', () => {
    const told = new ToldFiles();
    expect(told.take('_headers', ['1', '2'])).toEqual(['1', '2']);
    expect(told.take('_headers', ['1', '2'])).toEqual([]);
    expect(told.take('_redirects', ['1', '2'])).toEqual(['1', '2']);
  });

  it('is told again where it is something else, or was mended in between', () => {
    const told = new ToldFiles();
    told.take('_headers', ['1']);
    expect(told.take('_headers', ['2'])).toEqual(['2']);
    expect(told.take('_headers', [])).toEqual([]);
    expect(told.take('_headers', ['2'])).toEqual(['2']);
  });

  it('is told again by those that were started anew', () => {
    const told = new ToldFiles();
    told.take('_headers', ['1']);
    told.forget();
    expect(told.take('_headers', ['1'])).toEqual(['1']);
    expect(told.take('_headers', ['1'])).toEqual([]);
  });

  it('is nothing where nothing is wrong', () => {
    expect(new ToldFiles().take('_headers', [])).toEqual([]);
  });
});
