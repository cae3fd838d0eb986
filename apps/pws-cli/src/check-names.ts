/**
 * What is wrong with the names that lie in a folder: those that nobody can ask for, those that nobody
 * should, and those that mean something elsewhere and nothing here.
 * Owns how many are looked at. What a name means is in name-meanings.ts.
 */
import { sep } from 'node:path';
import { type Opened, type OpenFile, type WalkedName, walkFolder } from '@pws/static-fs';
import { BUILD_MANIFESTS } from './build-manifest.ts';
import { type CheckedFolder, onWire } from './checked-folder.ts';
import { hasPrivateKey, isPrivate, mayHoldKey, ownerOfSettings } from './name-meanings.ts';
import type { FileProblem } from './rule-problem.ts';

/** Names that are looked at; a site has fewer, a home folder more. */
export const MOST_NAMES = 20_000;

/** What was found. */
export interface CheckedNames {
  readonly problems: readonly FileProblem[];
  /** How many names were looked at. */
  readonly count: number;
  /** Whether there are more. */
  readonly isCut: boolean;
}

/** Looks at the names in a folder, so many of them. */
export async function checkNames(
  folder: CheckedFolder,
  most: number = MOST_NAMES,
): Promise<CheckedNames> {
  const { root, dotfiles = 'deny' } = folder.options;
  const found: FileProblem[] = [];
  const pages = new Set<string>();
  let count = 0;
  let isCut = false;
  for await (const name of walkFolder({ root, dotfiles })) {
    isCut = count === most;
    if (isCut) break;
    count += 1;
    const path = name.segments.join('/');
    if (path.endsWith('.html')) pages.add(path);
    const asked = onWire(folder, `/${path}/`);
    const other = folder.hidden.find((each) => asked.startsWith(each));
    // Of what another folder is served in place of, the first name is enough.
    if (other !== undefined && other !== asked) continue;
    const finding = other === undefined ? await findingOf(name, folder) : note(HIDDEN);
    if (finding !== undefined) found.push({ file: path, ...finding });
  }
  const all = [...found, ...pagesTwice(pages, folder)];
  const problems = all.map((problem) => ({ ...problem, file: folder.prefix + problem.file }));
  return { problems, count, isCut };
}

const HIDDEN = 'expected a name that is served, got one in whose place another folder is';

type Finding = Pick<FileProblem, 'message' | 'severity'>;

function note(message: string): Finding {
  return { message, severity: 'warning' };
}

function fault(message: string): Finding {
  return { message, severity: 'error' };
}

function findingOf(
  name: WalkedName,
  folder: CheckedFolder,
): Finding | undefined | Promise<Finding | undefined> {
  switch (name.standing) {
    case 'served':
      return servedFinding(name, folder);
    case 'hidden':
      return settingsFinding(name) ?? dotFinding(name);
    case 'unreachable':
      return fault('expected a name that can be asked for, got one that no path can hold');
    case 'unreadable':
      return fault('expected a folder that can be read, got one that is closed to this program');
  }
}

function dotFinding({ segments, kind }: WalkedName): Finding | undefined {
  // Of a build, the server reads these itself.
  const path = segments.join('/');
  if (BUILD_MANIFESTS.some((file) => file.startsWith(`${path}/`))) return undefined;
  return note(`expected names that are served, got a ${kind} that is not: it begins with a dot`);
}

async function servedFinding(
  name: WalkedName,
  { source, options, conventions }: CheckedFolder,
): Promise<Finding | undefined> {
  const { segments, kind } = name;
  const own = segments.at(-1) ?? '';
  const place = [options.root, ...segments].join(sep);
  if (options.withheld?.includes(place) === true) return undefined;
  if (isPrivate(own)) return fault(`${SECRETS}, got a name of theirs`);
  if (kind === 'directory') return own === 'node_modules' ? note(PACKAGES) : undefined;
  let opened: Opened;
  try {
    opened = await source.open(segments);
  } catch {
    return fault('expected a file that can be read, got one that is closed to this program');
  }
  if (opened.kind === 'nothing') {
    return note(kind === 'link' ? linkWords(options) : 'expected a file or a folder, got neither');
  }
  if (opened.kind === 'directory') return undefined;
  const isKey = mayHoldKey(own) && hasPrivateKey(await beginningOf(opened));
  await opened.close();
  if (isKey) return fault(`${SECRETS}, got a private key`);
  const rules = conventions.files.names;
  if (segments.length > 1 && rules.includes(own)) return note(BELOW);
  return settingsFinding(name);
}

const SECRETS = 'expected no secrets among what is served';
const PACKAGES = 'expected what was built, got the packages that it was built with';
const BELOW = 'expected rules at the root of the folder, got a file that is one like any other';

function settingsFinding({ segments: [own = '', ...below] }: WalkedName): Finding | undefined {
  const owner = below.length === 0 ? ownerOfSettings(own) : undefined;
  return owner === undefined
    ? undefined
    : note(`expected files of the site, got settings of ${owner}: they are not read here`);
}

function linkWords({ symlinks }: CheckedFolder['options']): string {
  if (symlinks === 'deny') return 'expected no links, since none is followed (--symlinks), got one';
  return 'expected a link to something in the folder, got one that leads nowhere: it is not served';
}

/** Keys are shorter. */
const BEGINNING_BYTES = 64 * 1024;

async function beginningOf(file: OpenFile): Promise<string> {
  if (file.octets !== undefined) return Buffer.from(file.octets).toString('latin1');
  const octets = Buffer.alloc(BEGINNING_BYTES);
  const count = await file.read(octets, 0).catch(() => 0);
  return octets.toString('latin1', 0, count);
}

/** Pages of the same path: the folder answers, and the file by its whole name alone. */
function pagesTwice(
  pages: ReadonlySet<string>,
  { options: { cleanUrls, index = ['index.html'] } }: CheckedFolder,
): readonly FileProblem[] {
  if (cleanUrls !== true) return [];
  return [...pages].flatMap((file) => {
    const other = `${file.slice(0, -'.html'.length)}/${index[0]}`;
    if (!pages.has(other)) return [];
    const message = `expected one page for one path, got ${other} too, which answers`;
    return [{ file, message, severity: 'warning' } as const];
  });
}
