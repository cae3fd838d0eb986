export const countWords = (text) =>
  `${text.trim().split(/\s+/).length} words, counted by ${import.meta.env.VITE_RELEASE}`;
