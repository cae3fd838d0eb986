import { describe, expect, it } from 'vitest';

import { errorOfOpening, errorOfReading, FileSourceError, fileSourceError } from './errors.ts';

function systemError(code: unknown): Error {
  return Object.assign(new Error(`${String(code)}: no, open '/srv/site/a.txt'`), { code });
}

describe('errorOfOpening()', () => {
  it.each<[unknown, string, string]>([
    ['ENOENT', 'missing', 'no such name'],
    ['ENOTDIR', 'missing', 'below a file'],
    ['ENAMETOOLONG', 'missing', 'no file can have that name'],
    ['ELOOP', 'missing', 'links in a circle'],
    ['ESTALE', 'missing', 'removed on the file server'],
    ['ENXIO', 'missing', 'a unix socket'],
    ['ENODEV', 'missing', 'a device without a driver'],
    ['EINVAL', 'missing', 'a name that the file system cannot hold'],
    ['EILSEQ', 'missing', 'a name that the file system cannot hold'],
    ['EACCES', 'forbidden', 'no permission'],
    ['EPERM', 'forbidden', 'not permitted'],
    ['EMFILE', 'busy', 'no descriptor left here'],
    ['ENFILE', 'busy', 'no descriptor left on the machine'],
    ['ENOMEM', 'busy', 'no memory left'],
    ['EAGAIN', 'busy', 'somebody holds a lease'],
    ['EBUSY', 'busy', 'locked'],
    ['EIO', 'failed', 'the disk is broken'],
    ['EWHATEVER', 'failed', 'not in the table'],
    ['constructor', 'failed', 'a property of every object'],
    [undefined, 'failed', 'no errno'],
    [42, 'failed', 'an errno that is no text'],
  ])('takes %j for %j: %s', (code, kind) => {
    const cause = systemError(code);
    const error = errorOfOpening(cause);
    expect(error).toBeInstanceOf(FileSourceError);
    expect(error.kind).toBe(kind);
    expect(error.cause).toBe(cause);
    expect(error.message).not.toContain('/');
  });

  it('keeps an error that is one already', () => {
    const error = fileSourceError('busy');
    expect(errorOfOpening(error)).toBe(error);
    expect(errorOfReading(error)).toBe(error);
  });

  it.each([['text'], [undefined], [null], [{ code: 'ENOENT' }]])(
    'takes %j, which is no error at all, for failed',
    (thrown) => {
      expect(errorOfOpening(thrown).kind).toBe('failed');
    },
  );
});

describe('errorOfReading()', () => {
  it.each([
    ['EIO', 'failed', 'the disk is broken'],
    ['ENOMEM', 'busy', 'no memory left'],
    ['ENOENT', 'failed', 'an open file is not missing'],
    ['EACCES', 'failed', 'an open file is not forbidden'],
  ])('takes %j for %j: %s', (code, kind) => {
    expect(errorOfReading(systemError(code)).kind).toBe(kind);
  });
});
