import {
  applicableRange,
  type ConditionalRequest,
  evaluatePreconditions,
  formatContentRange,
  parseEntityTag,
  parseRange,
  resolveRanges,
} from '@pws/static-fs';

/** Answers a request for a text in memory, in one line: the status, and what it says or gives. */
export function answer(request: ConditionalRequest, text: string, nowMs: number): string {
  const current = { entityTag: parseEntityTag('"v1"') };
  const result = evaluatePreconditions(request, current, nowMs);
  if (result !== 'proceed') return result === 'failed' ? '412' : '304 "v1"';

  const specs = parseRange(applicableRange(request, current, nowMs) ?? '');
  const resolved = resolveRanges(specs ?? [], text.length);
  if (resolved.kind === 'unsatisfiable') {
    return `416 ${formatContentRange({ kind: 'unsatisfied', lengthBytes: text.length })}`;
  }
  if (resolved.kind === 'whole') return `200 ${text}`;

  const parts = resolved.ranges.map((range) => {
    const contentRange = formatContentRange({ kind: 'range', range, lengthBytes: text.length });
    return `${contentRange} ${text.slice(range.first, range.last + 1)}`;
  });
  return `206 ${parts.join('; ')}`;
}
