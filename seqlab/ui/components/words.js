// @ts-check
// Numbers and moments as words, the same in all components.

/**
 * Short enough to stand beside an axis.
 * @param {number} value
 * @returns {string}
 */
export function round(value) {
  const size = Math.abs(value)
  if (size >= 100) return `${Math.round(value)}`
  if (size > 0 && size < 0.01) return value.toExponential(0)
  return `${parseFloat(value.toPrecision(size < 1 ? 2 : 3))}`
}

/**
 * With three digits and a true minus sign.
 * @param {number} value
 * @returns {string}
 */
export function digits(value) {
  return (Object.is(Math.round(value * 1000), -0) ? "0.000" : value.toFixed(3)).replace("-", "−")
}

/**
 * The same, in brackets if it is negative, to stand behind a sign.
 * @param {number} value
 * @returns {string}
 */
export function bracket(value) {
  return value < 0 ? `(${digits(value)})` : digits(value)
}

/**
 * @param {number} share from 0 to 1
 * @returns {string}
 */
export function percent(share) {
  return `${Math.round(100 * share)}%`
}

/**
 * @param {number} epoch
 * @returns {string}
 */
export function when(epoch) {
  return epoch === 0 ? "before training" : `epoch ${epoch}`
}

/**
 * A text with the numbers of a step: {f}, {(f)} in brackets if negative, {f%} as a share.
 * @param {string} text
 * @param {Record<string, (number | string)[]>} values by name, one for each step
 * @param {number} step
 * @returns {string}
 */
export function fill(text, values, step) {
  return text.replace(/\{(\(?)(\w+)(%?)\)?\}/g, (_, open, key, share) => {
    const value = values[key][step]
    if (typeof value === "string") return value
    if (share) return percent(value)
    return open ? bracket(value) : digits(value)
  })
}
