/**
 * Asks a site for paths as somebody does who goes to a page, and follows where it leads.
 * Owns what counts as leading on: redirects on this site, as many as a browser follows or fewer.
 */
import { Fields } from '@pws/http-wire';
import type { DecisionStep, ServedFile, StaticSite } from '@pws/static-fs';
import { askedRequest } from './asked-request.ts';

/** What a site said. */
export interface ProbedAnswer {
  readonly status: number;
  /** Where it leads on this site: path and query; `undefined` where it leads nowhere, or elsewhere. */
  readonly location: string | undefined;
  readonly served: ServedFile | undefined;
  readonly steps: readonly DecisionStep[];
}

/** Where a path leads in the end. */
export interface Followed {
  /** The paths that were asked for, the first one too. */
  readonly paths: readonly string[];
  /** `loop`: one of them again, or more than anybody follows. */
  readonly end: ProbedAnswer | 'loop';
}

/** Browsers give up after 20; nobody means as many as this. */
const MOST_HOPS = 10;

/** What a page says when it loads something. */
const OF_PAGE = ['Sec-Fetch-Mode: no-cors', 'Accept: */*'];

/** Asks for a path as a page does that loads it, with its query where it has one. */
export function probeAsPage(site: StaticSite, target: string): Promise<ProbedAnswer> {
  return ask(site, target, OF_PAGE);
}

/** Asks for a path, with its query where it has one. */
export function probe(site: StaticSite, target: string): Promise<ProbedAnswer> {
  return ask(site, target, []);
}

async function ask(
  site: StaticSite,
  target: string,
  fieldsOfRequest: readonly string[],
): Promise<ProbedAnswer> {
  const request = askedRequest(target, { method: undefined, fields: fieldsOfRequest });
  const at = request.target.indexOf('?');
  const steps: DecisionStep[] = [];
  const response = await site.explain(
    {
      method: request.method,
      path: at === -1 ? request.target : request.target.slice(0, at),
      query: at === -1 ? undefined : request.target.slice(at + 1),
      fields: Fields.from(request.fields),
    },
    (step) => steps.push(step),
  );
  await response.content?.close();
  const { status, fields, served } = response;
  const location = fields.find(([name]) => name === 'Location')?.[1];
  return { status, location: locally(location), served, steps };
}

/** Goes from a path to where it leads. */
export async function follow(site: StaticSite, from: string): Promise<Followed> {
  const paths = [from];
  for (;;) {
    // Each answer says where the next question goes.
    // oxlint-disable-next-line no-await-in-loop
    const answer = await probe(site, paths.at(-1) ?? from);
    if (answer.location === undefined) return { paths, end: answer };
    if (paths.includes(answer.location) || paths.length > MOST_HOPS) return { paths, end: 'loop' };
    paths.push(answer.location);
  }
}

function locally(location: string | undefined): string | undefined {
  if (location?.startsWith('/') !== true || location.startsWith('//')) return undefined;
  return location.split('#', 1)[0];
}
