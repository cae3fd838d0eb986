// Behaviours that are about ranges. RFC 9110 §13.1.5, §14.

import { type BehaviourGroup, DATE, EARLIER, LATER, MTIME } from './behaviours.ts';

/** In the order of the table. */
export const RANGES: readonly BehaviourGroup[] = [
  {
    name: 'Ranges',
    behaviours: [
      [
        '`bytes=0-4`',
        '206',
        [{ fields: { Range: 'bytes=0-4' } }],
        { text: '01234', fields: { 'Content-Range': 'bytes 0-4/10', 'Content-Length': '5' } },
      ],
      ['`bytes=0-0`', '206, one octet', [{ fields: { Range: 'bytes=0-0' } }], { text: '0' }],
      ['`bytes=3-`', '206', [{ fields: { Range: 'bytes=3-' } }], { text: '3456789' }],
      ['`bytes=-3`', '206', [{ fields: { Range: 'bytes=-3' } }], { text: '789' }],
      [
        'a last position past the end',
        '206, to the end',
        [{ fields: { Range: 'bytes=2-50' } }],
        { text: '23456789', fields: { 'Content-Range': 'bytes 2-9/10', 'Content-Length': '8' } },
      ],
      [
        'a first position past the end',
        '416, Content-Range',
        [
          { fields: { Range: 'bytes=10-' } },
          { fields: { Range: 'bytes=10-50' } },
          { fields: { Range: 'bytes=99-' } },
        ],
        { text: undefined, fields: { 'Content-Range': 'bytes */10' } },
      ],
      [
        'the validators of the file in a 416',
        '416, none',
        [{ fields: { Range: 'bytes=10-' } }],
        { fields: { ETag: undefined, 'Last-Modified': undefined, 'Content-Type': undefined } },
      ],
      ['`bytes=-0`', '416', [{ fields: { Range: 'bytes=-0' } }]],
      [
        '`bytes=--6`',
        '200',
        [
          { fields: { Range: 'bytes=--6' } },
          { fields: { Range: 'bytes=-6-' } },
          { fields: { Range: 'bytes=---0' } },
        ],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        '`bytes=`',
        '200',
        [{ fields: { Range: 'bytes=' } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'what is no range at all (`x`)',
        '200',
        [{ fields: { Range: 'x' } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'another unit',
        '200',
        [{ fields: { Range: 'lines=0-4' } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'letters for a position',
        '200',
        [{ fields: { Range: 'bytes=alpha' } }, { fields: { Range: 'bytes=1-alpha' } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'no hyphen, or no comma',
        '200',
        [{ fields: { Range: 'bytes=1' } }, { fields: { Range: 'bytes=1-2 4-' } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'several',
        '206, in parts',
        [{ fields: { Range: 'bytes=1-1,3-' } }],
        {
          text: /^\r\n--b\r\n[^]*\r\n\r\n1\r\n--b\r\n[^]*\r\n\r\n3456789\r\n--b--\r\n$/,
          fields: {
            'Content-Type': 'multipart/byteranges; boundary=b',
            'Content-Range': undefined,
          },
        },
      ],
      [
        'the head of a part',
        '206, both',
        [{ fields: { Range: 'bytes=1-1,3-' } }],
        {
          text: /^\r\n--b\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Range: bytes 1-1\/10\r\n\r\n1\r\n/,
        },
      ],
      [
        'several that touch',
        '206, as one',
        [{ fields: { Range: 'bytes=1-2,3-5' } }],
        { text: '12345', fields: { 'Content-Range': 'bytes 1-5/10' } },
      ],
      [
        'several, one of them past the end',
        '206, the others',
        [{ fields: { Range: 'bytes=1-1,99-' } }],
        { text: '1', fields: { 'Content-Range': 'bytes 1-1/10' } },
      ],
      [
        'more octets than there are',
        '206, as one',
        [{ fields: { Range: 'bytes=0-,1-,2-,3-,4-' } }, { fields: { Range: 'bytes=0-50,0-0' } }],
        { text: '0123456789', fields: { 'Content-Range': 'bytes 0-9/10' } },
      ],
      [
        'more ranges than the limit',
        '200',
        [{ fields: { Range: `bytes=${'0-0,'.repeat(16)}2-2` } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'of an empty file',
        '200',
        [
          { target: '/empty.txt', fields: { Range: 'bytes=0-128' } },
          { target: '/empty.txt', fields: { Range: 'bytes=1-' } },
        ],
        { text: '' },
      ],
      [
        'with HEAD',
        '200',
        [{ method: 'HEAD', fields: { Range: 'bytes=0-4' } }],
        { text: undefined, fields: { 'Content-Range': undefined } },
      ],
      [
        'If-Range, the same tag',
        '206',
        [{ fields: { Range: 'bytes=0-4', 'If-Range': '{tag}' } }],
        { text: '01234' },
      ],
      [
        'If-Range, another tag',
        '200',
        [{ fields: { Range: 'bytes=0-4', 'If-Range': '"x"' } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'If-Range, the same weak tag',
        '200',
        [
          {
            fields: { Range: 'bytes=0-4', 'If-Range': '{tag}' },
            options: { now: () => MTIME, etag: 'stat' },
          },
        ],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'If-Range, the same date',
        '206',
        [{ fields: { Range: 'bytes=0-4', 'If-Range': DATE } }],
        { text: '01234' },
      ],
      [
        'If-Range, the same date with parts of a second',
        '206',
        [{ target: '/parts.txt', fields: { Range: 'bytes=0-4', 'If-Range': DATE } }],
        { text: '01234' },
      ],
      [
        'If-Range, an earlier date',
        '200',
        [{ fields: { Range: 'bytes=0-4', 'If-Range': EARLIER } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'If-Range, a later date',
        '200',
        [{ fields: { Range: 'bytes=0-4', 'If-Range': LATER } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
      [
        'If-Range that is neither',
        '200',
        [{ fields: { Range: 'bytes=0-4', 'If-Range': 'x' } }],
        { text: '0123456789', fields: { 'Content-Range': undefined } },
      ],
    ],
  },
];
