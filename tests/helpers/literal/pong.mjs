// A function without our template: what a literal envProcess starts.

import { createServer } from 'node:http'

createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  console.log(`call ${request.method} ${request.url}`)
  response.setHeader('x-saw-call-id', request.headers['x-call-id'] ?? '')
  response.end(`pong:${body}${request.url.includes('pid') ? process.pid : ''}`)
}).listen(Number(process.env['PORT']), '127.0.0.1')
