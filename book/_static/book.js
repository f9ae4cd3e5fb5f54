/* Paper is light and cannot be clicked: while a page is printed, it takes the light theme and every
 * folded answer is open. */
(function () {
  "use strict";

  const root = document.documentElement;
  let restore = () => {};

  window.addEventListener("beforeprint", () => {
    const theme = root.dataset.theme;
    const folded = [...document.querySelectorAll("details:not([open])")];
    root.dataset.theme = "light";
    folded.forEach((details) => { details.open = true; });
    restore = () => {
      root.dataset.theme = theme;
      folded.forEach((details) => { details.open = false; });
    };
  });
  window.addEventListener("afterprint", () => restore());
})();
