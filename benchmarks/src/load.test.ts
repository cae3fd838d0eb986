import { describe, expect, it } from 'vitest';
import {
  type Load,
  faultOfLoad,
  readCount,
  readH2load,
  readMillis,
  readOctets,
  readWrk,
} from './load.ts';

const WRK = `Running 1s test @ http://127.0.0.1:18999/nope
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   807.29us    2.81ms  28.04ms   94.89%
    Req/Sec    70.23k    37.01k  115.57k    60.00%
  Latency Distribution
     50%   39.00us
     75%  148.00us
     90%    1.81ms
     99%   17.24ms
  69839 requests in 1.01s, 20.51MB read
Requests/sec:  69264.66
Transfer/sec:     20.34MB
`;

const H2LOAD = `Application protocol: h2
Process Request Failure:2

finished in 1.17s, 4000.00 req/s, 134.71MB/s
requests: 4006 total, 4012 started, 4006 done, 4000 succeeded, 6 failed, 6 errored, 0 timeout
status codes: 4000 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 134.71MB (141256264) total, 433.59KB (444000) headers (space savings 38.67%), 134.08MB (140596000) data
`;

describe('units', () => {
  it.each([
    ['0.00B', 0],
    ['512.00B', 512],
    ['1.50KB', 1536],
    ['8.91MB', 8.91 * 1024 ** 2],
    ['2.00GB', 2 * 1024 ** 3],
  ])('octets: %s is %d', (text, expected) => expect(readOctets(text)).toBe(expected));

  it.each([
    ['12.34', 12.34],
    ['36.53k', 36_530],
    ['1.20M', 1_200_000],
  ])('counts: %s is %d', (text, expected) => expect(readCount(text)).toBeCloseTo(expected, 6));

  it.each([
    ['64.12us', 0.064_12],
    ['17.24ms', 17.24],
    ['1.01s', 1010],
    ['2.00m', 120_000],
  ])('times: %s is %d ms', (text, expected) => expect(readMillis(text)).toBeCloseTo(expected, 6));

  it.each(['', '12XB', '-nan', '1.2.3MB'])('refuses "%s"', (text) => {
    expect(() => readOctets(text)).toThrow('expected a number with a unit');
  });
});

describe('readWrk()', () => {
  it('reads requests, octets and latency', () => {
    const load = readWrk(WRK);
    expect(load).toMatchObject({ seconds: 1.01, requests: 69_839, requestsPerSecond: 69_264.66 });
    expect(load).toMatchObject({ failures: 0, socketErrors: 0 });
    expect(load.octetsPerSecond).toBeCloseTo((20.51 * 1024 ** 2) / 1.01, 3);
    expect(load.latencyMs).toEqual({ half: 0.039, most: 17.24 });
  });

  it('counts statuses from 400 and errors of all kinds', () => {
    const errors = '  Socket errors: connect 1, read 20, write 300, timeout 4000\n';
    const load = readWrk(`${WRK}${errors}  Non-2xx or 3xx responses: 69839\n`);
    expect(load).toMatchObject({ socketErrors: 4321, failures: 69_839 });
  });

  it('says what it got where that is no result', () => {
    const output = 'unable to connect to 127.0.0.1:18997 Connection refused\n';
    expect(() => readWrk(output)).toThrow('Connection refused');
  });
});

describe('readH2load()', () => {
  it('reads requests, octets and what failed', () => {
    expect(readH2load(H2LOAD)).toEqual({
      seconds: 1.17,
      requests: 4006,
      requestsPerSecond: 4e3,
      octetsPerSecond: 134.71 * 1024 ** 2,
      failures: 0,
      socketErrors: 6,
    });
  });
});

describe('faultOfLoad()', () => {
  const fine: Load = {
    seconds: 1,
    requests: 10,
    requestsPerSecond: 10,
    octetsPerSecond: 1e3,
    failures: 0,
    socketErrors: 0,
  };
  it.each<[Partial<Load>, number, string | undefined, string]>([
    [{}, 200, undefined, 'all well'],
    [{ socketErrors: 2 }, 200, '2 socket errors or answers too late', 'errors'],
    [{ failures: 3 }, 200, '3 answers with statuses from 400', 'other answers'],
    [{ failures: 10 }, 404, undefined, 'they are what is wanted'],
    [{ failures: 9 }, 404, '1 answers with statuses below 400', 'one was found'],
    [{ octetsPerSecond: 0 }, 200, 'nothing was answered', 'nothing'],
    [{ requests: 0 }, 200, undefined, 'a part of a large file is something'],
  ])('finds %j, where %d is expected, %s: %s', (load, status, expected) => {
    expect(faultOfLoad({ ...fine, ...load }, status)).toBe(expected);
  });
});
