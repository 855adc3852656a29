// @ts-check
// Charts in place: Plotly draws anew only what has changed.

/** @type {any} */
const page = window

/**
 * Loads Plotly once per page, whoever asks first.
 * @param {string} script its address
 * @returns {Promise<any>}
 */
function plotly(script) {
  page.seqlabPlotly ??= new Promise((resolve, reject) => {
    const tag = document.createElement("script")
    tag.src = script
    tag.onload = () => resolve(page.Plotly)
    tag.onerror = () => {
      page.seqlabPlotly = undefined // so that the next chart tries again
      reject(new Error("Plotly could not be loaded"))
    }
    document.head.append(tag)
  })
  return page.seqlabPlotly
}

/**
 * The page's theme, laid over what the figure says. Axes carry numbers: xaxis, xaxis2, ...
 * @param {Record<string, any>} layout
 * @param {Element} element
 * @returns {Record<string, any>}
 */
export function themed(layout, element) {
  const style = getComputedStyle(element)
  const text = style.getPropertyValue("--st-text-color").trim() || style.color
  const line = style.getPropertyValue("--st-border-color").trim() || "rgba(128,128,128,0.3)"
  const paper = style.getPropertyValue("--st-background-color").trim() || "white"
  const font = style.getPropertyValue("--st-font").trim() || style.fontFamily
  /** @type {Record<string, any>} */
  const result = {
    ...layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: font, size: 12, color: text, ...layout.font },
    hoverlabel: { bgcolor: paper, bordercolor: line, font: { color: text } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: text, activecolor: text },
  }
  for (const name of Object.keys(result)) {
    if (/^[xy]axis\d*$/.test(name)) {
      result[name] = { gridcolor: line, linecolor: line, zeroline: false, automargin: true, ...result[name] }
    }
  }
  for (const name of Object.keys(result).filter((key) => /^scene\d*$/.test(key))) {
    const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, showbackground: false }
    const axes = ["xaxis", "yaxis", "zaxis"].map((key) => [key, { ...axis, ...result[name][key] }])
    result[name] = { ...result[name], ...Object.fromEntries(axes) }
  }
  return result
}

/**
 * The chart's buttons are reached by Enter and left by Escape: they are not in everybody's way.
 * @param {any} element
 */
function enterable(element) {
  const buttons = () => [...element.querySelectorAll(".modebar-btn")]
  const reach = (/** @type {number} */ tabindex) => buttons().forEach((button) => button.setAttribute("tabindex", tabindex))
  if (!element.contains(document.activeElement) || document.activeElement === element) reach(-1)
  element.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && event.target === element) {
      reach(0)
      buttons()[0]?.focus()
    } else if (event.key === "Escape") {
      reach(-1)
      element.focus()
    }
  }
  element.onfocusout = (/** @type {FocusEvent} */ event) => {
    if (!element.contains(event.relatedTarget)) reach(-1)
  }
}

/**
 * Called by Streamlit whenever Python has sent something (`seqlab.ui.components.chart`).
 * @param {{data: any, parentElement: any}} component
 */
export default function ({ data, parentElement }) {
  const element = parentElement.querySelector(".seqlab-chart")
  const seen = [data.figure, data.height, getComputedStyle(element).color].join()
  if (element.seen === seen) return // a tick without news
  element.seen = seen
  element.style.height = `${data.height}px`
  const figure = JSON.parse(data.figure)
  const axes = { xaxis: {}, yaxis: {} }
  const config = { responsive: true, displaylogo: false, displayModeBar: "hover", showSendToCloud: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] }
  // Axes of categories and of numbers: Plotly keeps what it found out about the ones before.
  const kind = figure.data.map((/** @type {any} */ trace) => trace.type).join()
  const draw = async (/** @type {any} */ Plotly) => {
    if (element.kind !== kind) Plotly.purge(element)
    element.kind = kind
    await Plotly.react(element, figure.data, themed({ ...axes, ...figure.layout }, element), config)
    element.setAttribute("aria-label", `${data.alt} Press Enter for the chart's buttons.`)
    enterable(element)
  }
  element.latest = draw
  // A picture to keep: twice as fine, on the page's own background.
  element.save = (/** @type {string} */ filename) => plotly(data.script).then((Plotly) => {
    const paper = getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "white"
    const layout = { ...element.layout, paper_bgcolor: paper }
    const { clientWidth: width, clientHeight: height } = element
    return Plotly.downloadImage({ data: element.data, layout }, { format: "png", scale: 2, width, height, filename })
  })
  plotly(data.script).then((Plotly) => {
    // Two updates may arrive while the script loads: only the newest is drawn.
    if (element.latest === draw) draw(Plotly)
  }, (error) => { element.textContent = error.message })
}
