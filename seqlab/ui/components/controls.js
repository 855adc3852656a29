// @ts-check
// What keys, pointer and clock mean for the player; nothing here touches the page.
import { valueOf } from "./frames.js"
import { round } from "./words.js"

const PLAY_SECONDS = 7 // from the first frame to the last, but
const FASTEST = 60 // milliseconds a frame at least
export const SLOWEST = 450

/**
 * Milliseconds that a frame is shown.
 * @param {number} frames
 * @returns {number}
 */
export function pace(frames) {
  return Math.min(SLOWEST, Math.max(FASTEST, (1000 * PLAY_SECONDS) / frames))
}

/**
 * @typedef {{choose: number | null} | {step: number} | null} Wish what a key asks for
 */

/**
 * @param {string} key as the browser calls it
 * @param {number | null} unit that is chosen
 * @param {number[] | null} rows the order of the units, from the bottom
 * @param {number} units
 * @returns {Wish}
 */
export function wishOf(key, unit, rows, units) {
  if (key === "Escape") return unit === null ? null : { choose: null }
  if (key === "ArrowLeft") return { step: -1 }
  if (key === "ArrowRight") return { step: 1 }
  if (key !== "ArrowUp" && key !== "ArrowDown") return null
  const order = rows ?? Array.from({ length: units }, (_, i) => i)
  const at = unit === null ? -1 : order.indexOf(unit)
  const next = at + (key === "ArrowUp" ? 1 : -1)
  return { choose: order[Math.min(order.length - 1, Math.max(0, next))] }
}

/**
 * What stands at a point, in words.
 * @param {import("./layout.js").Spot} spot
 * @param {any} data as Python sent it
 * @param {import("./frames.js").Frame} frame
 * @returns {string}
 */
export function spotWords(spot, data, frame) {
  const { input, output } = data
  const words = [`step ${(spot.below ? spot.answer : spot.step) + 1}`]
  const apart = spot.below && output.steps !== data.timesteps
  if (!apart) {
    if (input.symbols) words.push(JSON.stringify(input.symbols[spot.step]))
    else words.push(...input.lines.map((/** @type {number[]} */ line, /** @type {number} */ k) => `${input.names[k]} ${round(line[spot.step])}`))
  }
  if (spot.cell) {
    const place = (spot.cell.i * data.units + (spot.unit ?? 0)) * data.steps + Math.floor(spot.step / data.block)
    const value = valueOf(frame.bytes[place], frame.reach[spot.cell.i])
    words.push(`unit ${(spot.unit ?? 0) * data.stride + 1}`, `${data.maps[spot.cell.i].title} = ${value.toFixed(2)}`)
  } else if (spot.below || output.steps === data.timesteps) {
    const count = output.names.length
    if (frame.said) words.push(`says ${JSON.stringify(frame.said[spot.answer])}`)
    output.names.forEach((/** @type {string} */ name, /** @type {number} */ k) => {
      const value = frame.output[spot.answer * count + k]
      if (Number.isFinite(value)) words.push(`${name} ${round(value)}`)
    })
  }
  return words.join(" · ")
}
