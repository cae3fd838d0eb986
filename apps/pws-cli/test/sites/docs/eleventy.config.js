// Documentation as Eleventy makes it: folders with an index, and pages that are files beside it.
export default function configure(eleventy) {
  eleventy.addPassthroughCopy({ public: '/' });
  // What the search of the site knows: each page by the path that people see.
  eleventy.addCollection('found', (all) =>
    all.getFilteredByGlob('pages/**/*.md').filter(({ fileSlug }) => fileSlug !== '404'),
  );
  eleventy.addFilter('clean', (path) => path.replace(/(?:index)?\.html$/, ''));
  return {
    dir: { input: 'pages', includes: '../layouts', output: 'site' },
    htmlTemplateEngine: 'njk',
  };
}
