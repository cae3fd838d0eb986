// Runs when the site is built: what it gives is in the page, and beside it in __data.json.
import { posts } from '../posts.js';

export const entries = () => Object.keys(posts).map((slug) => ({ slug }));

export const load = ({ params }) => ({ title: posts[params.slug], words: 'Words of it.' });
