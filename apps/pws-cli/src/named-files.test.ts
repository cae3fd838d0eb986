import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { TemporarySite } from '../test/temporary-site.ts';
import { CertificateFolder, testCertificate } from '../test/tls-client.ts';
import { resolveConfig } from './config.ts';
import { readLayers } from './layers.ts';
import { type LoadedConfig, readNamedFiles } from './named-files.ts';

const HASH = `$2y$05$${'a'.repeat(53)}`;
const place = new TemporarySite({ 'site/index.html': 'Front page\n' });
const files = new CertificateFolder();
const certificate = await testCertificate();
const users = place.write('users', `ann:${HASH}\n__proto__:${HASH}\n`);

afterAll(() => {
  place.remove();
  files.remove();
});

async function load(flags: Readonly<Record<string, string[]>>): Promise<LoadedConfig> {
  const given = { root: `${place.root}/site`, flags };
  const config = await resolveConfig(await readLayers(given, { env: {}, cwd: place.root }));
  return readNamedFiles(config);
}

describe('readNamedFiles()', () => {
  it('reads nothing where nothing is named', async () => {
    const { tls, basicAuth } = await load({});
    expect([tls, basicAuth]).toEqual([undefined, undefined]);
  });

  it('gives what the files say, and the same when it has been sent as JSON', async () => {
    files.write(certificate);
    const flags = {
      'tls-cert': [files.certFile],
      'tls-key': [files.keyFile],
      'basic-auth': [users],
    };
    const loaded = await load(flags);
    const sent = JSON.parse(JSON.stringify(loaded)) as LoadedConfig;
    for (const { tls, basicAuth } of [loaded, sent]) {
      expect(tls?.certificate).toEqual(certificate);
      expect(basicAuth).toEqual([
        ['ann', HASH],
        ['__proto__', HASH],
      ]);
    }
    // What is not a file of the site is known by its path all the same.
    expect(loaded.withheld).toEqual(expect.arrayContaining([files.keyFile, users]));
  });

  it('takes what was read as it is, whatever the files say by then', async () => {
    files.write(certificate);
    const loaded = await load({ 'tls-cert': [files.certFile], 'tls-key': [files.keyFile] });
    writeFileSync(files.certFile, 'garbage');
    expect(await readNamedFiles(loaded)).toEqual(loaded);
  });

  it.each([
    [{ 'basic-auth': ['/gone/users'] }, 1, '--basic-auth: expected a file at /gone/users'],
    [
      { 'tls-cert': ['/gone/c.pem'], 'tls-key': ['/gone/k.pem'] },
      1,
      '--tls-cert /gone/c.pem: expected a certificate in PEM form',
    ],
  ])('refuses %j with exit code %i', async (flags, exitCode, message) => {
    await expect(load(flags)).rejects.toMatchObject({
      exitCode,
      message: expect.stringContaining(message) as string,
    });
  });
});
