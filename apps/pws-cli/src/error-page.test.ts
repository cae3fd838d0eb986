import { createHash } from 'node:crypto';
import { PROTOCOL_ERROR_STATUS } from '@pws/http-wire';
import { describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, errorPage } from './error-page.ts';
import { errorResponse } from './error-response.ts';

const text = (status: number): string => Buffer.from(errorPage(status)).toString('utf8');

/** What the wire refuses with, and what the site answers with. 502 is a gateway's. */
const STATUSES = [
  ...new Set([...Object.values(PROTOCOL_ERROR_STATUS), 400, 401, 403, 404, 405, 500, 501, 503]),
].filter((status) => status !== 502);

describe('errorPage()', () => {
  it('says the words of the tutorial for 404', () => {
    expect(text(404)).toContain('<h1>Page Not Found!</h1>');
    expect(text(404)).toContain('<a href="/">');
  });

  it.each(STATUSES)('has words of its own for %i', (status) => {
    const page = text(status);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain(`<p class="status">${status}</p>`);
    const title = /<h1>([^<]+)<\/h1>/.exec(page)?.[1];
    expect(title).not.toBe('Error');
    expect(page).toContain(`<title>${status} ${title}</title>`);
  });

  it('has a page for a status that it has no words for', () => {
    expect(text(418)).toContain('<h1>Error</h1>');
  });

  it.each(STATUSES)('for %i names no path, no version and nothing outside of itself', (status) => {
    expect(text(status)).not.toMatch(/node|PWS\/|\/home|https?:|<script|<img|<link|url\(/i);
  });

  it('is made once for each status', () => {
    expect(errorPage(404)).toBe(errorPage(404));
  });
});

describe('CONTENT_SECURITY_POLICY', () => {
  it.each([...STATUSES, 418])('lets the page for %i use the style that is in it', (status) => {
    const styles = [...text(status).matchAll(/<style>([^]*?)<\/style>/g)];
    expect(styles).toHaveLength(1);
    const hash = createHash('sha256')
      .update(styles[0]?.[1] ?? '')
      .digest('base64');
    expect(CONTENT_SECURITY_POLICY).toContain(`style-src 'sha256-${hash}'`);
    expect(text(status)).not.toMatch(/ style=| on[a-z]+=/);
  });

  it('lets it load and run nothing else', () => {
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none'; /);
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|script-src|\*/);
  });
});

describe('errorResponse()', () => {
  it('has the page, its length, its type and its policy', () => {
    const { status, fields, content } = errorResponse(404, 'GET');
    expect(status).toBe(404);
    expect(content?.octets).toBe(errorPage(404));
    expect(content?.lengthBytes).toBe(errorPage(404).length);
    expect(fields).toEqual([
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Length', String(errorPage(404).length)],
      ['Cache-Control', 'no-store'],
      ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
      ['X-Content-Type-Options', 'nosniff'],
    ]);
  });

  it('has the same fields and no content for HEAD', () => {
    const { fields, content } = errorResponse(404, 'HEAD');
    expect(content).toBeUndefined();
    expect(fields).toEqual(errorResponse(404, 'GET').fields);
  });

  it('has the page where the method could not be read', () => {
    expect(errorResponse(400, undefined).content?.octets).toBe(errorPage(400));
  });

  it('keeps the fields of the outcome, before its own', () => {
    expect(errorResponse(405, 'POST', [['Allow', 'GET']]).fields[0]).toEqual(['Allow', 'GET']);
  });
});
