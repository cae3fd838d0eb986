/**
 * Results as Markdown: for the terminal's scrollback, for results/table.md, and for the page in
 * docs. Pure. A column of which a run has nothing is left out.
 */
import { cellText, digits, figure, ratioText, tableOf } from './figures.ts';
import { ceilingText, limitText } from './limits.ts';
import { MEANING, hasProcessorTimes, processorRatio, processorTable } from './processor-report.ts';
import { type Comparison, type Group, type Results, type RowResult, goalsMet } from './result.ts';

function against(comparison: Comparison | undefined, row: RowResult, server: string): string {
  if (comparison !== undefined) return ratioText(comparison.ratio);
  const other = row.measured.find((each) => each.server === server);
  return other?.void === undefined ? '' : `void: ${cellText(other.void)}`;
}

function oursIn({ measured, unit, skipped }: RowResult): string {
  if (skipped !== undefined) return `not measured: ${cellText(skipped)}`;
  const ours = measured.find(({ server }) => server === 'pws');
  if (ours?.void !== undefined) return `**void**: ${cellText(ours.void)}`;
  return ours?.spread === undefined ? '' : figure(ours.spread.median, unit);
}

/** What was asked of a row, in words. */
function goalText({ goals, unit }: RowResult): string {
  const texts = [];
  if (goals.nginx !== undefined) texts.push(`${goals.nginx} x nginx`);
  if (goals.peers !== undefined) texts.push(`${goals.peers} x peers`);
  if (goals.atMost !== undefined) texts.push(`at most ${figure(goals.atMost, unit)}`);
  if (goals.node !== undefined) texts.push(`at most ${goals.node} x \`node -e 0\``);
  return texts.join(', ');
}

function verdict(row: RowResult): string {
  const met = goalsMet(row);
  const texts = [met === undefined ? '' : met ? 'met' : 'missed', limitText(row)];
  return texts.filter((text) => text !== '').join(': ');
}

