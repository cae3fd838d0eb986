#!/usr/bin/env node
/**
 * The program's first module.
 * Owns what has to be said before anything else runs: how many threads there are for the disk and
 * for compression. Four, Node's number, are taken by four files of a disk that hangs.
 *
 * The rest is one file, which rolldown.config.mjs makes. It is no ES module, no more than this one:
 * Node loads those on threads, when their number is fixed already, and takes longer.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';

require('./main.cjs');
