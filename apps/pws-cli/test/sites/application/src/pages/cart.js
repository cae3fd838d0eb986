import './cart.css';

export const render = (id) => `<h1>Cart ${id} of ${import.meta.env.VITE_RELEASE}</h1>`;
