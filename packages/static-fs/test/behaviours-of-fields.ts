// Behaviours that are about the fields of a file, preconditions and negotiation, and about what an
// error says. RFC 9110 §8, §12, §13, §15.

import { type Asked, type BehaviourGroup, DATE, EARLIER, LATER } from './behaviours.ts';

const GZIP: Asked = { target: '/app.js', fields: { 'Accept-Encoding': 'gzip' } };

/** In the order of the table. */
export const FIELDS: readonly BehaviourGroup[] = [
  {
    name: 'Fields of a file',
    behaviours: [
      [
        'Content-Type, by extension',
        '200, with a charset',
        [{ target: '/b.css' }],
        { fields: { 'Content-Type': 'text/css; charset=utf-8' } },
      ],
      [
        'Content-Type, without an extension',
        '200, octet-stream',
        [{ target: '/plain' }],
        { fields: { 'Content-Type': 'application/octet-stream' } },
      ],
      ['Content-Length', '200, yes', [{}], { fields: { 'Content-Length': '10' } }],
      ['Last-Modified', '200, yes', [{}], { fields: { 'Last-Modified': DATE } }],
      [
        'Last-Modified, for a date of 0',
        '200, none',
        [{ target: '/epoch.txt' }],
        { fields: { 'Last-Modified': undefined } },
      ],
      ['ETag', '200, strong', [{}], { fields: { ETag: /^"[^"]+"$/ } }],
      [
        'ETag, where the option says none',
        '200, none',
        [{ options: { etag: 'off' } }],
        { fields: { ETag: undefined } },
      ],
      ['Accept-Ranges', '200, `bytes`', [{}], { fields: { 'Accept-Ranges': 'bytes' } }],
    ],
  },
  {
    name: 'Validators and preconditions',
    behaviours: [
      ['If-None-Match, the same tag', '304', [{ fields: { 'If-None-Match': '{tag}' } }]],
      ['If-None-Match, weakly the same', '304', [{ fields: { 'If-None-Match': 'W/{tag}' } }]],
      [
        'If-None-Match, in a list',
        '304',
        [{ fields: { 'If-None-Match': '"x", W/"y", {tag} , "z"' } }],
      ],
      ['If-None-Match: `*`', '304', [{ fields: { 'If-None-Match': '*' } }]],
      ['If-None-Match, another tag', '200', [{ fields: { 'If-None-Match': '"x"' } }]],
      ['If-None-Match that lists nothing (`,`)', '200', [{ fields: { 'If-None-Match': ',' } }]],
      [
        'the fields of a 304',
        '304, ETag and Vary, no Content-…',
        [{ fields: { 'If-None-Match': '{tag}' } }],
        {
          text: undefined,
          fields: {
            ETag: '{tag}',
            Vary: 'Accept-Encoding',
            'Content-Type': undefined,
            'Content-Length': undefined,
            'Content-Encoding': undefined,
            'Accept-Ranges': undefined,
          },
        },
      ],
      [
        'Last-Modified in a 304',
        '304, yes',
        [{ fields: { 'If-None-Match': '{tag}' } }],
        { fields: { 'Last-Modified': DATE } },
      ],
      ['If-Modified-Since, the same date', '304', [{ fields: { 'If-Modified-Since': DATE } }]],
      ['If-Modified-Since, an earlier date', '200', [{ fields: { 'If-Modified-Since': EARLIER } }]],
      [
        'If-Modified-Since, a later date',
        '304',
        [
          { fields: { 'If-Modified-Since': LATER } },
          { fields: { 'If-Modified-Since': 'Tue, 19 Jan 2038 03:14:07 GMT' } },
        ],
      ],
      ['If-Match, in a list', '200', [{ fields: { 'If-Match': '"x", "y", \t{tag} , "z"' } }]],
      ['If-Match: `*`', '200', [{ fields: { 'If-Match': '*' } }]],
      [
        'If-Match, other tags',
        '412',
        [{ fields: { 'If-Match': '"x"' } }, { fields: { 'If-Match': ' "x",, "y" ,' } }],
      ],
      ['If-Match, weakly the same', '412', [{ fields: { 'If-Match': 'W/{tag}' } }]],
      [
        'If-Match for what is not there',
        '404',
        [{ target: '/none', fields: { 'If-Match': '"x"' } }],
      ],
      ['If-Unmodified-Since, the same date', '200', [{ fields: { 'If-Unmodified-Since': DATE } }]],
      [
        'If-Unmodified-Since, an earlier date',
        '412',
        [{ fields: { 'If-Unmodified-Since': EARLIER } }],
      ],
      ['If-Unmodified-Since that is no date', '200', [{ fields: { 'If-Unmodified-Since': 'x' } }]],
    ],
  },
  {
    name: 'Negotiation',
    behaviours: [
      [
        'a sibling that is accepted',
        '200, coded',
        [GZIP],
        { text: 'GZ', fields: { 'Content-Encoding': 'gzip' } },
      ],
      [
        'a sibling, without Accept-Encoding',
        '200, the file',
        [{ target: '/app.js' }],
        { text: 'let a;', fields: { 'Content-Encoding': undefined } },
      ],
      [
        'the charset of what is coded',
        '200, that of the file',
        [GZIP],
        { fields: { 'Content-Type': 'text/javascript; charset=utf-8' } },
      ],
      [
        'the length of what is coded',
        '200, that of the sibling',
        [GZIP],
        { fields: { 'Content-Length': '2' } },
      ],
      [
        'HEAD for what is coded',
        '200, Content-Encoding',
        [{ ...GZIP, method: 'HEAD' }],
        { text: undefined, fields: { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } },
      ],
      [
        'Vary, where there is a sibling',
        '200, yes',
        [{ target: '/app.js' }, GZIP],
        { fields: { Vary: 'Accept-Encoding' } },
      ],
      [
        'Vary, where there is none',
        '200, yes: there may be one tomorrow',
        [{}],
        { fields: { Vary: 'Accept-Encoding' } },
      ],
      [
        'a sibling without its file',
        '404',
        [{ target: '/only.js' }, { target: '/only.js', fields: { 'Accept-Encoding': 'gzip' } }],
      ],
    ],
  },
];

/** At the end of the table. */
export const FAULTS: readonly BehaviourGroup[] = [
  {
    name: 'Faults',
    behaviours: [
      [
        'a file that the operating system refuses',
        '403',
        [{ target: '/locked/a.txt' }],
        { text: undefined },
      ],
      ['a disk that fails', '500', [{ target: '/broken.txt' }], { text: undefined }],
      ['a file that goes while it is looked for', '404', [{ target: '/gone.txt' }]],
      [
        'the fields of a file with an error',
        '404, none',
        [{ target: '/none' }],
        {
          fields: {
            ETag: undefined,
            'Last-Modified': undefined,
            'Content-Encoding': undefined,
            'Accept-Ranges': undefined,
          },
        },
      ],
      [
        'the content of an error',
        '404, left to the sender',
        [{ target: '/none' }],
        { text: undefined },
      ],
      [
        'a page of the site for an error',
        '404, `404.html`',
        [{ target: '/paged/none' }],
        { text: '<p>nothing here</p>', fields: { 'Content-Type': 'text/html; charset=utf-8' } },
      ],
    ],
  },
];
