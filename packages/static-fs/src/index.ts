// The site
export { createStaticSite, type StaticSite, type StaticSiteOptions } from './static-site.ts';

// What goes in, and what comes out
export type { FieldLookup, StaticRequest } from './request.ts';
export type { Content, FieldLines, StaticResponse } from './response.ts';

// Where files come from
export {
  nodeFileSource,
  type NodeFileSourceOptions,
  type SymlinkPolicy,
} from './node-file-source.ts';
export type {
  FileSource,
  FoundDirectory,
  NothingThere,
  Opened,
  OpenFile,
  Segments,
} from './file-source.ts';

// What can go wrong there
export { FileSourceError, type FileSourceErrorKind } from './errors.ts';
