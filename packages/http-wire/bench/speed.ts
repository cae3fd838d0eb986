/**
 * `pnpm bench`: how fast messages are read and written, next to llhttp as Node binds it and
 * `http-parser-js`, in one process. Prints the table of the README.
 *
 * `--rounds N` (default 21), `--only TEXT` for the rows that contain it, `--ours` leaves the
 * others out, for a profile: `node --cpu-prof bench/dist/bench/speed.js --ours --only browser`.
 */
import { parseArgs } from 'node:util';
import { type Result, compare } from './compare.ts';
import { TASKS } from './tasks.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '21' },
    only: { type: 'string', default: '' },
    ours: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);

const COLUMNS = ['llhttp', 'http-parser-js', 'node:http'];

function row({ task, nanos, ratios }: Result): string {
  const cells = COLUMNS.map((name) => {
    const ratio = ratios.get(name);
    return ratio === undefined ? '' : `${ratio.toFixed(2)} x`;
  });
  const absolute =
    task.unit === 'head' ? `${nanos.toFixed(0)} ns` : `${(1e9 / nanos).toFixed(0)} MB/s`;
  return `| ${[task.name, ...cells, absolute].join(' | ')} |`;
}

console.log(`Node ${process.version}, median of ${rounds} interleaved rounds\n`);
console.log(`| work | ${COLUMNS.map((name) => `against ${name}`).join(' | ')} | ours |`);
console.log('| --- | --- | --- | --- | --- |');
for (const task of TASKS) {
  if (!task.name.includes(values.only)) continue;
  const [ours, ...theirs] = task.contenders;
  console.log(
    row(compare({ ...task, contenders: values.ours ? [ours] : [ours, ...theirs] }, rounds)),
  );
}
