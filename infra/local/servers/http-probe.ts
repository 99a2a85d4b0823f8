/** Asks a server's own health address; anything but the wanted answer rejects. */
export async function probeHttp(
  url: string,
  isReady: (status: number, body: string) => boolean,
): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  const body = await response.text()
  if (!isReady(response.status, body)) {
    throw new Error(`${url} answered ${response.status} ${body.slice(0, 200)}`)
  }
}
