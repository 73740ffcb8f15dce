// Every two seconds the page's own text anew; what is there stays while the sandbox does not answer.
const refresh = async () => {
  try {
    const answer = await fetch("/");
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("held").replaceWith(page.getElementById("held"));
  } catch { /* it is down: try again */ }
};
setInterval(refresh, 2000);
