/**
 * The folders of a site as `pws check` looks at them: the one at the root, then the mounts.
 * Owns what each of them is called, and what of it others hide.
 */
import { createStaticSite, type FileSource, nodeFileSource, type StaticSite } from '@pws/static-fs';
import type { ServedFolder, ServedSite } from './served-site.ts';

/** A folder, and what is around it. */
export interface CheckedFolder extends ServedFolder {
  /** What a person is told before the names of its files: the path of a mount, else nothing. */
  readonly prefix: string;
  /** Paths below its own that are served from other folders. */
  readonly hidden: readonly string[];
  readonly source: FileSource;
  /** Its files alone: without rules, without the shell, and as if there were no base. */
  readonly files: StaticSite;
  /** All folders together, as they are served. */
  readonly site: StaticSite;
  /** A path that a server may answer before its files. */
  readonly answeredBefore: string;
}

/**
 * The folders of a site.
 *
 * @param answeredBefore - a path that a server may answer before its files
 */
export function checkedFolders(
  { site, mounts, ...outer }: ServedSite,
  answeredBefore: string,
): readonly CheckedFolder[] {
  const bases = mounts.map(({ base }) => base);
  const checked = (folder: ServedFolder, prefix: string): CheckedFolder => ({
    ...folder,
    prefix,
    hidden: bases.filter((other) => other !== folder.base && other.startsWith(folder.base)),
    source: nodeFileSource(folder.options),
    files: createStaticSite({ ...folder.options, ...ALONE }),
    site,
    answeredBefore,
  });
  return [checked(outer, ''), ...mounts.map((mount) => checked(mount, mount.base))];
}

const ALONE = {
  base: '/',
  rules: undefined,
  shell: undefined,
  listing: false,
  renderSingle: false,
  trailingSlash: 'ignore',
  compress: false,
} as const;

/** A path of a folder, as it is asked for. */
export function onWire({ base }: Pick<CheckedFolder, 'base'>, path: string): string {
  return base.slice(0, -1) + path;
}
