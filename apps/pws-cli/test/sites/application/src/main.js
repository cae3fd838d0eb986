// An application of three pages, each of which is loaded when somebody goes there.
import './look.css';
import mark from './mark.svg';
import { follow, showPage } from './router.js';

/** What the build was told; it changes the content of this file and of each page. */
document.documentElement.dataset.release = import.meta.env.VITE_RELEASE;

const base = import.meta.env.BASE_URL;
const links = [
  ['', 'Front'],
  ['cart/3', 'Cart'],
  ['about', 'About'],
];
document.querySelector('nav').innerHTML =
  `<img src="${mark}" alt="Shop" width="32" height="32">` +
  links.map(([path, name]) => `<a href="${base}${path}">${name}</a>`).join(' ');

document.addEventListener('click', follow);
addEventListener('popstate', showPage);
showPage();
