// @ts-check
// Where everything stands in the player, in CSS pixels.

export const INPUT_HEIGHT = 46
export const OUTPUT_HEIGHT = 50
export const FLAT = 28 // of the input where there is little height
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
 * @property {number} input height of the input
 * @property {number} wide width of a map
 * @property {Cell[]} cells
 * @property {Strip[]} strips
 * @property {number} outputs where the answers begin
 * @property {number} outputHeight 0 where no answer is drawn
 * @property {number | null} lines where the lines of a unit begin
 * @property {number} legend
 * @property {number} height
 */

/**
 * @param {object} wish
 * @param {number} wish.width
 * @param {number[]} wish.grid the maps in reading order
 * @param {number} wish.columns how many stand side by side where there is room
 * @param {number} wish.units
 * @param {number[]} wish.panes epochs that stand side by side
 * @param {boolean} wish.said whether symbols stand above the answer
 * @param {boolean} wish.lines whether a unit is chosen
 * @param {boolean} [wish.compact] little height: flat maps, and answers only where they are symbols
 * @returns {Place}
 */
export function layout({ width, grid, columns: most, units, panes, said, lines: chosen, compact = false }) {
  const room = (width - LEFT - RIGHT - (panes.length - 1) * (LEFT + GAP)) / panes.length
  const columns = Math.min(most, room >= 440 ? most : room >= 240 ? 2 : 1)
  const rows = Math.ceil(grid.length / columns)
  const wide = (room - (columns - 1) * GAP) / columns
  const tall = compact ? Math.min(76, Math.max(48, units * 5)) : Math.min(most === 1 ? 260 : 190, Math.max(84, units * 7))
  const input = compact ? FLAT : INPUT_HEIGHT
  const top = panes.length > 1 ? TITLE + 4 : 0
  /** @type {Cell[]} */
  const cells = []
  /** @type {Strip[]} */
  const strips = []
  let y = 0
  panes.forEach((epoch, pane) => {
    const left = LEFT + pane * (room + LEFT + GAP)
    for (let column = 0; column < columns; column++) {
      strips.push({ x: left + column * (wide + GAP), epoch, first: column === 0, pane, room })
    }
    y = top + TITLE + input + (compact ? 0 : 4)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const i = grid[row * columns + column]
        if (i === undefined) continue
        const strip = pane * columns + column
        cells.push({ i, strip, x: strips[strip].x, y: y + TITLE, width: wide, height: tall, epoch, first: column === 0 })
      }
      y += TITLE + tall
    }
  })
  const outputs = y + 4
  const flat = said ? FLAT : 0
  const outputHeight = (compact ? flat : OUTPUT_HEIGHT) + (said ? SAID : 0)
  let bottom = outputs + (outputHeight ? TITLE + outputHeight : 0) + 18
  const lines = chosen ? bottom + 6 : null
  if (lines !== null) bottom = lines + TITLE + LINES_HEIGHT + 22
  const legend = bottom + 6
  return { top, input, wide, cells, strips, outputs, outputHeight, lines, legend, height: legend + 26 }
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
 * @property {boolean} [below] whether it is under the maps
 */

/**
 * @param {Place} place
 * @param {number} x
 * @param {number} y
 * @param {{timesteps: number, answers: number, units: number, rows: number[] | null}} shape
 * @returns {Spot | null}
 */
export function spotAt(place, x, y, { timesteps, answers, units, rows }) {
  const index = place.strips.findIndex((each) => x >= each.x && x < each.x + place.wide)
  if (index < 0) return null
  const strip = place.strips[index]
  const share = (x - strip.x) / place.wide
  const step = Math.floor(share * timesteps)
  const answer = Math.floor(share * answers)
  const cell = place.cells.find((c) => c.strip === index && y >= c.y && y < c.y + c.height)
  if (!cell) return { step, answer, x, y, strip, below: y > place.outputs }
  const row = Math.min(units - 1, Math.floor((1 - (y - cell.y) / cell.height) * units))
  return { step, answer, x, y, strip, cell, unit: rows ? rows[row] : row }
}
