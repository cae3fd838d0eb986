export const render = () => `<h1>Front of ${import.meta.env.VITE_RELEASE}</h1>`;
