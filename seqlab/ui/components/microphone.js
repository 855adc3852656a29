// @ts-check
// Why the microphone cannot be used, in a sentence; nothing is shown where it can.

export const NOT_SECURE =
  "A browser gives a page the microphone only over https, or on the machine where the server runs. " +
  "Open this page there, or upload sounds as a .zip."
export const CANNOT = "This browser cannot record sound. Use another one, or upload sounds as a .zip."
export const NONE = "No microphone was found. Plug one in, or upload sounds as a .zip."
export const DENIED = "This page may not use the microphone. Allow it in the browser's address bar, then reload the page."

/**
 * What stands in the way of a recording; "" if nothing does, as far as a page can know.
 * @param {object} known
 * @param {boolean} known.secure whether the page came over https or from this machine
 * @param {boolean} known.able whether the browser can record at all
 * @param {number | null} known.microphones how many there are, `null` if nobody knows
 * @param {string | null} known.permission "granted", "denied" or "prompt", `null` if nobody knows
 * @returns {string}
 */
export function obstacle({ secure, able, microphones, permission }) {
  if (!secure) return NOT_SECURE
  if (!able) return CANNOT
  if (permission === "denied") return DENIED
  return microphones === 0 ? NONE : ""
}

/**
 * @param {Navigator} browser
 * @returns {Promise<number | null>}
 */
async function microphones(browser) {
  try {
    const devices = await browser.mediaDevices.enumerateDevices()
    return devices.filter((device) => device.kind === "audioinput").length
  } catch {
    return null
  }
}

/**
 * @param {Navigator} browser
 * @returns {Promise<PermissionStatus | null>}
 */
async function permission(browser) {
  try {
    return await browser.permissions.query({ name: /** @type {PermissionName} */ ("microphone") })
  } catch {
    return null // not every browser knows this question
  }
}

export default function (/** @type {any} */ { parentElement }) {
  const place = parentElement.querySelector(".seqlab-microphone")
  let gone = false
  /** @type {PermissionStatus | null} */
  let status = null
  const look = async () => {
    const secure = window.isSecureContext
    const able = Boolean(navigator.mediaDevices?.getUserMedia)
    status ??= able ? await permission(navigator) : null
    if (status) status.onchange = look
    const count = able ? await microphones(navigator) : null
    if (gone) return
    const words = obstacle({ secure, able, microphones: count, permission: status?.state ?? null })
    if (place.textContent !== words) place.textContent = words
  }
  void look()
  navigator.mediaDevices?.addEventListener("devicechange", look)
  return () => {
    gone = true
    navigator.mediaDevices?.removeEventListener("devicechange", look)
    if (status) status.onchange = null
  }
}
