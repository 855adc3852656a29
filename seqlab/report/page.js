// @ts-check
// Draws the charts and players of a report. Nothing is fetched: all data stand in the page.

/** @type {any} */
const page = window
const told = JSON.parse(document.getElementById("data")?.textContent ?? "{}")
const { mountChart, mountPlayer } = page.seqlabReport

// The chart's script waits for Plotly, which is here already.
page.seqlabPlotly = { inline: Promise.resolve(page.Plotly) }

function draw() {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-of]"))) {
    const data = told[place.dataset.of ?? ""]
    const mount = place.classList.contains("player") ? mountPlayer : mountChart
    mount({ data, parentElement: place, setTriggerValue: () => {}, setStateValue: () => {} })
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)")

/** @param {boolean} wanted */
function theme(wanted) {
  document.documentElement.dataset.theme = wanted ? "dark" : "light"
  draw()
}

dark.addEventListener("change", () => theme(dark.matches))
document.getElementById("theme")?.addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"))
theme(dark.matches)
