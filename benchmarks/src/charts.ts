/**
 * Results as pictures: SVG by echarts, which draws without a DOM. Ratios stand on a logarithmic
 * axis, where twice as fast is as far from the line as half as fast.
 */
import { BarChart, LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Group, type Results, type RowResult, lessIsBetter } from './result.ts';

use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

const WIDTH = 960;
/** Told apart by those who see few colours too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7'];

type Options = Parameters<ReturnType<typeof init>['setOption']>[0];

function draw(height: number, options: Options): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    color: COLOURS,
    ...options,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg.trim()}\n`;
}

/** How many times as good ours is: above 1 ours is ahead, whatever is counted. */
function advantage({ unit }: RowResult, ratio: number | undefined): number | null {
  if (ratio === undefined || ratio <= 0) return null;
  return Number((lessIsBetter(unit) ? 1 / ratio : ratio).toFixed(3));
}

/** Each row of the goal table against nginx and the best Node peer. */
export function drawRatios({ rows, rounds, finished }: Results): string {
  const shown = rows.filter(
    ({ group, nginx, bestPeer }) =>
      group === 'goals' && (nginx !== undefined || bestPeer !== undefined),
  );
  const bars = (name: string, values: (number | null)[]): object => ({
    name,
    type: 'bar',
    data: values,
    barMaxWidth: 12,
    label: {
      show: true,
      position: 'right',
      formatter: '{c} x',
      fontSize: 10,
    },
  });
  return draw(120 + 44 * shown.length, {
    title: {
      text: 'How many times as good as others PWS is, on one core',
      subtext: `median of ${rounds} interleaved rounds, ${finished.slice(0, 10)}; right of 1 PWS is ahead`,
      left: 'center',
    },
    legend: { bottom: 0 },
    grid: { left: 290, right: 70, top: 70, bottom: 60 },
    xAxis: { type: 'log', axisLabel: { formatter: '{value} x' }, minorSplitLine: { show: false } },
    yAxis: { type: 'category', inverse: true, data: shown.map(({ name }) => name) },
    series: [
      {
        ...bars(
          'against nginx',
          shown.map((row) => advantage(row, row.nginx?.ratio.median)),
        ),
        markLine: {
          silent: true,
          symbol: 'none',
          data: [{ xAxis: 1 }],
          label: { show: false },
          lineStyle: {
            color: '#333333',
            type: 'solid',
          },
        },
      },
      bars(
        'against the best Node peer',
        shown.map((row) => advantage(row, row.bestPeer?.ratio.median)),
      ),
    ] as object[],
  });
}

const PANELS: readonly (readonly [group: Group, title: string])[] = [
  ['connections', '1 KB, by connections at a time'],
  ['files', '1 KB, by files asked for at random'],
  ['sizes', 'by size of the file (octets)'],
];
const PANEL_HEIGHT = 240;

/** The lines: PWS against nginx over connections, files and sizes. */
export function drawScaling({ rows, rounds }: Results): string {
  const panels = PANELS.map(([group, title]) => ({
    title,
    rows: rows.filter((row) => row.group === group),
  })).filter((panel) => panel.rows.some(({ nginx }) => nginx !== undefined));
  const tops = panels.map((_, index) => 80 + index * PANEL_HEIGHT);
  return draw(80 + panels.length * PANEL_HEIGHT, {
    title: [
      {
        text: 'PWS against nginx, on one core',
        left: 'center',
        subtext: `median of ${rounds} interleaved rounds with the least and the greatest; above 1 PWS is ahead`,
      },
      ...panels.map(({ title }, index) => ({
        text: title,
        left: 70,
        top: (tops[index] as number) - 10,
        textStyle: { fontSize: 12 },
      })),
    ],
    grid: tops.map((top) => ({ left: 70, right: 40, top: top + 20, height: PANEL_HEIGHT - 85 })),
    xAxis: panels.map((panel, gridIndex) => ({
      type: 'category',
      gridIndex,
      data: panel.rows.map(({ at }) => (at ?? 0).toLocaleString('en')),
    })) as object[],
    yAxis: panels.map((_, gridIndex) => ({
      type: 'log',
      gridIndex,
      axisLabel: { formatter: '{value} x' },
    })) as object[],
    series: panels.flatMap((panel, index) =>
      (['max', 'median', 'min'] as const).map((part) => ({
        name: part,
        type: 'line',
        xAxisIndex: index,
        yAxisIndex: index,
        symbolSize: 7,
        data: panel.rows.map((row) => advantage(row, row.nginx?.ratio[part])),
        itemStyle: { color: COLOURS[0] },
        showSymbol: part === 'median',
        lineStyle: { type: part === 'median' ? 'solid' : 'dotted' },
        ...(part === 'median'
          ? {
              label: {
                show: true,
                position: 'top',
                formatter: '{c} x',
                fontSize: 10,
              },
            }
          : {}),
        markLine: {
          silent: true,
          symbol: 'none',
          data: [{ yAxis: 1 }],
          label: { show: false },
          lineStyle: {
            color: '#333333',
            type: 'solid',
          },
        },
      })),
    ) as object[],
  });
}
