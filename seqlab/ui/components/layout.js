// @ts-check
// Where everything stands in the player, in CSS pixels.

export const INPUT_HEIGHT = 46
export const OUTPUT_HEIGHT = 50
export const FLAT = 28 // of both where there is little height
export const STEPS = 16 // the numbers under an axis of time
export const LETTER = 7 // the least width of a symbol that can be read
export const SAID = 17 // more of it where symbols stand above the curve
export const LINES_HEIGHT = 130
export const TITLE = 20
export const GAP = 14
export const LEFT = 34 // for the numbers of an axis
export const RIGHT = 8

/**
 * @typedef {object} Strip a column of maps with the input above and the answer below
 * @property {number} x
 * @property {number} epoch
 * @property {boolean} first whether it is the first of its pane
 * @property {number} pane
 * @property {number} room width of its pane
 *
 * @typedef {object} Box a strip that is drawn once in each pane
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} epoch
 * @property {boolean} inside whether the numbers of its axis stand in it
 * @property {boolean} apart whether it needs numbers for its steps: it is not over or under a map
 *
 * @typedef {object} Cell one map
 * @property {number} i which one
 * @property {number} strip
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} epoch
 * @property {boolean} first
 *
 * @typedef {object} Place
 * @property {number} top
 * @property {number} wide width of a map
 * @property {Box[]} inputs one a pane
 * @property {Box[]} outputs likewise; none where no answer is drawn
 * @property {number} maps where the maps end
 * @property {Cell[]} cells
 * @property {Strip[]} strips
 * @property {number | null} lines where the lines of a unit begin
 * @property {number} legend
 * @property {number} height
 */

/**
 * Input and answer stand side by side above the maps, or below each other over the whole width if
 * their steps are not those of the maps or their symbols need the room. On a phone, where the maps
 * have one column, the answer comes below them.
 * @param {object} wish
 * @param {number} wish.width
 * @param {number[]} wish.grid the maps in reading order
 * @param {number} wish.columns how many stand side by side where there is room
 * @param {number} wish.units
 * @param {number[]} wish.panes epochs that stand side by side
 * @param {number} wish.letters symbols of the input or of the answer, the longer one; 0 for numbers
 * @param {boolean} wish.said whether symbols stand above the answer
 * @param {boolean} wish.apart whether the answer has steps of its own
 * @param {boolean} wish.lines whether a unit is chosen
 * @param {boolean} [wish.compact] little height: flat maps
 * @returns {Place}
 */
export function layout({ width, grid, columns: most, units, panes, letters, said, apart, lines: chosen, compact = false }) {
  const room = (width - LEFT - RIGHT - (panes.length - 1) * (LEFT + GAP)) / panes.length
  const columns = Math.min(most, room >= 440 ? most : room >= 240 ? 2 : 1)
  const rows = Math.ceil(grid.length / columns)
  const wide = (room - (columns - 1) * GAP) / columns
  const tall = compact ? Math.min(76, Math.max(48, units * 5)) : Math.min(most === 1 ? 260 : 190, Math.max(84, units * 7))
  const input = compact ? FLAT : INPUT_HEIGHT
  const output = (compact ? FLAT : OUTPUT_HEIGHT) + (said ? SAID : 0)
  const across = columns > 1 && (apart || letters * LETTER > wide)
  const beside = columns > 1 && !across
  const top = panes.length > 1 ? TITLE + 4 : 0
  /** @type {Cell[]} */
  const cells = []
  /** @type {Strip[]} */
  const strips = []
  /** @type {Box[]} */
  const inputs = []
  /** @type {Box[]} */
  const outputs = []
  let y = 0
  panes.forEach((epoch, pane) => {
    const left = LEFT + pane * (room + LEFT + GAP)
    for (let column = 0; column < columns; column++) {
      strips.push({ x: left + column * (wide + GAP), epoch, first: column === 0, pane, room })
    }
    const [width, inside] = [across ? room : wide, false]
    y = top + TITLE
    inputs.push({ x: left, y, width, height: beside ? Math.max(input, output) : input, epoch, inside, apart: across })
    if (beside) outputs.push({ x: left + wide + GAP, y, width, height: Math.max(input, output), epoch, inside: true, apart: false })
    y += (beside ? Math.max(input, output) : input) + (across ? STEPS : compact ? 0 : 4)
    if (across) {
      outputs.push({ x: left, y: y + TITLE, width, height: output, epoch, inside, apart: true })
      y += TITLE + output + STEPS
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const i = grid[row * columns + column]
        if (i === undefined) continue
        const strip = pane * columns + column
        cells.push({ i, strip, x: strips[strip].x, y: y + TITLE, width: wide, height: tall, epoch, first: column === 0 })
      }
      y += TITLE + tall
    }
    const below = columns === 1 && (!compact || said)
    if (below) outputs.push({ x: left, y: y + STEPS + TITLE, width: wide, height: output, epoch, inside, apart: true })
  })
  const maps = y
  let bottom = maps + STEPS + (columns === 1 && outputs.length ? TITLE + output + STEPS : 0) + 2
  const lines = chosen ? bottom + 6 : null
  if (lines !== null) bottom = lines + TITLE + LINES_HEIGHT + 22
  const legend = bottom + 6
  return { top, wide, inputs, outputs, cells, strips, maps, lines, legend, height: legend + 26 }
}

