// @ts-check
// A frame: every gate and state of one layer for one sequence at one epoch, a byte a value.
import { percent } from "./words.js"

/**
 * @typedef {object} Frame
 * @property {number} epoch
 * @property {number} version of the weights: a run that goes on may train an epoch anew
 * @property {number[]} reach of each map: 0 for shares, else its scale goes from -reach to reach
 * @property {string[] | null} said what the network answers at each step, as symbols
 * @property {Uint8Array} bytes maps x units x steps
 * @property {Float32Array} output steps x outputs
 *
 * @typedef {object} Shape
 * @property {number} units rows of a map
 * @property {number} steps columns of a map
 * @property {number} real timesteps that are no padding
 * @property {number} block timesteps in a column
 * @property {{title: string, state: boolean}[]} maps
 */

/**
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

/**
 * @param {string} base64 of zlib's format
 * @returns {Promise<Uint8Array>}
 */
async function inflate(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/**
 * @param {{epoch: number, version: number, reach: number[], said: string[] | null, z: string, output: string}} sent
 * @returns {Promise<Frame>}
 */
export async function decode(sent) {
  return {
    epoch: sent.epoch,
    version: sent.version,
    reach: sent.reach,
    said: sent.said,
    bytes: await inflate(sent.z),
    output: new Float32Array(bytesOf(sent.output).buffer),
  }
}

/**
 * 256 colours along a scale.
 * @param {[number, string][]} stops position from 0 to 1, "#rrggbb"
 * @returns {number[][]} red, green and blue of each
 */
export function palette(stops) {
  const channels = (/** @type {string} */ hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))
  const colours = []
  for (let i = 0; i < 256; i++) {
    const at = i / 255
    let k = 1
    while (k < stops.length - 1 && stops[k][0] < at) k++
    const [[from, low], [to, high]] = [stops[k - 1], stops[k]]
    const share = Math.min(1, Math.max(0, (at - from) / (to - from)))
    const [a, b] = [channels(low), channels(high)]
    colours.push(a.map((value, c) => Math.round(value + share * (b[c] - value))))
  }
  return colours
}

/**
 * The epoch that is there and nearest to one that may not be.
 * @param {number[]} epochs
 * @param {number} wanted
 * @returns {number}
 */
export function nearest(epochs, wanted) {
  return epochs.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best))
}

/**
 * What a byte stands for.
 * @param {number} byte
 * @param {number} reach
 * @returns {number}
 */
export function valueOf(byte, reach) {
  return reach === 0 ? byte / 255 : ((byte / 255) * 2 - 1) * reach
}

/**
 * The bytes of one map.
 * @param {Frame} frame
 * @param {Shape} shape
 * @param {number} map
 * @returns {Uint8Array}
 */
export function mapOf(frame, shape, map) {
  const size = shape.units * shape.steps
  return frame.bytes.subarray(map * size, (map + 1) * size)
}

/**
 * A map as colours, unit 1 at the bottom as on any axis; padding is pale.
 * @param {Frame} frame
 * @param {Shape} shape
 * @param {number} map
 * @param {number} widest reach of the map over all epochs, so that one scale serves all
 * @param {number[][]} colours
 * @param {number[] | null} rows the order of the units, from the bottom
 * @returns {Uint8ClampedArray<ArrayBuffer>} red, green, blue and opacity, from the upper left corner
 */
export function pixels(frame, shape, map, widest, colours, rows) {
  const { units, steps } = shape
  const [bytes, reach] = [mapOf(frame, shape, map), frame.reach[map]]
  const image = new Uint8ClampedArray(4 * units * steps)
  for (let row = 0; row < units; row++) {
    const from = (rows ? rows[row] : row) * steps
    for (let t = 0; t < steps; t++) {
      let byte = bytes[from + t]
      if (widest > reach) byte = Math.round(127.5 + ((byte - 127.5) * reach) / widest)
      const to = 4 * ((units - 1 - row) * steps + t)
      image.set(colours[byte], to)
      image[to + 3] = t >= shape.real / shape.block ? 70 : 255
    }
  }
  return image
}

/**
 * An input of many features as colours, the first one at the bottom.
 * @param {Uint8Array} bytes rows x steps
 * @param {number} rows
 * @param {number[][]} colours
 * @returns {Uint8ClampedArray<ArrayBuffer>} red, green, blue and opacity, from the upper left corner
 */
export function imageOf(bytes, rows, colours) {
  const steps = bytes.length / rows
  const image = new Uint8ClampedArray(4 * bytes.length)
  bytes.forEach((byte, place) => {
    const to = 4 * ((rows - 1 - Math.floor(place / steps)) * steps + (place % steps))
    image.set(colours[byte], to)
    image[to + 3] = 255
  })
  return image
}

/**
 * One sentence from the numbers of a frame; the bytes of 0.9 and 0.1 are 229.5 and 25.5. Padding does not count.
 * @param {Frame} frame
 * @param {Shape} shape
 * @returns {string}
 */
export function sentence(frame, shape) {
  const counts = (/** @type {number} */ _, /** @type {number} */ k) => k % shape.steps < shape.real / shape.block
  const parts = shape.maps.flatMap((map, i) => {
    const bytes = mapOf(frame, shape, i).filter(counts)
    if (frame.reach[i] === 0) {
      let [open, shut] = [0, 0]
      for (const byte of bytes) {
        if (byte > 229) open++
        else if (byte < 26) shut++
      }
      return [`${map.title}: ${percent(open / bytes.length)} above 0.9, ${percent(shut / bytes.length)} below 0.1`]
    }
    let most = 0
    for (const byte of bytes) most = Math.max(most, Math.abs((byte / 255) * 2 - 1))
    return map.state ? [`${map.title} reaches ${(most * frame.reach[i]).toFixed(2)}`] : []
  })
  const start = frame.epoch === 0 ? "Before training" : `Epoch ${frame.epoch}`
  return `${start}. ${parts.join("; ")}.`
}

/**
 * The range of the outputs over all epochs, so that the picture does not jump.
 * @param {Iterable<Frame>} frames
 * @param {number[][]} truth
 * @returns {[number, number]}
 */
export function rangeOf(frames, truth) {
  let [low, high] = [Infinity, -Infinity]
  const take = (/** @type {number} */ value) => {
    if (!Number.isFinite(value)) return // a network that reads from both ends answers once
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  truth.forEach((line) => line.forEach(take))
  for (const frame of frames) frame.output.forEach(take)
  return [low, high]
}
