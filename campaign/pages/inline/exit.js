// Runs at the end of <body>. Makes "Exit this page" cover the page at once and leave no entry to
// go Back to, and lets Shift pressed three times within five seconds do the same.
(function (w, d) {
  var status = d.querySelector("[data-exit-status]"), control = d.querySelector(".exit"), presses = 0, timer;
  if (!status || !control || !w.leavePage) return;
  function say(name) { status.textContent = name ? status.getAttribute("data-" + name) : ""; }
  function count(n) { presses = n; control.setAttribute("data-presses", n); }
  function leave() {
    var cover = d.createElement("div");
    cover.className = "exit-cover";
    cover.setAttribute("role", "alert");
    d.body.appendChild(cover);
    for (var i = 0; i < d.body.children.length; i++) {
      if (d.body.children[i] !== cover) d.body.children[i].hidden = true;
    }
    cover.textContent = status.getAttribute("data-leaving");
    w.leavePage();
  }
  d.addEventListener("click", function (e) {
    var link = e.target.closest && e.target.closest("[data-leave]");
    if (!link || e.button || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    leave();
  });
  var alone = false;
  d.addEventListener("keydown", function (e) { alone = e.key === "Shift" && (alone || !e.repeat); });
  d.addEventListener("keyup", function (e) {
    if (e.key !== "Shift" || !alone) return;
    alone = false;
    count(presses + 1);
    if (presses === 3) { clearTimeout(timer); leave(); return; }
    if (presses === 1) timer = setTimeout(function () { count(0); say("stopped"); }, 5000);
    say("press-" + presses);
  });
})(window, document);
