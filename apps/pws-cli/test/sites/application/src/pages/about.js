export const render = () => `<h1>About ${import.meta.env.VITE_RELEASE}</h1>`;
