// Wakes the parts of a page that carry data-live="CHANNEL" (with hx-trigger="live") when something changed there.
// A stream where there is one, else a question every few seconds; without this script the page is whole, only still.
(() => {
  "use strict";
  const POLL_MS = 8000;
  let source = null, timer = null, followed = "", words = {};

  const parts = () => [...document.querySelectorAll("[data-live]")];
  const channels = () => [...new Set(parts().map((part) => part.dataset.live))].sort();
  const query = (names) => names.map((name) => "channel=" + encodeURIComponent(name)).join("&");

  function wake(names) {
    for (const part of parts()) {
      if (names.includes(part.dataset.live)) part.dispatchEvent(new CustomEvent("live", { bubbles: false }));
    }
  }

  async function ask(names) {
    const answer = await fetch("/live/state?" + query(names), { credentials: "same-origin" });
    if (!answer.ok) return null;
    const found = await answer.json();
    wake(names.filter((name) => name in words && words[name] !== found.state[name]));
    words = found.state;
    return found;
  }

  function stop() {
    if (source) source.close();
    clearTimeout(timer);
    source = timer = null;
  }

  function poll(names) {
    timer = setTimeout(async () => {
      if (document.visibilityState === "visible") await ask(names).catch(() => null);
      if (names.join() === followed) poll(names);
    }, POLL_MS);
  }

  async function follow() {
    const names = channels();
    if (names.join() === followed) return;
    stop();
    followed = names.join();
    if (!names.length) return;
    const found = await ask(names).catch(() => null);
    if (!found || names.join() !== followed) return;
    if (!found.stream) return poll(names);
    source = new EventSource(found.stream + "?" + query(names), { withCredentials: true });
    source.addEventListener("change", (event) => wake(JSON.parse(event.data).channels));
    // The browser tries a dropped stream again by itself; one that is refused for good it gives up.
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        poll(names);
      }
    });
  }

  document.addEventListener("DOMContentLoaded", follow);
  document.addEventListener("htmx:afterSettle", follow);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) { followed = ""; follow(); } });
})();
