import { describe, expect, it } from 'vitest';

import { nodeDisk } from './disk.ts';
import { MountNames } from './mount-names.ts';

const TABLE = String.raw`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
36 27 0:40 / /srv/site/media rw,relatime shared:1 - nfs4 files:/media rw,hard
37 27 0:41 / /srv/site/my\040films\134old rw,relatime - fuse.sshfs elsewhere: rw
38 27 0:42 / /srv/süd rw,relatime - fuse daemon rw
`;

function setUp(table: string | undefined) {
  const clock = { nowMs: 5000 };
  const system = { table, asked: 0 };
  const mountTableSync = (): string | undefined => ((system.asked += 1), system.table);
  return { clock, system, names: new MountNames({ mountTableSync }, () => clock.nowMs) };
}

describe('another disk may begin', () => {
  it.each<[readonly string[], boolean, string]>([
    [['media'], true, 'where something is mounted'],
    [['media', 'a.txt'], true, 'below that'],
    [['films', 'media'], true, 'at its name in another place: a link can lead there'],
    [[String.raw`my films\old`], true, 'at a name with a blank and a backslash'],
    [['süd'], true, 'at a name that is not ASCII'],
    [[], false, 'not at the root'],
    [['medi', 'a'], false, 'not at a part of a name'],
    [['nfs4', 'site', 'rw,relatime'], false, 'not at anything else of the table'],
    [['a.txt'], false, 'not at another name'],
  ])('%j: %s, %s', (segments, expected, _why) => {
    expect(setUp(TABLE).names.mayBeIn(segments)).toBe(expected);
  });

  it('anywhere, where the system does not say', () => {
    expect(setUp(undefined).names.mayBeIn(['a.txt'])).toBe(true);
  });

  it('as the system said at most a second ago, which is asked once a second', () => {
    const { names, clock, system } = setUp('');
    expect(names.mayBeIn(['media'])).toBe(false);
    system.table = TABLE;
    clock.nowMs += 999;
    expect(names.mayBeIn(['media'])).toBe(false);
    expect(system.asked).toBe(1);
    clock.nowMs += 1;
    expect(names.mayBeIn(['media'])).toBe(true);
    expect(names.mayBeIn(['media'])).toBe(true);
    expect(system.asked).toBe(2);
  });

  it.runIf(process.platform === 'linux')('where this very system has something mounted', () => {
    const names = new MountNames(nodeDisk, () => 0);
    expect(names.mayBeIn(['proc'])).toBe(true);
    expect(names.mayBeIn(['no such name'])).toBe(false);
  });
});
