/**
 * A network that loses packets, and one that is gone without a word: real ones, in a namespace of
 * their own, with the packet filter of the kernel. What arrives is what was sent, octet for octet;
 * what cannot arrive is given up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, truncateSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { socketsIn } from './kernel-sockets.ts';
import { canRunIn, runBeside, withNetwork } from './namespaces.ts';
import { hasProgram, runProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, testCertificate } from './tls-client.ts';

const FILTERED = withNetwork(
  "nft 'add table inet t; add chain inet t in { type filter hook input priority 0; }'",
);
const SLOW = 'tc qdisc add dev lo root tbf rate 8mbit burst 16k limit 64k';
const HAS_FILTER = hasProgram('nft') && canRunIn(FILTERED);
const HAS_CURL = hasProgram('curl', { shows: /HTTP2/ });

// More than one file may have in memory as a whole.
const octets = randomBytes(2_000_000);
const site = new TemporarySite({ 'random.bin': octets, 'small.txt': 'Small.\n', 'large.bin': '' });
// More than all buffers hold; none of it is on the disk.
truncateSync(`${site.root}/large.bin`, 1024 ** 3);
const room = new TemporarySite();
const files = new CertificateFolder();
files.write(await testCertificate());
const TLS = ['--tls-cert', files.certFile, '--tls-key', files.keyFile];
const clients: ChildProcess[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.kill('SIGKILL');
  await killPrograms();
});
afterAll(() => {
  site.remove();
  room.remove();
  files.remove();
});

function serving(...flags: string[]): Promise<Program> {
  const args = [site.root, '--log', 'json', ...flags];
  return Program.serving(args, { through: FILTERED });
}

const addRule = (program: Program, rule: string): string =>
  runBeside(program.pid, ['nft', `add rule inet t in tcp ${rule}`]);

/** How many packets the rules have dropped. */
function lostCount(program: Program): number {
  const rules = runBeside(program.pid, ['nft', 'list table inet t']);
  const counts = [...rules.matchAll(/packets (\d+)/g)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

describe.runIf(HAS_FILTER && HAS_CURL)('one packet of ten is lost, at 8 Mbit/s (needs nft)', () => {
  it.each([
    ['HTTP/1.1', [], 'http', []],
    ['HTTP/1.1 over TLS', TLS, 'https', ['--http1.1']],
    ['HTTP/2', TLS, 'https', ['--http2']],
  ])('what arrives is what was sent: %s', async (_what, flags, scheme, asked) => {
    const program = await serving(...flags);
    runBeside(program.pid, SLOW.split(' '));
    addRule(program, `sport ${program.port} numgen random mod 10 0 counter drop`);
    addRule(program, `dport ${program.port} numgen random mod 10 0 counter drop`);
    const fetchRange = async (range: string): Promise<Buffer> => {
      const file = `${room.root}/${range}`;
      const target = `${scheme}://127.0.0.1:${program.port}/random.bin`;
      const curl = ['curl', '-sSk', ...asked, '-r', range, '-o', file, target];
      const said = await runProgram('nsenter', ['--target', `${program.pid}`, '--net', ...curl]);
      expect(said).toMatchObject({ exitCode: 0, stderr: '' });
      return readFileSync(file);
    };
    const ranges = ['0-', '100-999999', '-50000'];
    const [whole, middle, last] = await Promise.all(ranges.map(fetchRange));
    expect(whole?.equals(octets)).toBe(true);
    expect(middle?.equals(octets.subarray(100, 1_000_000))).toBe(true);
    expect(last?.equals(octets.subarray(-50_000))).toBe(true);
    expect(lostCount(program)).toBeGreaterThan(0);
    await program.until(() => expect(program.log).toHaveLength(ranges.length));
  });
});

/** A client that connects from a port of its own, sends what it is told, and reads what comes. */
const LOCAL_PORT = 40_001;
const CLIENT = `const [port, octets] = process.argv.slice(1);
const place = { port, localPort: ${LOCAL_PORT}, host: '127.0.0.1' };
const socket = require('node:net').connect(place, () => {
  socket.write(octets, () => process.stdout.write('sent\\n'));
});
socket.on('data', () => undefined);
socket.on('error', () => undefined);`;

async function connectBeside(program: Program, request: string): Promise<void> {
  const node = [process.execPath, '-e', CLIENT, `${program.port}`, request];
  const client = spawn('nsenter', ['--target', `${program.pid}`, '--net', ...node]);
  clients.push(client);
  await new Promise((resolve, reject) => {
    client.stdout.once('data', resolve);
    client.stderr.once('data', (said: Buffer) => reject(new Error(said.toString())));
  });
}

describe.runIf(HAS_FILTER)('a client whose packets no longer come (needs nft)', () => {
  const LIMITS = ['--head-timeout', '1s', '--idle-timeout', '1s', '--send-timeout', '1s'];
  const FIELDS = 'HTTP/1.1\r\nHost: localhost\r\n';

  it.each([
    ['before the end of a head', `GET /small.txt ${FIELDS}`],
    ['between two requests', `GET /small.txt ${FIELDS}\r\n`],
    ['in the middle of an answer', `GET /large.bin ${FIELDS}\r\n`],
  ])('is given up, and what it had is free: %s', async (_when, request) => {
    const program = await serving(...LIMITS, '--linger', '1s');
    const descriptors = (): string[] => readdirSync(`/proc/${program.pid}/fd`);
    const before = descriptors().length;
    const isLarge = request.includes('large');
    // In an answer: after some acknowledgements. Else: after what is sent.
    if (isLarge) addRule(program, `sport ${LOCAL_PORT} quota over 3000 bytes drop`);
    await connectBeside(program, request);
    if (!isLarge) addRule(program, `sport ${LOCAL_PORT} drop`);
    await program.until(() => expect(program.log).toHaveLength(1));
    await program.until(() => expect(descriptors()).toHaveLength(before));
    // Who comes now is served.
    const curl = ['curl', '-sS', `http://127.0.0.1:${program.port}/small.txt`];
    expect(runBeside(program.pid, curl)).toBe('Small.\n');
    if (isLarge) {
      expect(JSON.parse(program.log[0] ?? '')).toMatchObject({
        ended: 'aborted-by-server',
        reason: 'the client did not take it in time',
      });
      // After a plain close the kernel would keep what was not acknowledged, and try again.
      const left = socketsIn('fin-wait-1', program.pid);
      expect(left.filter(({ peerPort }) => peerPort === LOCAL_PORT)).toEqual([]);
    }
  });
});
