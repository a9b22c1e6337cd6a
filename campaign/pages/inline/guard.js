// Runs first in <head>. Keeps Back and Forward from showing a page that was left with "Exit this
// page": a tab-scoped mark is set on leaving and cleared when the address is opened afresh.
(function (w, d) {
  var root = d.documentElement, key = "l";
  function away() { w.location.replace(root.getAttribute("data-exit")); }
  function check(cached) {
    try {
      var entry = performance.getEntriesByType("navigation")[0];
      if (!sessionStorage.getItem(key)) return;
      if (cached || (entry && entry.type === "back_forward")) { root.hidden = true; away(); }
      else sessionStorage.removeItem(key);
    } catch (e) {}
  }
  check(false);
  w.addEventListener("pageshow", function (e) { if (e.persisted) check(true); });
  w.leavePage = function () {
    try { sessionStorage.setItem(key, 1); } catch (e) {}
    d.title = "\u200e";
    away();
  };
})(window, document);
