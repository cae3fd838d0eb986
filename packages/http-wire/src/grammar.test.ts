import { describe, expect, test } from 'vitest';
import {
  FIELD_VALUE_PATTERN,
  TOKEN_PATTERN,
  hexDigitValue,
  isDigit,
  isFieldValueOctet,
  isHostOctet,
  isTargetOctet,
  isTokenOctet,
  skipFieldValue,
  skipTarget,
  skipToken,
} from './grammar.ts';

/** Written from the grammar again, as patterns, to be compared with the table octet by octet. */
const CLASSES: readonly (readonly [string, (octet: number) => boolean, RegExp])[] = [
  ['a token octet (RFC 9110 §5.6.2)', isTokenOctet, /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/],
  ['a field value octet (RFC 9110 §5.5)', isFieldValueOctet, /^[\t\x20-\x7e\x80-\xff]$/],
  ['a target octet (decision 0003)', isTargetOctet, /^[!$%&'()*+,\-./0-9:;=?@A-Z[\\\]^_`a-z{|}~]$/],
  ['a host octet (RFC 3986 §3.2.2)', isHostOctet, /^[-._~%!$&'()*+,;=:[\]0-9A-Za-z]$/],
  ['a digit', isDigit, /^[0-9]$/],
  ['a hexadecimal digit', (octet) => hexDigitValue(octet) !== -1, /^[0-9A-Fa-f]$/],
];

describe.each(CLASSES)('%s', (_, isInClass, pattern) => {
  test('is what the grammar says for each of the 256 octets', () => {
    for (let octet = 0; octet < 256; octet++) {
      expect(isInClass(octet), `octet ${octet}`).toBe(pattern.test(String.fromCharCode(octet)));
    }
  });
});

describe.each([
  ['skipToken()', skipToken, isTokenOctet],
  ['skipFieldValue()', skipFieldValue, isFieldValueOctet],
  ['skipTarget()', skipTarget, isTargetOctet],
] as const)('%s', (_, skip, isInClass) => {
  const LENGTH = 20;

  test('stops at the first octet that is not of the class, whichever and wherever it is', () => {
    for (let octet = 0; octet < 256; octet++) {
      for (let at = 0; at < LENGTH; at++) {
        const octets = new Uint8Array(LENGTH).fill(0x61);
        octets[at] = octet;
        expect(skip(octets, 0, LENGTH), `${octet} at ${at}`).toBe(isInClass(octet) ? LENGTH : at);
      }
    }
  });

  test('stops at the first of several', () => {
    for (let first = 0; first < LENGTH; first++) {
      for (let second = first; second < LENGTH; second++) {
        const octets = new Uint8Array(LENGTH).fill(0x61);
        octets[first] = 0;
        octets[second] = 0x0d;
        expect(skip(octets, 0, LENGTH)).toBe(first);
      }
    }
  });

  test('begins and ends where it is told', () => {
    const octets = new Uint8Array(LENGTH).fill(0x61);
    for (let from = 0; from <= LENGTH; from++) {
      for (let stop = from; stop <= LENGTH; stop++) expect(skip(octets, from, stop)).toBe(stop);
    }
  });
});

test('the patterns agree with the octet classes', () => {
  for (let unit = 0; unit < 0x300; unit++) {
    const char = String.fromCharCode(unit);
    expect(TOKEN_PATTERN.test(char), `unit ${unit}`).toBe(unit < 256 && isTokenOctet(unit));
    expect(FIELD_VALUE_PATTERN.test(char), `unit ${unit}`).toBe(
      unit < 256 && isFieldValueOctet(unit),
    );
  }
});

test('hexDigitValue() is what parseInt() says', () => {
  for (const digit of '0123456789abcdefABCDEF') {
    expect(hexDigitValue(digit.charCodeAt(0))).toBe(Number.parseInt(digit, 16));
  }
});
