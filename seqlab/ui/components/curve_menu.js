// @ts-check
// A small menu beside a curve that was clicked: what can be done with the run behind it.

const REACH = 14 // pixels between a click and the curve that it means

/**
 * The curve that a click means: the nearest of all, if it has a menu.
 *
 * Plotly tells with a click the points of one x only, and between two epochs it is no curve at all.
 * @param {{trace: any, points: [number, number][]}[]} curves each with its points, in pixels
 * @param {[number, number]} at the click, in pixels
 * @returns {any} the curve's trace, or `undefined`
 */
export function meant(curves, at) {
  const distances = curves.map(({ points }) => distance(points, at))
  const least = Math.min(...distances)
  const nearest = curves[distances.indexOf(least)]?.trace
  return nearest?.meta?.acts && least <= REACH ? nearest : undefined
}

/**
 * How far a place is from a line through points.
 * @param {[number, number][]} points
 * @param {[number, number]} at
 */
function distance(points, [x, y]) {
  let least = Infinity
  points.forEach(([x1, y1], index) => {
    const [x0, y0] = points[Math.max(index - 1, 0)] // of the first one: a line of no length
    const [dx, dy] = [x1 - x0, y1 - y0]
    const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)))
    const here = Math.hypot(x0 + along * dx - x, y0 + along * dy - y)
    if (here < least) least = here // beside a point without a height it is NaN
  })
  return least
}

/**
 * Opens the menu of a curve; Escape, or a click elsewhere, closes it.
 * @param {HTMLElement} chart
 * @param {{id: string, name: string, acts: Record<string, string>}} curve
 * @param {{x: number, y: number}} at where, in the window
 * @param {(act: string) => void} choose called with "ID ACT"
 */
export function openMenu(chart, curve, at, choose) {
  chart.querySelector(".seqlab-curve-menu")?.remove()
  const menu = document.createElement("div")
  menu.className = "seqlab-curve-menu"
  menu.setAttribute("role", "group")
  menu.setAttribute("aria-label", `Earlier run: ${curve.name}`)
  const name = document.createElement("span")
  name.textContent = curve.name
  const close = () => {
    menu.remove()
    document.removeEventListener("pointerdown", elsewhere, true)
  }
  const elsewhere = (/** @type {Event} */ event) => {
    if (!menu.contains(/** @type {Node} */ (event.target))) close()
  }
  menu.append(name, ...Object.entries(curve.acts).map(([act, label]) => {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = label
    button.onclick = () => {
      close()
      choose(`${curve.id} ${act}`)
    }
    return button
  }))
  menu.onkeydown = (event) => {
    if (event.key !== "Escape") return
    event.stopPropagation()
    close()
    chart.focus()
  }
  chart.append(menu)
  // Beside the click, but inside of the window.
  const { width, height } = menu.getBoundingClientRect()
  menu.style.left = `${Math.max(8, Math.min(at.x + 8, window.innerWidth - width - 8))}px`
  menu.style.top = `${Math.max(8, Math.min(at.y + 8, window.innerHeight - height - 8))}px`
  menu.querySelector("button")?.focus()
  document.addEventListener("pointerdown", elsewhere, true)
}
