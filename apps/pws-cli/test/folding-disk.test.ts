/**
 * A disk that takes `SECRET.TXT` for `secret.txt`: NTFS as Windows has it, in a file. Only the name
 * that is stored is answered, so that what goes by a name holds: the password file, above all.
 */
import { spawnSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import bcrypt from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunIn, withMounts } from './namespaces.ts';
import { hasProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'secret.txt': 'Secret.\n',
  'docs/index.html': 'Documents\n',
  'docs/a.txt': 'A.\n',
  'list/b.txt': 'B.\n',
  'passwords.txt': `ann:${bcrypt.hashSync('sesame', 4)}\n`,
});
const disk = new TemporarySite({ image: '', 'root/.keep': '' });
const root = `${disk.root}/root`;
const image = `${disk.root}/image`;
const FOLDING = withMounts(
  `lowntfs-3g -o ignore_case ${image} ${root} && cp -r ${site.root}/. ${root}`,
);

function canFold(): boolean {
  const asked = { args: ['--version'], shows: /mkntfs/ };
  if (!hasProgram('lowntfs-3g', { args: ['--help'] }) || !hasProgram('mkntfs', asked)) return false;
  truncateSync(image, 4 * 1024 * 1024);
  spawnSync('mkntfs', ['-F', '-q', image]);
  return canRunIn(FOLDING);
}

afterAll(async () => {
  await killPrograms();
  site.remove();
  disk.remove();
});

describe.runIf(canFold())('on a disk that folds case (needs lowntfs-3g)', () => {
  let open: Program;
  let closed: Program;
  beforeAll(async () => {
    // One after the other: both have the same disk.
    open = await Program.serving([root, '--listing'], { through: FOLDING });
    const through = withMounts(`lowntfs-3g -o ignore_case,ro ${image} ${root}`);
    const flags = ['--basic-auth', `${root}/passwords.txt`];
    closed = await Program.serving([root, ...flags], { through });
  });

  it.each([
    ['/secret.txt', 200],
    ['/SECRET.TXT', 404],
    ['/Secret.txt', 404],
    ['/docs', 301],
    ['/DOCS', 404],
    ['/docs/', 200],
    ['/DOCS/', 404],
    ['/docs/a.txt', 200],
    ['/docs/A.TXT', 404],
    ['/Docs/a.txt', 404],
    ['/list/', 200],
    ['/LIST/', 404],
  ])('%s is answered with %d, once and again', async (target, status) => {
    for (const method of ['GET', 'HEAD', 'GET']) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(open.port, target, method)).status).toBe(status);
    }
  });

  it.each(['/passwords.txt', '/PASSWORDS.TXT', '/Passwords.txt'])(
    'the password file is not sent: %s',
    async (target) => {
      const line = `Authorization: Basic ${Buffer.from('ann:sesame').toString('base64')}`;
      expect((await ask(closed.port, '/secret.txt', 'GET', [line])).status).toBe(200);
      expect((await ask(closed.port, target, 'GET', [line])).status).toBe(404);
    },
  );
});
