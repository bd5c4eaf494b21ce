// What pages do beyond htmx: say what changed, put the focus where the reader goes on, guard the double click,
// close menus. Every page works without this file.
(function () {
  "use strict";

  function say(text) {
    var region = document.getElementById("said");
    if (!region || !text) return;
    // The same sentence twice is read only if the region was empty between.
    region.textContent = "";
    window.setTimeout(function () { region.textContent = text; }, 60);
  }

  function toast(text) {
    if (!text) return;
    document.querySelectorAll(".toast.is-made").forEach(function (old) { old.remove(); });
    var box = document.createElement("div");
    box.className = "toast is-made";
    box.textContent = text;
    document.body.appendChild(box);
    say(text);
    window.setTimeout(function () { box.remove(); }, 8000);
  }

  function focusOn(element) {
    if (!element) return;
    if (!element.hasAttribute("tabindex") && !/^(A|BUTTON|INPUT|SELECT|TEXTAREA)$/.test(element.tagName)) {
      element.setAttribute("tabindex", "-1");
    }
    element.focus({ preventScroll: false });
  }

  // The error summary is the first thing a reader of a refused form must meet.
  document.addEventListener("DOMContentLoaded", function () {
    focusOn(document.querySelector("[data-focus]"));
  });

  // A link of the error summary: to the control itself, with its label in view.
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest(".errors a[href^='#']") : null;
    if (!link) return;
    var target = document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    (target.closest(".field") || target).scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  });

  // After a swap: htmx keeps the focus on an element that has the same id in the new part. Where that element is gone
  // (the last page has no "next"), the focus would fall to the body; it goes to the part instead.
  var before = null;
  document.addEventListener("htmx:beforeSwap", function (event) {
    // Sent elsewhere, to the sign-in most often: a part of this page can't show it, the whole page can.
    var answered = event.detail.xhr && event.detail.xhr.responseURL;
    var asked = event.detail.pathInfo && event.detail.pathInfo.requestPath;
    if (answered && asked && new URL(answered).pathname !== new URL(asked, window.location.href).pathname) {
      event.detail.shouldSwap = false;
      window.location.reload();
      return;
    }
    before = event.detail.target && event.detail.target.contains(document.activeElement)
      ? document.activeElement.id || "part" : null;
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var part = event.detail.elt;
    if (!part || !part.isConnected) return;
    var summary = part.querySelector ? part.querySelector("[data-focus]") : null;
    if (summary) {
      focusOn(summary);
    } else if (before && (document.activeElement === document.body || !document.activeElement)) {
      focusOn(document.getElementById(before) || part.querySelector(".scroll") || part);
    }
    before = null;
    if (part.getAttribute) say(part.getAttribute("data-said"));
  });
  function failed() { toast(document.body.getAttribute("data-failed")); }
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // A second press while the first is on its way does nothing. The server counts the key once anyway.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute || !form.hasAttribute("data-once")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  // Coming back by the browser's button shows the page as it was left: let its forms be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Menus behind a name close by Escape and when one goes elsewhere.
  function closeMenus(except) {
    document.querySelectorAll("details.pop[open]").forEach(function (menu) {
      if (menu !== except) menu.removeAttribute("open");
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest ? event.target.closest("details.pop") : null);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.pop[open]");
    if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
  });

  // A toast goes by itself, but not while someone is at it.
  document.querySelectorAll("[data-toast]").forEach(function (toast) {
    window.setTimeout(function leave() {
      if (toast.matches(":hover") || toast.contains(document.activeElement)) window.setTimeout(leave, 2000);
      else toast.remove();
    }, 6000);
  });
})();
