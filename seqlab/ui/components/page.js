// @ts-check
// What a picture takes from the page around it, and its way to a file.

/**
 * The page's colours and letters, as Streamlit gives them to its components.
 * @param {Element} element
 * @returns {import("./pen.js").Look}
 */
export function lookOf(element) {
  const style = getComputedStyle(element)
  const of = (/** @type {string} */ name, /** @type {string} */ other) => style.getPropertyValue(name).trim() || other
  return {
    text: of("--st-text-color", "#222"),
    line: of("--st-border-color", "#ccc"),
    paper: of("--st-background-color", "#fff"),
    font: of("--st-font", "sans-serif"),
    code: of("--st-code-font", "monospace"),
  }
}

/**
 * Whether the page's text is lighter than mid-grey.
 * @param {Element} element
 * @returns {boolean}
 */
export function isDark(element) {
  const [r, g, b] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number)
  return 0.3 * r + 0.6 * g + 0.1 * b > 127
}

/**
 * Saves a picture as PNG.
 * @param {HTMLCanvasElement} canvas
 * @param {string} name of the file
 */
export function download(canvas, name) {
  canvas.toBlob((blob) => {
    if (!blob) return
    const link = document.createElement("a")
    link.href = URL.createObjectURL(blob)
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  })
}
