/**
 * A reader of the text form of Prometheus, version 0.0.4: strict, and with no code of the library
 * that writes it. It fails at anything that is not of the form.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

/** One metric: its samples by name and labels, as they are written. */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: ReadonlyMap<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
// Values are what Go's ParseFloat takes; the library writes `Nan`, and means it.
const SAMPLE = new RegExp(
  String.raw`^((${NAME})(?:\{${LABEL}(?:,${LABEL})*\})?) ([+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|Na[nN])$`,
);

/** Reads a text; the metrics by their names. */
export function readPrometheusText(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  let [name, help, type] = ['', '', ''];
  let samples = new Map<string, number>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [, helped, words = ''] = HELP.exec(line) ?? [];
    const [, typed, word = ''] = TYPE.exec(line) ?? [];
    if (line === '') continue;
    if (helped !== undefined) {
      if (families.has(helped)) throw new Error(`twice: ${helped}`);
      [name, help, type] = [helped, words, ''];
    } else if (typed !== undefined) {
      if (typed !== name || type !== '') throw new Error(`not in place: ${line}`);
      type = word;
      samples = new Map();
      families.set(name, { type, help, samples });
    } else {
      addSample(line, { name, type, samples });
    }
  }
  return families;
}

function addSample(
  line: string,
  { name, type, samples }: { name: string; type: string; samples: Map<string, number> },
): void {
  const [, key, sampled = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (key === undefined || type === '') throw new Error(`no sample: ${line}`);
  const suffix = sampled.startsWith(name) ? sampled.slice(name.length) : 'another';
  const allowed = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] };
  if (!(allowed[type as keyof typeof allowed] ?? ['']).includes(suffix)) {
    throw new Error(`not of ${name}: ${line}`);
  }
  if (samples.has(key)) throw new Error(`twice: ${line}`);
  samples.set(
    key,
    value.endsWith('Inf') ? Number(value.replace('Inf', 'Infinity')) : Number(value),
  );
}
