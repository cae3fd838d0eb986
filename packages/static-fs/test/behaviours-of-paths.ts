// Behaviours that are about paths, directories and methods. RFC 9110 §4, §9; RFC 3986.

import { type BehaviourGroup, DATE } from './behaviours.ts';

/** In the order of the table. */
export const PATHS: readonly BehaviourGroup[] = [
  {
    name: 'Paths',
    behaviours: [
      ['a file', '200', [{}], { text: '0123456789' }],
      [
        'an empty file',
        '200',
        [{ target: '/empty.txt' }],
        { text: '', fields: { 'Content-Length': '0' } },
      ],
      [
        'an escape in a name (`%20`)',
        '200',
        [{ target: '/two%20words.txt' }],
        { text: 'two words' },
      ],
      ['two dots within a name', '200', [{ target: '/two..dots.txt' }], { text: 'two dots' }],
      [
        'an escape that is broken (`%`, `%1`)',
        '400',
        [{ target: '/a.txt%' }, { target: '/a.txt%1' }],
      ],
      ['an escape that is not UTF-8 (`%99`)', '400', [{ target: '/a%99.txt' }]],
      ['NUL, as an escape', '400', [{ target: '/a.txt%00' }, { target: '/%00' }]],
      ['another control octet, as an escape', '400', [{ target: '/%02' }]],
      [
        'a control octet or a blank, as it is',
        '400',
        [{ target: '/\x02' }, { target: '/..\0' }, { target: '/ /' }],
      ],
      ['`..` within the root', '400', [{ target: '/docs/../a.txt' }, { target: '/docs/..' }]],
      ['`..` above the root', '400', [{ target: '/../a.txt' }, { target: '/docs/../../a.txt' }]],
      ['`.` as a segment', '400', [{ target: '/docs/.' }]],
      ['`..` behind a backslash', '400', [{ target: '/..\\a.txt' }, { target: '/docs\\..' }]],
      [
        'repeated slashes before a file',
        '301, to one slash',
        [{ target: '//a.txt' }],
        { fields: { Location: '/a.txt' } },
      ],
      [
        'repeated slashes before a directory',
        '301, to one slash',
        [{ target: '//docs/' }],
        { fields: { Location: '/docs/' } },
      ],
      ['a name that is too long', '404', [{ target: `/${'long'.repeat(150)}` }]],
      ['nothing of that name', '404', [{ target: '/none' }]],
      ['a path that goes on below a file', '404', [{ target: '/a.txt/none' }]],
      ['a file with a slash behind it', '404', [{ target: '/a.txt/' }]],
      ['an empty path', '400', [{ target: '' }]],
      [
        'a root that is a file',
        'no site: `missing` is thrown',
        [{ disk: { root: 'pub/a.txt' } }],
        { throws: 'missing' },
      ],
      ['a dotfile', '404', [{ target: '/.hidden.txt' }]],
      ['a file in a dot directory', '404', [{ target: '/.folder/a.txt' }, { target: '/.folder/' }]],
      [
        'a dotfile, where the option allows it',
        '200',
        [{ target: '/.hidden.txt', options: { dotfiles: 'allow' } }],
        { text: 'hidden' },
      ],
      [
        'a dotfile, where the option denies it',
        '404, as if it were not there',
        [
          { target: '/.hidden.txt', options: { dotfiles: 'deny' } },
          { target: '/.none', options: { dotfiles: 'deny' } },
        ],
      ],
      [
        'a root in a dot directory',
        '200',
        [{ disk: { root: '.folder' } }],
        { text: 'in a dot directory' },
      ],
      ['a name without its extension', '404', [{ target: '/a' }]],
      ['a device of Windows (`NUL`)', '404', [{ target: '/NUL', options: { naming: 'win32' } }]],
      [
        'a final dot or blank on Windows',
        '404',
        [
          { target: '/a.txt.', options: { naming: 'win32' } },
          { target: '/a.txt%20', options: { naming: 'win32' } },
        ],
      ],
      [
        'a short name on Windows (`~1`)',
        '404',
        [{ target: '/docs~1/index.html', options: { naming: 'win32' } }],
      ],
      [
        'a stream on Windows (`::$data`)',
        '404',
        [{ target: '/a.txt::$data', options: { naming: 'win32' } }],
      ],
      [
        'a link to a file in the root',
        '200',
        [{ target: '/link.txt', disk: { root: 'pub' } }],
        { text: '0123456789' },
      ],
      ['a link that leads out of the root', '404', [{ target: '/out.txt', disk: { root: 'pub' } }]],
      [
        'a link, where the option denies them',
        '404',
        [
          { target: '/link.txt', disk: { root: 'pub', symlinks: 'deny' } },
          { target: '/out.txt', disk: { root: 'pub', symlinks: 'deny' } },
        ],
      ],
      [
        'a link to a file, with a slash behind it',
        '404',
        [{ target: '/link.txt/', disk: { root: 'pub' } }],
      ],
    ],
  },
  {
    name: 'Directories',
    behaviours: [
      [
        'a directory with its slash',
        '200, `index.html`',
        [{ target: '/docs/' }],
        { text: '<p>docs</p>' },
      ],
      ['a directory without its slash', '301', [{ target: '/docs' }]],
      [
        'the Location of that',
        '301, the path',
        [{ target: '/docs' }],
        { fields: { Location: '/docs/' } },
      ],
      [
        'a name in it that needs escapes',
        '301, escaped',
        [{ target: '/two%20%c3%a9' }],
        { fields: { Location: '/two%20%C3%A9/' } },
      ],
      [
        'the query in it',
        '301, kept',
        [{ target: '/docs?a=b' }],
        { fields: { Location: '/docs/?a=b' } },
      ],
      [
        'the content of that',
        '301, none',
        [{ target: '/docs' }],
        { text: undefined, fields: { 'Content-Length': '0', 'Content-Type': undefined } },
      ],
      [
        'the index file by its name',
        '200',
        [{ target: '/docs/index.html' }],
        { text: '<p>docs</p>' },
      ],
      [
        'another index name',
        '200, by option',
        [{ target: '/', options: { index: ['a.txt'] } }],
        { text: '0123456789' },
      ],
      [
        'several index names',
        '200, the first that is there',
        [{ target: '/', options: { index: ['none.html', 'a.txt', 'b.css'] } }],
        { text: '0123456789' },
      ],
      [
        'an index name that is a directory',
        '200, passed over',
        [{ target: '/', options: { index: ['docs', 'a.txt'] } }],
        { text: '0123456789' },
      ],
      [
        'an index name with a slash',
        'no site: `TypeError` is thrown',
        [{ options: { index: ['/a.txt'] } }],
        { throws: 'TypeError' },
      ],
      ['no index file', '404', [{ target: '/bare/' }]],
      ['no index names at all', '404', [{ target: '/docs/', options: { index: [] } }]],
      [
        'If-Modified-Since with a directory',
        '304, the date of its index file',
        [{ target: '/docs/', fields: { 'If-Modified-Since': DATE } }],
        { fields: { 'Last-Modified': DATE } },
      ],
      ['a directory that may not be read', '403', [{ target: '/locked/' }]],
    ],
  },
  {
    name: 'Methods',
    behaviours: [
      [
        'HEAD',
        '200, no content',
        [{ method: 'HEAD' }],
        { text: undefined, fields: { 'Content-Length': '10' } },
      ],
      [
        'POST, PUT, PATCH and DELETE',
        '405',
        [{ method: 'POST' }, { method: 'PUT' }, { method: 'PATCH' }, { method: 'DELETE' }],
        { text: undefined, fields: { Allow: 'GET, HEAD, OPTIONS' } },
      ],
      [
        'OPTIONS',
        '204, Allow',
        [{ method: 'OPTIONS' }, { target: '*', method: 'OPTIONS' }],
        { text: undefined, fields: { Allow: 'GET, HEAD, OPTIONS' } },
      ],
      ['TRACE', '405', [{ method: 'TRACE' }]],
      ['CONNECT', '501', [{ method: 'CONNECT' }]],
    ],
  },
];
