// The site
export { createStaticSite, type StaticSite } from './static-site.ts';
export { mountSites, type MountedSite } from './mounted-sites.ts';
export type { DiskTimeOptions } from './disk-time.ts';
export type { FolderSite, SiteRules, SourceSite, StaticSiteOptions } from './site-options.ts';

// What goes in, and what comes out
export type { FieldLookup, StaticRequest } from './request.ts';
export { LastAnswer } from './last-answer.ts';
export type { Content, FieldLines, ServedFile, ServedRole, StaticResponse } from './response.ts';

// Where paths lead
export type { SitePath } from './site-path.ts';
export type { TrailingSlash } from './spelling.ts';
export type {
  FieldEffect,
  Route,
  RouteAway,
  RouteQuestion,
  RouteRules,
  RouteWithin,
  RuleFileContent,
  RuleFiles,
  RuledAnswer,
} from './routes.ts';
export { isNavigation, type NavigationQuestion } from './navigation.ts';
export type { DecisionStep, Trace } from './trace.ts';

// Where files come from
export { nodeFileSource, type NodeFileSourceOptions } from './node-file-source.ts';
export type { SymlinkPolicy } from './containment.ts';
export type {
  Basis,
  FileSource,
  FoundDirectory,
  NothingThere,
  Opened,
  OpenFile,
  Segments,
} from './file-source.ts';

// Files and facts kept in memory
export {
  cachedFileSource,
  type CacheCounts,
  type CachedFileSource,
  type CachedFileSourceOptions,
  type CachedOpened,
} from './cached-file-source.ts';
export type { CachedFile, FileVersion } from './file-versions.ts';
export type { KnownAnswer } from './known-answers.ts';

// Directories, to be listed
export {
  nodeDirectory,
  type DirectorySource,
  type NodeDirectoryOptions,
} from './node-directory.ts';
export { walkFolder, type NameStanding, type WalkedName, type WalkOptions } from './walk-folder.ts';
export type { DirectoryEntry, DirectoryListing } from './directory-listing.ts';

// What entity tags are made of
export type { EntityTagPolicy } from './validators.ts';

// What can go wrong there
export { FileSourceError, type FileSourceErrorKind } from './errors.ts';

// Field values: each function is pure and needs no file
export { formatHttpDate, parseHttpDate } from './http-date.ts';
export {
  type EntityTag,
  formatEntityTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTagList,
} from './entity-tag.ts';
export {
  type ByteRange,
  type ContentRange,
  formatContentRange,
  parseContentRange,
  parseRange,
  type ParseRangeOptions,
  type RangeSpec,
  type ResolvedRanges,
  resolveRanges,
} from './range.ts';
export { parseAccept, parseAcceptEncoding, type Weights } from './weights.ts';

// What they decide
export {
  type ConditionalRequest,
  evaluatePreconditions,
  type PreconditionResult,
  type Validators,
} from './preconditions.ts';
export { applicableRange, evaluateIfRange } from './if-range.ts';
