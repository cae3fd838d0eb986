#!/usr/bin/env node
/**
 * The program's first module.
 * Owns what has to be said before Node reads a file by itself, which it does to load any other
 * module: how many threads there are for the disk and for compression. Four, Node's number, are
 * taken by four files of a disk that hangs. It is no ES module, since those are loaded by threads.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';

void import('./main.ts');