/** What the ceilings of a run are, and what each kind of them misses. */
function ceilingMeaning({ rows }: Pick<Results, 'rows'>): string {
  const has = (isKind: (row: RowResult) => boolean): boolean =>
    rows.some((row) => row.ceiling !== undefined && isKind(row));
  return [
    'The ceiling is what a program answers that reads from the socket and writes one prepared answer, the octets of PWS, without a look at what it read: more than that no server answers on this machine with this load generator, but for noise.',
    has(({ unit }) => unit === 'octets/s')
      ? 'Where octets are counted it has all of them in memory, and misses that a server has to read the file.'
      : '',
    has(({ id }) => id.startsWith('http2'))
      ? "Over HTTP/2 it is what Node's HTTP/2 gives: more than that no server on `node:http2` answers, while others do."
      : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

type Names = ReadonlyMap<string, string>;

function namesOf(servers: Results['servers']): Names {
  return new Map(servers.map(({ id, name }) => [id, name]));
}

/** A column of a table of rows. */
type Column = readonly [title: string, cell: (row: RowResult) => string];

function tableOfRows(columns: readonly Column[], rows: readonly RowResult[]): string {
  return tableOf(
    columns.map(([title]) => title),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
  );
}

function goalTable({ rows, servers }: Results): string {
  const named = namesOf(servers);
  const shown = rows.filter(({ group }) => group === 'goals');
  const processor: Column[] = [
    ['processor time, nginx', ({ nginx }) => processorRatio(nginx)],
    ['processor time, that peer', ({ bestPeer }) => processorRatio(bestPeer)],
  ];
  const columns: Column[] = [
    ['work', ({ name }) => name],
    ['against nginx', (row) => against(row.nginx, row, 'nginx')],
    ['against the best Node peer', nodeText],
    ['PWS', oursIn],
    ...(hasProcessorTimes({ rows }) ? processor : []),
    ...(hasCeiling({ rows }) ? [['ceiling', (row) => ceilingCell(row, named)] as Column] : []),
    ['goal', goalText],
    ['', verdict],
  ];
  return tableOfRows(columns, shown);
}

function hasCeiling({ rows }: Pick<Results, 'rows'>): boolean {
  return rows.some(({ ceiling }) => ceiling !== undefined);
}

/** What the highest ceiling answered, as in `210,000/s in C`. */
function ceilingCell({ ceiling, measured, unit }: RowResult, named: Names): string {
  const highest = measured.find(({ server }) => server === ceiling?.server);
  if (highest?.spread === undefined) return '';
  const where = named.get(highest.server)?.replace(/^ceiling /, '') ?? highest.server;
  return `${figure(highest.spread.median, unit)} ${where}`;
}

function nodeText(row: RowResult): string {
  const peer = peerText(row);
  return row.node === undefined ? peer : `${ratioText(row.node.ratio)} \`node -e 0\`; ${peer}`;
}

function peerText({ bestPeer }: RowResult): string {
  return bestPeer === undefined ? '' : `${ratioText(bestPeer.ratio)} ${bestPeer.server}`;
}

function everyoneTable({ rows, servers }: Results): string {
  const shown = rows.filter(({ group }) => group === 'goals');
  const columns = servers.map(({ id, name }): Column => [name, (row) => absolute(row, id)]);
  return tableOfRows([['work', ({ name }) => name], ...columns], shown);
}

function absolute({ measured: all, unit }: RowResult, id: string): string {
  const measured = all.find(({ server }) => server === id);
  if (measured === undefined) return '';
  return measured.spread === undefined ? 'void' : figure(measured.spread.median, unit);
}

const SCALES: readonly (readonly [group: Group, title: string])[] = [
  ['connections', 'Connections at a time'],
  ['files', 'Files asked for at random'],
  ['sizes', 'Size of the file'],
];

function scaleTables({ rows, servers }: Results): string[] {
  return SCALES.flatMap(([group, title]) => {
    const shown = rows.filter((row) => row.group === group);
    if (shown.length === 0) return [];
    const asked = servers.filter(({ id }) =>
      shown.some(({ measured }) => measured.some(({ server }) => server === id)),
    );
    const processor: Column[] = [
      ['processor time, nginx', ({ nginx }) => processorRatio(nginx)],
      ['', limitText],
    ];
    const columns: Column[] = [
      [title, (row) => (row.skipped === undefined ? row.name : `${row.name} (${oursIn(row)})`)],
      ['against nginx', (row) => against(row.nginx, row, 'nginx')],
      ...asked.map(({ id, name }): Column => [name, (row) => absolute(row, id)]),
      ...(hasProcessorTimes({ rows: shown }) ? processor : []),
    ];
    return [tableOfRows(columns, shown)];
  });
}

/** Rows that are lost to nginx, in a sentence. */
function whereBehind({ rows }: Results): string {
  const behind = rows.filter(({ nginx, unit }) => {
    if (nginx === undefined) return false;
    const isMoreBetter = unit === 'requests/s' || unit === 'octets/s';
    return isMoreBetter ? nginx.ratio.median < 1 : nginx.ratio.median > 1;
  });
  if (!rows.some(({ nginx }) => nginx !== undefined)) return '';
  if (behind.length === 0) return 'nginx is ahead in no row of this run.';
  const names = behind.map(
    ({ name, nginx }) => `${name} (${digits((nginx as Comparison).ratio.median)} x)`,
  );
  return `nginx is ahead in: ${names.join('; ')}.`;
}

/** Rows without a figure for a server, with the reason. */
function voids({ rows, servers }: Results): string {
  const named = namesOf(servers);
  const lines = rows.flatMap(({ name, measured }) =>
    measured
      .filter((each) => each.void !== undefined)
      .map(
        (each) =>
          `- ${name}, ${named.get(each.server) ?? each.server}: ${cellText(each.void ?? '')}`,
      ),
  );
  return lines.length === 0
    ? ''
    : `Void, because of errors or wrong answers:\n\n${lines.join('\n')}`;
}

/** All of it. */
export function renderReport(results: Results): string {
  const { finished, rounds, seconds, environment, servers } = results;
  const parts = [
    `Median of ${rounds} interleaved rounds of ${seconds} s each, with the least and the greatest; ${finished.slice(0, 10)}. Of memory and time less is better, of all else more.`,
    ...(hasProcessorTimes(results) ? [MEANING] : []),
    ...(hasCeiling(results) ? [ceilingMeaning(results)] : []),
    goalTable(results),
    ceilingText(results),
    whereBehind(results),
    'Everyone, for this machine alone:',
    everyoneTable(results),
    ...(hasProcessorTimes(results) ? [processorTable(results)] : []),
    ...scaleTables(results),
    voids(results),
    tableOf(
      ['server', 'version', 'settings'],
      servers.map(({ name, version, settings }) => [name, version, settings]),
    ),
    tableOf(
      ['machine', ''],
      environment.map(([what, value]) => [what, cellText(value)]),
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A row in one line, for whoever waits. */
export function renderLine(row: RowResult): string {
  const texts = [oursIn(row)];
  if (row.nginx !== undefined) texts.push(`${ratioText(row.nginx.ratio)} nginx`);
  if (row.bestPeer !== undefined) texts.push(peerText(row));
  const processor = processorRatio(row.nginx);
  if (processor !== '') texts.push(`processor time ${processor} nginx`);
  if (row.node !== undefined) texts.push(`${ratioText(row.node.ratio)} node -e 0`);
  const met = verdict(row);
  return `${row.name}: ${texts.join(', ')}${met === '' ? '' : ` - ${met}`}`;
}
