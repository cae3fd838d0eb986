/**
 * Results as Markdown: for the terminal's scrollback, for results/table.md, and for the page in
 * docs. Pure.
 */
import { cellText, digits, figure, ratioText, tableOf } from './figures.ts';
import {
  type Comparison,
  type Group,
  type Measured,
  type Results,
  type RowResult,
  type Unit,
  goalsMet,
} from './result.ts';

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
  return met === undefined ? '' : met ? 'met' : 'missed';
}

function goalTable(results: Results): string {
  const rows = results.rows.filter(({ group }) => group === 'goals');
  return tableOf(
    ['work', 'against nginx', 'against the best Node peer', 'PWS', 'goal', ''],
    rows.map((row) => [
      row.name,
      against(row.nginx, row, 'nginx'),
      row.node === undefined
        ? peerText(row)
        : `${ratioText(row.node.ratio)} \`node -e 0\`; ${peerText(row)}`,
      oursIn(row),
      goalText(row),
      verdict(row),
    ]),
  );
}

function peerText({ bestPeer }: RowResult): string {
  return bestPeer === undefined ? '' : `${ratioText(bestPeer.ratio)} ${bestPeer.server}`;
}

function everyoneTable({ rows, servers }: Results): string {
  const shown = rows.filter(({ group }) => group === 'goals');
  return tableOf(
    ['work', ...servers.map(({ name }) => name)],
    shown.map((row) => [
      row.name,
      ...servers.map(({ id }) =>
        absolute(
          row.measured.find(({ server }) => server === id),
          row.unit,
        ),
      ),
    ]),
  );
}

function absolute(measured: Measured | undefined, unit: Unit): string {
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
    const table = tableOf(
      [title, 'against nginx', ...asked.map(({ name }) => name)],
      shown.map((row) => [
        row.skipped === undefined ? row.name : `${row.name} (${oursIn(row)})`,
        against(row.nginx, row, 'nginx'),
        ...asked.map(({ id }) =>
          absolute(
            row.measured.find(({ server }) => server === id),
            row.unit,
          ),
        ),
      ]),
    );
    return [table];
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
  const named = new Map(servers.map(({ id, name }) => [id, name]));
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
    goalTable(results),
    whereBehind(results),
    'Everyone, for this machine alone:',
    everyoneTable(results),
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
  if (row.node !== undefined) texts.push(`${ratioText(row.node.ratio)} node -e 0`);
  const met = verdict(row);
  return `${row.name}: ${texts.join(', ')}${met === '' ? '' : ` - ${met}`}`;
}
