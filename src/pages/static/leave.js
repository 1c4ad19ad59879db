// Goes on once every frame of the page has loaded, and after three seconds in any case. In the
// script of long ago, because not only browsers of today sign out.
(function () {
  "use strict";
  var link = document.getElementById("continue");
  var left = false;
  function leave() {
    if (left) return;
    left = true;
    window.location.replace(link.href);
  }
  if (!link) return;
  // The page has loaded when its frames have.
  if (document.readyState === "complete") leave();
  else window.addEventListener("load", leave);
  window.setTimeout(leave, 3000);
})();