/**
 * The middle of a step.
 * @param {number} x where the first one begins
 * @param {number} wide of all
 * @param {number} step from 0
 * @param {number} steps
 * @returns {number}
 */
export function centre(x, wide, step, steps) {
  return x + ((step + 0.5) / steps) * wide
}

/**
 * The steps that get a number under an axis, from 1.
 * @param {number} timesteps
 * @param {number} wide
 * @returns {number[]}
 */
export function marks(timesteps, wide) {
  const most = Math.max(2, Math.floor(wide / 45))
  const nice = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => timesteps / step <= most) ?? 1000
  const found = [1]
  for (let step = nice; step <= timesteps; step += nice) if (step > 1) found.push(step)
  return found
}

/**
 * @typedef {object} Spot what a point of the picture means
 * @property {number} step of the input
 * @property {number} answer step of the answer: an encoder's answer has other steps
 * @property {number} x
 * @property {number} y
 * @property {Strip} strip
 * @property {Cell} [cell]
 * @property {number} [unit]
 * @property {boolean} [below] whether it is in the answer
 */

/**
 * @param {Place} place
 * @param {number} x
 * @param {number} y
 * @param {{timesteps: number, answers: number, units: number, rows: number[] | null}} shape
 * @returns {Spot | null}
 */
export function spotAt(place, x, y, { timesteps, answers, units, rows }) {
  const within = (/** @type {Box} */ box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
  const below = place.outputs.findIndex(within)
  const pane = below >= 0 ? below : place.inputs.findIndex(within)
  if (pane >= 0) {
    const box = (below >= 0 ? place.outputs : place.inputs)[pane]
    const share = (x - box.x) / box.width
    const strip = place.strips.filter((each) => each.first)[pane]
    return { step: Math.floor(share * timesteps), answer: Math.floor(share * answers), x, y, strip, below: below >= 0 }
  }
  const index = place.strips.findIndex((each) => x >= each.x && x < each.x + place.wide)
  if (index < 0) return null
  const strip = place.strips[index]
  const share = (x - strip.x) / place.wide
  const step = Math.floor(share * timesteps)
  const answer = Math.floor(share * answers)
  const cell = place.cells.find((c) => c.strip === index && y >= c.y && y < c.y + c.height)
  if (!cell) return { step, answer, x, y, strip, below: false }
  const row = Math.min(units - 1, Math.floor((1 - (y - cell.y) / cell.height) * units))
  return { step, answer, x, y, strip, cell, unit: rows ? rows[row] : row }
}
