#!/usr/bin/env node
/**
 * The program's first module.
 * Owns what has to be said before anything else runs: that no signal opens the inspector, and how
 * many threads there are for the disk and for compression. Four, Node's number, are taken by four
 * files of a disk that hangs.
 *
 * The rest is one file, which rolldown.config.mjs makes. It is no ES module, no more than this one:
 * Node loads those on threads, when their number is fixed already, and takes longer.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';

// Security: Node opens its inspector on SIGUSR1, where whoever reaches that port runs what they like.
// With a listener the signal does nothing; other servers open their logs anew on it, of which this
// one has none. Here, since workers begin here too, and loading what comes next is most of a start.
process.on('SIGUSR1', () => undefined);

require('./main.cjs');
