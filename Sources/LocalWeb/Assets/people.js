"use strict";
// Makes the pages about people livelier; each works without. The server renders and escapes every fragment;
// nothing is built from text here.

(() => {
  const typingPause = 200;
  const refreshPause = 30_000;
  const presentedPause = 1_000;
  const photoByteLimit = 36 * 1_024;
  const attachmentByteLimit = 256 * 1_024;

  // A session that has ended is led to the login: so is the page.
  async function fragment(address, options) {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    if (answer.redirected) location.reload();
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.text();
  }

  // Results as somebody types. In a POST, for what is typed names persons.
  for (const form of document.querySelectorAll("form[data-live]")) {
    const into = document.getElementById(form.dataset.into);
    let timer = 0;
    let asked = null;
    async function ask() {
      asked?.abort();
      asked = new AbortController();
      try {
        into.innerHTML = await fragment(form.dataset.live, {
          method: "POST", body: new URLSearchParams(new FormData(form)), signal: asked.signal,
        });
      } catch (error) {
        // What is shown stays; the button still works.
      }
    }
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, typingPause);
    });
  }

  // Bars that run. Rows change places only while nobody is in one of their forms.
  for (const element of document.querySelectorAll("[data-refresh]")) {
    const rows = (root) => Array.from(root.querySelectorAll("[data-row]"), (row) => row.dataset.row).join();
    setInterval(async () => {
      if (document.hidden) return;
      try {
        const fresh = document.createElement("template");
        fresh.innerHTML = await fragment(element.dataset.refresh);
        if (!element.querySelector("details[open]") && rows(element) !== rows(fresh.content)) {
          element.replaceChildren(fresh.content);
          return;
        }
        if (!element.querySelector("[data-row]")) {
          if (!element.contains(document.activeElement)) element.replaceChildren(fresh.content);
          return;
        }
        for (const clock of fresh.content.querySelectorAll("[data-clock]")) {
          element.querySelector(`[data-clock="${clock.dataset.clock}"]`)?.replaceChildren(...clock.childNodes);
        }
      } catch (error) {
        // The next one may come through; the bars stand still meanwhile.
      }
    }, refreshPause);
  }
  for (const words of document.querySelectorAll("[data-live-words]")) words.hidden = false;

  // What is held to a reader, as it comes. The next identity document fills the form that waits for it.
  for (const element of document.querySelectorAll("[data-poll]")) {
    let shown = null;
    let isAsking = false;
    let isTaken = false;
    setInterval(async () => {
      const fold = element.closest("details");
      if (isAsking || isTaken || document.hidden || (fold && !fold.open)) return;
      isAsking = true;
      try {
        const text = await fragment(element.dataset.poll);
        if (text === shown) return;
        shown = text;
        element.innerHTML = text;
        if (!element.dataset.takeAfter) return;
        const row = element.querySelector("[data-read]");
        if (row && Number(row.dataset.read) > Number(element.dataset.takeAfter)) {
          isTaken = true;
          row.querySelector("button").click();
        }
      } catch (error) {
        // The next one may come through.
      } finally {
        isAsking = false;
      }
    }, presentedPause);
  }

  for (const label of document.querySelectorAll("[data-tick-all]")) {
    label.hidden = false;
    const all = label.querySelector("input");
    all.addEventListener("change", () => {
      for (const box of label.closest("form").querySelectorAll('input[name="worker"]')) box.checked = all.checked;
    });
  }

  // Draws the picture smaller until it fits.
  async function small(file, sides, byteLimit) {
    const image = await createImageBitmap(file);
    for (const side of sides) {
      const scale = Math.min(1, side / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.width * scale));
      canvas.height = Math.max(1, Math.round(image.height * scale));
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.85, 0.7, 0.5]) {
        const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
        if (blob && blob.size <= byteLimit) return blob;
      }
    }
    throw new Error("too large");
  }

  // The picture of a phone has megabytes. Rows come and go with the board, so the document listens.
  document.addEventListener("change", async (event) => {
    const input = event.target;
    const file = input.matches("input[data-fit]") && input.files[0];
    if (!file || !file.type.startsWith("image/") || file.size <= attachmentByteLimit) return;
    try {
      const picture = await small(file, [2000, 1600, 1200, 900], attachmentByteLimit);
      const list = new DataTransfer();
      list.items.add(new File([picture], "attachment.jpg", { type: "image/jpeg" }));
      input.files = list.files;
    } catch (error) {
      // It stays as it is, and the answer says what is taken.
    }
  });

  for (const fold of document.querySelectorAll("[data-photo]")) {
    const form = fold.querySelector("form");
    const problem = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      const file = form.querySelector("input[type=file]").files[0];
      if (!file) return;
      try {
        const answer = await fetch(form.action, {
          method: "POST", credentials: "same-origin", redirect: "manual",
          body: await small(file, [640, 480, 360, 280], photoByteLimit),
          headers: { "Content-Type": "image/jpeg", "X-Form-Token": form.elements.csrf.value },
        });
        // Refused answers are pages; one that was taken leads on.
        if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
        location.reload();
      } catch (error) {
        problem.hidden = false;
      }
    });
  }
})();
