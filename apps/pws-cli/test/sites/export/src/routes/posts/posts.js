export const posts = { first: 'The first post', second: 'The second post' };
