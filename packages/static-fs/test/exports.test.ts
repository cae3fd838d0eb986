import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import * as staticFs from '../src/index.ts';

// The public names. A change here is a change of the API: it needs a changeset.
const VALUES = [
  'FileSourceError',
  'LastAnswer',
  'applicableRange',
  'cachedFileSource',
  'createStaticSite',
  'evaluateIfRange',
  'evaluatePreconditions',
  'formatContentRange',
  'formatEntityTag',
  'formatHttpDate',
  'isNavigation',
  'matchesStrongly',
  'matchesWeakly',
  'mountSites',
  'nodeDirectory',
  'nodeFileSource',
  'parseAccept',
  'parseAcceptEncoding',
  'parseContentRange',
  'parseEntityTag',
  'parseEntityTagList',
  'parseHttpDate',
  'parseRange',
  'resolveRanges',
  'walkFolder',
];
const TYPES = [
  'Basis',
  'ByteRange',
  'CacheCounts',
  'CachedFile',
  'CachedFileSource',
  'CachedFileSourceOptions',
  'CachedOpened',
  'ConditionalRequest',
  'Content',
  'ContentRange',
  'DecisionStep',
  'DirectoryEntry',
  'DirectoryListing',
  'DirectorySource',
  'DiskTimeOptions',
  'EntityTag',
  'EntityTagPolicy',
  'FieldEffect',
  'FieldLines',
  'FieldLookup',
  'FileSource',
  'FileSourceErrorKind',
  'FileVersion',
  'FolderSite',
  'FoundDirectory',
  'KnownAnswer',
  'MountedSite',
  'NameStanding',
  'NavigationQuestion',
  'NodeDirectoryOptions',
  'NodeFileSourceOptions',
  'NothingThere',
  'OpenFile',
  'Opened',
  'ParseRangeOptions',
  'PreconditionResult',
  'RangeSpec',
  'ResolvedRanges',
  'Route',
  'RouteAway',
  'RouteQuestion',
  'RouteRules',
  'RouteWithin',
  'RuleFileContent',
  'RuleFiles',
  'RuledAnswer',
  'Segments',
  'ServedFile',
  'ServedRole',
  'SitePath',
  'SiteRules',
  'SourceSite',
  'StaticRequest',
  'StaticResponse',
  'StaticSite',
  'StaticSiteOptions',
  'SymlinkPolicy',
  'Trace',
  'TrailingSlash',
  'Validators',
  'WalkOptions',
  'WalkedName',
  'Weights',
];

it('index.ts exports exactly these values', () => {
  expect(Object.keys(staticFs).toSorted()).toEqual(VALUES);
});

it('index.ts exports exactly these names, types included', () => {
  const text = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8');
  const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) =>
    (list ?? '')
      .split(',')
      .map((entry) => entry.replace('type ', '').trim())
      .filter((entry) => entry !== ''),
  );
  expect(names.toSorted()).toEqual([...VALUES, ...TYPES].toSorted());
  expect(text.replace(/export [^;]*;|\/\/.*|\s/g, ''), 'nothing but re-exports').toBe('');
});
