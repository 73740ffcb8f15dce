"use strict";
// Keeps the board alive: each event of /events replaces the content of the element with its name. The server
// renders and escapes; nothing is built from text here.

(() => {
  const sections = ["banners", "newest", "recent", "onsite", "devices", "ledger"];
  // The server speaks at least every 15 s: after two missed heartbeats and some, what is shown is old.
  const silenceLimit = 40_000;
  const reopenDelay = 3_000;

  const root = document.documentElement;
  const live = document.getElementById("live");
  const liveText = document.getElementById("live-text");
  const lost = document.getElementById("lost");
  const clock = document.getElementById("clock");
  let source = null;
  let heardAt = performance.now();
  let siteTime = null;

  function show(isLive) {
    lost.hidden = isLive;
    document.body.classList.toggle("stale", !isLive);
    live.classList.toggle("on", isLive);
    live.hidden = !isLive;
    if (isLive) liveText.textContent = "实时 Live";
  }

  function hear() {
    heardAt = performance.now();
    show(true);
  }

  function showClock() {
    if (siteTime === null) return;
    const now = new Date(siteTime.value + performance.now() - siteTime.heardAt);
    const two = (number) => String(number).padStart(2, "0");
    // Site time is sent as if it were UTC, so the browser's own zone and clock do not matter.
    const text = two(now.getUTCHours()) + ":" + two(now.getUTCMinutes());
    if (clock.textContent !== text) clock.textContent = text;
  }

  function open() {
    source = new EventSource("/events");
    for (const name of sections) {
      source.addEventListener(name, (event) => {
        document.getElementById(name).innerHTML = event.data;
        hear();
      });
    }
    source.addEventListener("clock", (event) => {
      siteTime = { value: Number(event.data), heardAt: performance.now() };
      showClock();
      hear();
    });
    source.addEventListener("version", (event) => {
      // The gateway was updated while this page stayed open.
      if (event.data !== root.dataset.version) location.reload();
    });
    source.addEventListener("error", () => show(false));
  }

  setInterval(() => {
    showClock();
    const isSilent = performance.now() - heardAt > silenceLimit;
    if (isSilent) show(false);
    // A browser gives up on its own after an answer such as 503; one that is merely connecting goes on.
    if (isSilent || source.readyState === EventSource.CLOSED) {
      source.close();
      heardAt = performance.now();
      open();
    }
  }, reopenDelay);

  open();
})();
